"""Random conditions on the rows of a table."""

import json
import re

from request import EmbedFilter, Field, Filter, Group
from values import LABELS, random_value

COMPARISONS = ["eq", "neq", "gt", "gte", "lt", "lte"]
QUANTIFIED = ["eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"]


class FilterMaker:
    def __init__(self, random, schema):
        self._random = random
        self._schema = schema

    def trees(self, node, count):
        return [self.tree(node, 2) for _ in range(count)]

    def tree(self, node, depth):
        embeds = [e for e in node.embeds if not e.spread]
        if embeds and self._random.random() < 0.25:
            return EmbedFilter(self._random.choice(embeds), self._random.random() < 0.5)
        if depth == 0 or self._random.random() < 0.75:
            return self.condition(node.table)
        members = [self.tree(node, depth - 1) for _ in range(self._random.randint(2, 3))]
        return Group(self._random.choice(["and", "or"]), self._random.random() < 0.2, members)

    def condition(self, table):
        column = self._random.choice(table.columns)
        filter_ = self._of_json(column) if column.kind == "json" else self._of_column(table, column)
        filter_.negated = self._random.random() < 0.2
        return filter_

    def _value(self, table, column):
        """Mostly one that is in the table, so that there is something to find."""
        base = table.view_of or table
        place = base.columns.index(column)
        known = [row[place] for row in self._schema.rows[base] if row[place] is not None]
        if known and self._random.random() < 0.8:
            return self._random.choice(known)
        return random_value(self._random, column)

    def _of_column(self, table, column):
        field = Field(column)
        if self._random.random() < 0.15:
            return Filter(field, "is", [self._random.choice(["null", "not_null"])])
        if column.kind == "boolean" and self._random.random() < 0.5:
            return Filter(field, "is", [self._random.choice(["true", "false", "unknown"])])
        if column.kind == "text" and self._random.random() < 0.4:
            return self._pattern(field, lambda: self._value(table, column))
        return self._comparison(field, lambda: self._value(table, column))

    def _comparison(self, field, value):
        kind = self._random.random()
        if kind < 0.2:
            return Filter(field, "in", [value() for _ in range(self._random.randint(0, 4))])
        if kind < 0.3:
            return Filter(field, "isdistinct", [value()])
        operator = self._random.choice(COMPARISONS)
        if kind < 0.45 and operator in QUANTIFIED:
            operands = [value() for _ in range(self._random.randint(1, 3))]
            return Filter(field, operator, operands,
                          quantifier=self._random.choice(["any", "all"]))
        return Filter(field, operator, [value()])

    def _pattern(self, field, value):
        operator = self._random.choice(["like", "ilike", "match", "imatch"])
        make = self._like if operator in ("like", "ilike") else self._expression
        if self._random.random() < 0.2:
            operands = [make(value()) for _ in range(self._random.randint(1, 3))]
            return Filter(field, operator, operands,
                          quantifier=self._random.choice(["any", "all"]))
        return Filter(field, operator, [make(value())])

    def _piece(self, text):
        """Some of `text`, now and then in the other case."""
        begin = self._random.randint(0, max(len(text) - 1, 0))
        piece = text[begin:begin + self._random.randint(1, 5)]
        return piece.swapcase() if self._random.random() < 0.3 and piece.isascii() else piece

    def _like(self, text):
        piece = self._piece(text)
        piece = re.sub(r"([\\%_])", r"\\\1", piece)  # as itself
        if piece and piece[0] not in "\\*" and self._random.random() < 0.2:
            piece = "_" + piece[1:]
        star = self._random.choice(["*", "%"])
        before, after = self._random.choice([(star, star), ("", star), (star, ""), ("", "")])
        return before + piece + after

    def _expression(self, text):
        """What RE2 and Python take for the same."""
        text = "".join(c for c in text if c.isascii())  # others fold as the library's tables say
        piece = re.sub(r"([^\w\s])", r"\\\1", self._piece(text)) or "a"
        form = self._random.choice(["{}", "^{}", "{}$", "({}|zz)", "{}.*", "[a-m]+", "{}?", "^.{{2,5}}$"])
        return form.format(piece)

    def _of_json(self, column):
        field = Field(column)
        if self._random.random() < 0.15:
            return Filter(field, "is", [self._random.choice(["null", "not_null"])])
        if column.shape == "object":
            return self._of_path(column)
        labels = column.shape == "words"
        pool = LABELS if labels else list(range(7))
        chosen = [self._random.choice(pool) for _ in range(self._random.randint(0, 3))]
        operator = self._random.choice(["cs", "cs", "cd", "ov"])
        if self._random.random() < 0.4:  # PostgreSQL's literal of an array
            inner = ",".join('"' + v + '"' if re.search(r"\W", str(v)) else str(v) for v in chosen)
            return Filter(field, operator, ["{" + inner + "}"])
        return Filter(field, operator, [json.dumps(chosen, ensure_ascii=False)])

    def _of_path(self, column):
        form = self._random.choice(["number", "numbers", "number text", "text", "flag", "deep", "place",
                                    "contains", "json"])
        if form == "contains":
            part = self._random.choice([{"n": self._random.randint(0, 9)}, {"f": True}, {},
                                        {"l": [self._random.randint(0, 3)]},
                                        {"o": {"n": self._random.randint(0, 5)}}])
            return Filter(Field(column), "cs", [json.dumps(part)])
        if form == "number":
            field = Field(column, self._random.choice([["n"], ["o", "n"]]))
            return Filter(field, self._random.choice(COMPARISONS), [self._random.randint(-2, 9)])
        if form == "numbers":
            numbers = [self._random.randint(-2, 9) for _ in range(self._random.randint(0, 3))]
            operator = "in" if len(numbers) != 1 else self._random.choice(["in", "isdistinct"])
            return Filter(Field(column, ["n"]), operator, numbers)
        if form == "json":  # compared as JSON, which is said as JSON
            key, value = self._random.choice([("s", random_value(self._random, _TEXT)), ("f", True),
                                              ("f", False)])
            operator = self._random.choice(["eq", "neq", "in", "isdistinct"])
            return Filter(Field(column, [key]), operator, [json.dumps(value, ensure_ascii=False)])
        if form == "place":
            field = Field(column, ["l", self._random.choice([0, 1, -1])])
            return Filter(field, self._random.choice(COMPARISONS), [self._random.randint(0, 3)])
        if form == "flag":
            return Filter(Field(column, ["f"], True), "eq", [self._random.choice(["true", "false"])])
        if form == "number text":
            return Filter(Field(column, ["n"], True), self._random.choice(["eq", "neq", "gt", "lt"]),
                          [str(self._random.randint(0, 9))])
        keys = ["o", "s"] if form == "deep" else ["s"]
        field = Field(column, keys, True)

        def value():
            return random_value(self._random, _TEXT)
        if self._random.random() < 0.2:
            return Filter(field, "is", ["null"])
        if self._random.random() < 0.3:
            return self._pattern(field, value)
        return self._comparison(field, value)


class _Text:
    kind, owner = "text", False


_TEXT = _Text()
