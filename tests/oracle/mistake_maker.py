"""Requests with one mistake each, and the status and code that PostgREST's documentation lists."""

from urllib.parse import quote

from model import Caller
from request import Node, Request
from request_maker import RequestMaker
from wire import word

SERVICE = Caller("service_role")


class MistakeMaker(RequestMaker):
    def mistake(self):
        makers = [self._bad_value, self._bad_value, self._unknown, self._ambiguous, self._related_order,
                  self._malformed]
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
                ways = [way for count in (2, 3, 4) for way in self.ways(relation, count)]
                if ways:
                    target, hint = self._random.choice(ways)
                    hinted = f"{word(target)}{'!' if hint else ''}{word(hint) if hint else ''}"
                    return self._request(relation.origin, f"select=*,{quote(hinted)}(*)", 300,
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
