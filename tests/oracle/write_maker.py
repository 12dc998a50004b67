"""Random inserts, upserts, updates and deletes; some of them break a constraint or a policy."""

import base64
import json

from request import Field, Filter, Node, Request
from request_maker import CALLERS, RequestMaker
from schemas import RowMaker
from values import json_document, random_value

SERVICE = CALLERS[-1]
OPEN = {"1", "((true))"}  # conditions that hold for every row


class WriteMaker(RequestMaker):
    def write(self):
        make = self._random.choice([self._insert, self._insert, self._upsert, self._put,
                                    self._update, self._update, self._delete])
        request = make()
        request.returns = self._random.random() < 0.6
        request.count = self._random.random() < 0.2
        request.dry_run = self._random.random() < 0.05
        request.form = self._random.choice(["json"] * 8 + ["stripped", "csv", "ndjson", "object"])
        if not request.returns or request.node.embeds and request.form == "csv":
            request.form = "json"
        return request

    def _request(self, method, table, depth):
        caller = self.caller()
        if self._random.random() < 0.3:
            caller = SERVICE  # that no policy keeps from breaking constraints
        return Request(method, caller, self._returned(table, depth))

    def _returned(self, table, depth):
        """What to answer with: no window, no order, and no embed that the write itself changes."""
        node = Node(table)
        names = set()
        self._select(node, names)
        relations = [r for r in self._schema.relations[table]
                     if r.to_one and r.forward and (r.target.view_of or r.target) is not table]
        if depth and relations and self._random.random() < 0.5:
            self._add_embed(node, names, self._random.choice(relations), 2, True, False)
            for embed in node.embeds:
                embed.inner = False
        if node.is_empty:
            node.star = True
        return node

    def _member(self, column, value):
        """A stored value as a client sends it."""
        if value is None:
            return None
        if column.kind == "boolean":
            return bool(value)
        if column.kind == "json":
            return json.loads(value)
        if column.kind == "blob":
            return base64.b64encode(value).decode()
        return value

    def _known(self, table, names):
        """The values of a row that is there for these columns; None: there is none."""
        rows = self._schema.rows[table]
        if not rows:
            return None
        row = self._random.choice(rows)
        places = [[c.name for c in table.columns].index(name) for name in names]
        return [row[place] for place in places]

    def _row(self, table):
        row = {}
        for key in table.foreign_keys:
            values = self._known(key.target, key.referenced)
            nullable = all(table.column(name).nullable for name in key.columns)
            if nullable and (values is None or self._random.random() < 0.2):
                values = [None] * len(key.columns)
            elif values is None:  # there is nothing to refer to
                values = [RowMaker.key_value(self._random, table.column(n)) for n in key.columns]
            row.update(zip(key.columns, values))
        for column in table.columns:
            if column.name in row:
                continue
            if column.nullable and self._random.random() < 0.25:
                row[column.name] = None
            elif column.name in table.key:
                row[column.name] = RowMaker.key_value(self._random, column)
            else:
                row[column.name] = self._value(column)
        return {name: self._member(table.column(name), value) for name, value in row.items()}

    def _value(self, column):
        if column.kind == "json":
            return json.dumps(json_document(self._random, column.shape), ensure_ascii=False)
        return random_value(self._random, column)

    def _spoil(self, table, row):
        """Breaks a constraint, perhaps."""
        if self._random.random() < 0.15:
            referring = {name for key in table.foreign_keys for name in key.columns}
            name = self._random.choice(list(row))
            if name not in referring.intersection(table.key):  # SQLite might number it
                row[name] = None
        if self._random.random() < 0.1 and table.foreign_keys:
            name = self._random.choice(table.foreign_keys).columns[0]
            if name in row:
                row[name] = "nowhere" if table.column(name).kind == "text" else 987654

    def _insert(self):
        table = self._random.choice(self._schema.tables)
        request = self._request("POST", table, 1)
        left_out = [c.name for c in table.columns
                    if (c.nullable or c.default is not None) and c.name not in table.key
                    and self._random.random() < 0.3]
        request.body = []
        for _ in range(self._random.choice([1, 1, 1, 2, 3])):
            row = {name: value for name, value in self._row(table).items() if name not in left_out}
            self._spoil(table, row)
            request.body.append(row)
        self._refer_to_each_other(table, request.body)
        if len(request.body) == 1 and self._random.random() < 0.3:
            request.body = request.body[0]
        elif self._random.random() < 0.03:
            request.body = []
            return request
        if self._random.random() < 0.2:
            names = [c.name for c in table.columns]
            request.columns = [n for n in names if n not in left_out or self._random.random() < 0.5]
            request.missing_default = self._random.random() < 0.5
            for row in request.rows():
                for name in [n for n in row if n not in table.key and self._random.random() < 0.1]:
                    del row[name]
        elif self._random.random() < 0.15:
            self._make_csv(table, request)
        return request

    @staticmethod
    def _make_csv(table, request):
        """Without what text in a table cannot say."""
        known = set(request.rows()[0])
        said = [c.name for c in table.columns if c.kind != "json" and c.name in known]
        needed = {c.name for c in table.columns if not c.nullable and c.default is None}
        if not needed <= set(said) or any(
                row[n] in ("", "NULL") for row in request.rows() for n in said):
            return
        request.as_csv = True
        request.body = [{name: row[name] for name in said} for row in request.rows()]

    def _refer_to_each_other(self, table, rows):
        """Rows may refer to ones that come later in the same request."""
        for key in table.foreign_keys:
            if key.target is table and len(rows) > 1 and self._random.random() < 0.5:
                other = rows[-1]
                known = {name for row in rows for name in row}
                if known.issuperset(key.columns + key.referenced) and all(map(other.get, key.referenced)):
                    for mine, theirs in zip(key.columns, key.referenced):
                        rows[0][mine] = other[theirs]

    def _upsert(self):
        table = self._random.choice(self._schema.tables)
        request = self._request("POST", table, 1)
        self._need_all_rights(request)
        request.resolution = self._random.choice(["merge", "merge", "ignore"])
        key = table.key
        if self._random.random() < 0.3:
            plain = [u for u in table.uniques if not any(table.column(n).nullable for n in u)]
            key = self._random.choice([*plain, table.key])
            request.on_conflict = key
        rows = {}
        for _ in range(self._random.choice([1, 1, 2, 3])):
            row = self._row(table)
            known = self._known(table, key)
            if known and self._random.random() < 0.6:
                row.update((name, self._member(table.column(name), value))
                           for name, value in zip(key, known))
            rows[tuple(str(row[name]) for name in key)] = row
        request.body = list(rows.values())
        return request

    def _need_all_rights(self, request):
        """Which policies hold for rows that an upsert leaves alone is for other tests."""
        verbs = [("SELECT", False), ("INSERT", True), ("UPDATE", False), ("UPDATE", True)]
        table = request.node.table
        if self._schema.hidden(request.caller, table) or any(
                self._schema.condition(request.caller, table, *verb) not in OPEN for verb in verbs):
            request.caller = SERVICE

    def _put(self):
        """One row, there or not, named by its whole key."""
        table = self._random.choice(self._schema.tables)
        request = self._request("PUT", table, 1)
        self._need_all_rights(request)
        row = self._row(table)
        known = self._known(table, table.key)
        if known and self._random.random() < 0.6:
            row.update(zip(table.key, known))
        request.node.filters = [Filter(Field(table.column(name)), "eq", [row[name]])
                                for name in table.key]
        request.body = [row] if self._random.random() < 0.5 else row
        return request

    def _filtered(self, method):
        table = self._random.choice(self._schema.tables)
        request = self._request(method, table, 1)
        embeds, request.node.embeds = request.node.embeds, []
        request.node.filters = self._filters.trees(request.node, self._random.choice([1, 1, 2]))
        request.node.embeds = embeds
        if self._random.random() < 0.1:
            request.max_affected = self._random.randint(0, 4)
        return request

    def _update(self):
        request = self._filtered("PATCH")
        table = request.node.table
        names = [c.name for c in table.columns if c.name not in table.key]
        if not names:
            names = table.key
        row = self._row(table)
        chosen = self._random.sample(names, min(self._random.randint(1, 3), len(names)))
        if self._random.random() < 0.1:
            chosen.append(self._random.choice(table.key))
        request.body = {name: row[name] for name in chosen}
        self._spoil(table, request.body)
        if self._random.random() < 0.03:
            request.body = {}
        return request

    def _delete(self):
        return self._filtered("DELETE")
