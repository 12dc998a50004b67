"""The rows that a request must be answered with: a plain SELECT per table and parent row, with the
rest in loops of Python."""

import base64
import json
import math

from conditions import comparison_sql, comparisons, field_sql, passes
from model import sql_literal, sql_name, sql_names


class Denied(Exception):
    """The caller may not read a table, or a column that is named."""


class Unordered(list):
    """Rows that may come in any order."""


class Row:
    """One row of a node that passed, on its way to the result."""

    def __init__(self, node, values):
        self.node = node
        self.stored = dict(zip([c.name for c in node.table.columns], values))
        self.extra = values[len(node.table.columns):]
        self.embedded = {}  # embed -> rows


class Reader:
    def __init__(self, database, schema, caller):
        self._database = database
        self._schema = schema
        self._caller = caller

    def read(self, node, only=None, as_owner=False):
        """(result, how many rows there are without the window). `only`: SQL that narrows the rows;
        `as_owner`: no rights are needed to those of the node itself."""
        self.need_rights(node, as_owner=as_owner)
        rows = self._matching(node, only or "1", as_owner)
        return self._result(node, rows), len(rows)

    def need_rights(self, node, results=True, as_owner=False):
        """Denied unless the caller may read all that is named. `results`: not in filters alone."""
        node.hidden = set() if as_owner else self._schema.hidden(self._caller, node.table)
        fields = [comparison.field for comparison in comparisons(node.filters)]
        if results:
            fields += [item.field for item in node.items if item.field]
            fields += [order.field for order in node.order if not order.embed]
            for embed in node.embeds:
                self.need_rights(embed)
        related = [o for o in node.order if o.embed and o.field.column.name in o.embed.hidden]
        refused = not as_owner and self._allowed(node) is None
        if refused or related or any(field.column.name in node.hidden for field in fields):
            raise Denied(node.table.name)

    # Which rows

    def _allowed(self, node):
        return self._schema.condition(self._caller, node.table, "SELECT")

    def _matching(self, node, condition, as_owner=False):
        allowed = "1" if as_owner else self._allowed(node)
        filters = comparisons(node.filters)
        results = [*(_item_sql(item) for item in node.all_items()),
                   *(field_sql(order.field) if not order.embed else "NULL" for order in node.order),
                   *(comparison_sql(filter_) for filter_ in filters)]
        columns = sql_names(column.name for column in node.table.columns)
        sql = (f"SELECT {', '.join([columns, *results])} FROM {sql_name(node.table.name)} "
               f"WHERE ({allowed}) AND {condition}")
        rows = []
        for values in self._database.execute(sql):
            row = Row(node, values)
            truths = row.extra[len(row.extra) - len(filters):]
            for embed in node.embeds:
                row.embedded[embed] = self._windowed(embed, self._related(embed, row))
            # Aggregates make groups of rows, and a row of none where they are not grouped.
            there = {embed: self._groups(embed, rows_of) if embed.aggregates else rows_of
                     for embed, rows_of in row.embedded.items()}
            missing = any(embed.inner and not there[embed] for embed in node.embeds)
            if not missing and passes(node.filters, truths, there):
                rows.append(row)
        return rows

    def _related(self, embed, row):
        relation = embed.relation
        if not relation.junction:
            return self._matching(embed, _same(relation.pairs, row.stored))
        allowed = self._schema.condition(self._caller, relation.junction, "SELECT")
        far = [column for column, _ in relation.far_pairs]
        links = self._database.execute(
            f"SELECT {sql_names(far)} FROM {sql_name(relation.junction.name)} "
            f"WHERE ({allowed}) AND {_same(relation.pairs, row.stored)}").fetchall()
        found = []
        for link in links:
            found += self._matching(embed, _same(relation.far_pairs, dict(zip(far, link))))
        return found

    def _windowed(self, node, rows):
        if node.aggregates:
            return rows  # its window is one of groups
        for place in reversed(range(len(node.order))):
            order = node.order[place]
            rows.sort(key=lambda row, o=order, p=place: _sort_key(_order_value(row, o, p), o),
                      reverse=order.descending)
            rows.sort(key=lambda row, o=order, p=place: (
                _order_value(row, o, p) is None) != o.nulls_first)
        return _window(node, rows)

    # What they look like

    def _result(self, node, rows):
        if node.aggregates:
            return self._groups(node, rows)
        return _listed(node, [self._members(row) for row in self._windowed(node, rows)])

    def _members(self, row):
        members = {}
        for item, value in zip(row.node.all_items(), row.extra):
            members[item.name] = json_of(item, value)
        for embed in row.node.embeds:
            members.update(self._embed_members(embed, row.embedded[embed]))
        return members

    def _embed_members(self, embed, rows):
        if embed.is_empty:
            return {}
        if embed.spread:
            each = [self._members(row) for row in rows]
            names = _member_names(embed)
            if embed.to_one:
                return each[0] if each else dict.fromkeys(names)
            return {name: [members[name] for members in each] for name in names}
        if embed.aggregates:
            return {embed.name: self._groups(embed, rows)}
        each = [self._members(row) for row in rows]
        if embed.to_one:
            return {embed.name: each[0] if each else None}
        return {embed.name: _listed(embed, each)}

    def _groups(self, node, rows):
        groups = {}
        for row in rows:
            key, members = [], {}
            for item, value in zip(node.items, row.extra):
                if not item.aggregate:
                    members[item.name] = json_of(item, value)
                    key.append(repr(value))
            for embed in node.embeds:
                there = self._embed_members(embed, row.embedded[embed])
                members.update(there)
                key.append(json.dumps(there, sort_keys=True))
            groups.setdefault(tuple(key), (members, []))[1].append(row)
        if not groups and not node.embeds and all(item.aggregate for item in node.items):
            groups[()] = ({}, [])  # of no rows at all there is still one sum
        made = []
        for members, of_group in groups.values():
            for place, item in enumerate(node.items):
                if item.aggregate:
                    members[item.name] = _aggregate(item, [row.extra[place] for row in of_group])
            made.append((members, of_group))
        for place in reversed(range(len(node.order))):
            order, at = node.order[place], len(node.items) + place
            made.sort(key=lambda m, o=order, a=at: _sort_key(m[1][0].extra[a], o),
                      reverse=order.descending)
            made.sort(key=lambda m, o=order, a=at: (m[1][0].extra[a] is None) != o.nulls_first)
        return _listed(node, _window(node, [members for members, _ in made]))


