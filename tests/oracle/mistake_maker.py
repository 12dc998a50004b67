"""Requests with one mistake each, and the status and code that PostgREST's documentation lists."""

import json
from urllib.parse import quote

from request import Node, Request
from schemas import RowMaker
from wire import word
from write_maker import SERVICE, WriteMaker


class MistakeMaker(WriteMaker):
    def mistake(self):
        makers = [self._bad_value, self._bad_value, self._unknown, self._ambiguous,
                  self._related_order, self._malformed, self._bad_body, self._bad_body, self._bad_write]
        while True:
            request = self._random.choice(makers)()
            if request:
                return request

    def _request(self, table, query, status, code):
        node = Node(table, star=True)
        return Request("GET", SERVICE, node, refusal=(status, code), raw_query=query)

    def _bad_value(self):
        table = self._random.choice(self._schema.tables)
        column = self._random.choice(table.columns)
        wrong = {"integer": [("eq.abc", "22P02"), ("gt.1.5", "22P02"), ("in.(1,x)", "22P02"),
                             ("eq.99999999999999999999", "22003"), ("eq.", "22P02")],
                 "boolean": [("eq.maybe", "22P02"), ("in.(true,2)", "22P02")],
                 "real": [("lt.x", "22P02"), ("eq.1e999", "22003")]}
        known = wrong.get(column.kind, [])
        if column.kind != "boolean":
            known = [*known, ("is.true", "42804")]
        if column.kind in ("text", "date", "blob") and self._random.random() < 0.2:
            query = f"select={quote(word(column.name))}.{self._random.choice(['sum', 'avg'])}()"
            return self._request(table, query, 404, "42883")
        value, code = self._random.choice(known)
        return self._request(table, f"{quote(word(column.name))}={value}", 400, code)

    def _unknown(self):
        table = self._random.choice(self._schema.tables)
        query, code = self._random.choice([
            ("select=nowhere", "42703"), ("nowhere=eq.1", "42703"), ("order=nowhere", "42703"),
            ("select=*,nowhere(*)", "PGRST200"), ("or=(nowhere.eq.1,nowhere.eq.2)", "42703"),
            ("select=nowhere.sum()", "42703"), ("select=*&nowhere.id=eq.1", "PGRST108")])
        return self._request(table, query, 400, code)

    def _ambiguous(self):
        relations = [r for t in self._schema.tables for r in self._schema.relations[t]]
        self._random.shuffle(relations)
        for relation in relations:
            if not relation.is_self:
                target = relation.target.name
                if len(self._schema.resolve(relation.origin, target, "")) > 1:
                    return self._request(relation.origin, f"select=*,{quote(word(target))}(*)", 300,
                                         "PGRST201")
        return None

    def _related_order(self):
        relations = [r for t in self._schema.tables for r in self._schema.relations[t]
                     if self.ways(r)]
        if not relations:
            return None
        relation = self._random.choice(relations)
        target, hint = self._random.choice(self.ways(relation))
        embed = quote(f"{word(target)}{'!' + word(hint) if hint else ''}")
        column = quote(word(relation.target.columns[0].name))
        if relation.to_one:
            return self._request(relation.origin, f"order={quote(word(target))}({column})", 400,
                                 "PGRST108")
        return self._request(relation.origin, f"select=*,{embed}(*)&order={quote(word(target))}({column})",
                             400, "PGRST118")

    def _malformed(self):
        table = self._random.choice(self._schema.tables)
        column = quote(word(table.columns[0].name))
        query = self._random.choice([
            f"{column}=5", f"{column}=foo.5", f"{column}=in.1", f"{column}=in.(1", f"or=({column}.eq.1",
            f"order={column}.up", f"select={column},", "limit=many", "select=*,(", f"select={column}(",
            f"{column}=eq(some).{{1}}", f"{column}=is.maybe"])
        return self._request(table, query, 400, "PGRST100")

    def _write(self, method, table, query, body, status, code):
        request = self._request(table, query, status, code)
        request.method = method
        request.raw_body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return request

    def _bad_body(self):
        table = self._random.choice(self._schema.tables)
        row = self._row(table)
        column = self._random.choice(table.columns)
        wrong = {"integer": [("x", "22P02"), (1.5, "22P02"), ({}, "22P02"), (2**63, "22003"),
                             (True, "22P02")],
                 "boolean": [("maybe", "22P02"), ([], "22P02")], "real": [("NaN", "22P02")],
                 "blob": [("%", "22P02")]}
        if column.kind in wrong and self._random.random() < 0.6:
            value, code = self._random.choice(wrong[column.kind])
            return self._write("POST", table, "", {**row, column.name: value}, 400, code)
        method, body, code = self._random.choice([
            ("POST", "", "PGRST102"), ("POST", "{", "PGRST102"), ("POST", "[1]", "PGRST102"),
            ("POST", {**row, "nowhere": 1}, "PGRST204"),
            ("POST", [row, {k: row[k] for k in list(row)[1:]}], "PGRST102")])
        return self._write(method, table, "", body, 400, code)

    def _bad_write(self):
        table = self._random.choice(self._schema.tables)
        row, key = self._row(table), quote(word(table.key[0]))
        row.update((name, RowMaker.key_value(self._random, table.column(name)))
                   for name in table.key if row[name] is None)
        other = {**row, table.key[0]: "other" if table.column(table.key[0]).kind == "text" else 777}
        keys = "&".join(f"{quote(word(name))}=eq.{quote(str(row[name]))}" for name in table.key)
        method, query, body, status, code = self._random.choice([
            ("PATCH", "", row, 400, "21000"), ("DELETE", "", "", 400, "21000"),
            ("PATCH", f"{key}=is.not_null", {"nowhere": 1}, 400, "PGRST204"),
            ("PUT", "", row, 405, "PGRST105"), ("PUT", keys, other, 400, "PGRST115"),
            ("PUT", f"{keys}&limit=1", row, 400, "PGRST114"),
            ("DELETE", "nowhere=eq.1", "", 400, "42703")])
        return self._write(method, table, query, body, status, code)
