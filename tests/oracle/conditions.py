"""One comparison of a filter in plain SQL, and the three-valued logic that joins several."""

import json
import re

from model import sql_literal, sql_name
from request import EmbedFilter, Filter, Group

SYMBOLS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=",
           "isdistinct": "IS NOT"}
WORDS = {"null": "IS NULL", "not_null": "IS NOT NULL", "true": "IS TRUE", "false": "IS FALSE",
         "unknown": "IS NULL"}


def field_sql(field):
    column = sql_name(field.column.name)
    if not field.path:
        return column
    function = "py_json_text" if field.as_text else "py_json_value"
    return f"{function}({column}, {sql_literal(json.dumps(field.path))})"


def comparison_sql(filter_):
    left = field_sql(filter_.field)
    if filter_.operator == "is":
        return f"{left} {WORDS[filter_.operands[0]]}"
    if filter_.operator == "in":
        return f"{left} IN ({', '.join(_literal(filter_, one) for one in filter_.operands)})"
    each = [f"({_one(filter_, left, operand)})" for operand in filter_.operands]
    return (" AND " if filter_.quantifier == "all" else " OR ").join(each)


def _one(filter_, left, operand):
    operator = filter_.operator
    if operator in SYMBOLS:
        return f"{left} {SYMBOLS[operator]} {_literal(filter_, operand)}"
    if operator in ("like", "ilike"):
        pattern = sql_literal(operand.replace("*", "%"))
        return f"py_like({left}, {pattern}, {int(operator == 'ilike')})"
    if operator in ("match", "imatch"):
        return f"py_match({left}, {sql_literal(operand)}, {int(operator == 'imatch')})"
    other = sql_literal(_as_json(filter_.field.column, operand))
    if operator == "cs":
        return f"py_contains({left}, {other})"
    if operator == "cd":
        return f"py_contains({other}, {left})"
    return f"py_overlaps({left}, {other})"


def _literal(filter_, operand):
    """What is compared with ->, which py_json_value makes a number or text, is JSON itself."""
    if filter_.field.path and not filter_.field.as_text and isinstance(operand, str):
        operand = json.loads(operand) if operand.startswith('"') else operand
    return sql_literal(operand)


def _as_json(column, operand):
    """PostgreSQL's literal of an array as JSON; JSON as it is."""
    if column.shape == "object" or operand.startswith("["):
        return operand
    items = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^,{}]+)', operand)]
    return json.dumps([int(i) for i in items] if column.shape == "numbers" else items)


def comparisons(trees):
    """Those within the trees, in order."""
    found = []
    for tree in trees:
        if isinstance(tree, Filter):
            found.append(tree)
        elif isinstance(tree, Group):
            found += comparisons(tree.members)
    return found


def passes(trees, results, embedded=None):
    """Whether a row passes all the trees: `results` are what SQL said of their comparisons, and
    `embedded` the rows of its embeds."""
    known = {id(comparison): None if result is None else bool(result)
             for comparison, result in zip(comparisons(trees), results)}
    return all(_truth(tree, known, embedded) is True for tree in trees)


def _truth(tree, known, embedded):
    """True, False or None, which is unknown."""
    if isinstance(tree, EmbedFilter):
        return bool(embedded[tree.embed]) == tree.negated
    if isinstance(tree, Filter):
        value = known[id(tree)]
    else:
        value = _joined(tree.word, [_truth(member, known, embedded) for member in tree.members])
    return not value if tree.negated and value is not None else value


def _joined(word, values):
    decisive = word == "or"
    if decisive in values:
        return decisive
    return None if None in values else not decisive