def _window(node, rows):
    end = None if node.limit is None else node.offset + node.limit
    return rows[node.offset:end]


def _listed(node, rows):
    return rows if node.order else Unordered(rows)


def _member_names(node):
    names = [item.name for item in node.all_items()]
    for embed in node.embeds:
        if embed.spread:
            names += _member_names(embed)
        elif not embed.is_empty:
            names.append(embed.name)
    return names


def _same(pairs, values):
    """SQL: the second column of each pair has the value of the first, which is not NULL."""
    return " AND ".join(
        "0" if values[mine] is None else f"{sql_name(theirs)} = {sql_literal(values[mine])}"
        for mine, theirs in pairs)


def _item_sql(item):
    if item.field is None:
        return "NULL"
    value = field_sql(item.field)
    if item.cast == "numeric":
        return value
    if item.field.path and not item.field.as_text:
        column, steps = sql_name(item.field.column.name), sql_literal(json.dumps(item.field.path))
        return f"py_json_part({column}, {steps})"
    is_boolean = item.field.column.kind == "boolean"
    if item.cast == "text":
        words = f"CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        return words if is_boolean else f"CAST({value} AS TEXT)"
    if item.cast in ("bool", "boolean"):
        return f"{value} <> 0"
    return f"CAST(round({value}) AS INTEGER)" if item.cast else value


def json_of(item, value):
    """A stored value as JSON has it."""
    field = item.field
    if value is None or item.cast:
        return bool(value) if item.cast.startswith("bool") and value is not None else value
    if field.column.kind == "json":
        is_json = isinstance(value, str) and not field.as_text
        return json.loads(value) if is_json else value
    if field.column.kind == "boolean":
        return bool(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _order_value(row, order, place):
    if not order.embed:
        return row.extra[len(row.node.all_items()) + place]
    rows = row.embedded[order.embed]
    return rows[0].stored[order.field.column.name] if rows else None


def _sort_key(value, order):
    """SQLite's order of values: numbers, text by bytes, blobs."""
    if isinstance(value, str):
        folded = order.field.column.collation == "NOCASE"
        return 1, "".join(c.lower() if c.isascii() else c for c in value) if folded else value
    if isinstance(value, bytes):
        return 2, value
    return 0, value if value is not None else 0


def _aggregate(item, values):
    if item.field is None:
        return _cast(item, len(values))
    there = [value for value in values if value is not None]
    if item.aggregate == "count":
        return _cast(item, len(there))
    if not there:
        return None
    if item.aggregate == "avg":
        return _cast(item, sum(there) / len(there))
    return {"sum": sum, "min": min, "max": max}[item.aggregate](there)


def _cast(item, number):
    if item.aggregate_cast == "int":  # half away from zero, as of numeric
        return int(math.copysign(math.floor(abs(number) + 0.5), number))
    return str(number) if item.aggregate_cast == "text" else number
