"""An error tells nothing of a row that policies hide: what may fail on a value is asked of rows that are seen alone."""

import itertools
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest import RestFolderCase  # noqa: E402

LONG = 20_000  # bytes of a text for which FAILS is too long

SCHEMA = """
CREATE TABLE chat (id INTEGER PRIMARY KEY, owner TEXT) STRICT;
INSERT INTO chat VALUES (1, 'ann'), (2, 'bob');
CREATE POLICY own ON chat FOR SELECT USING (owner = auth.uid());
""" + "".join(f"""
CREATE TABLE {table} (id INTEGER PRIMARY KEY, chat_id INTEGER REFERENCES chat (id), owner TEXT, state TEXT, body TEXT) STRICT;
INSERT INTO {table} VALUES (1, 1, 'ann', 'old', 'pin 4711 and more' || printf('%.*c', {LONG}, '.')), (2, 2, 'bob', 'new', 'hello'),
  (3, 2, 'bob', 'new', 'code 99 and more');
CREATE POLICY all_that ON {table} FOR ALL USING ({policy}) WITH CHECK (true);
CREATE FUNCTION fragile({table}) RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT CASE WHEN {table}.body LIKE 'pin%' THEN json({table}.body) ELSE {table}.body END $$;
CREATE FUNCTION fragile_chat({table}) RETURNS SETOF chat ROWS 1 LANGUAGE sql STABLE
  AS $$ SELECT * FROM chat WHERE CASE WHEN {table}.body LIKE 'pin%' THEN json({table}.body) ELSE 1 END $$;
""" for table, policy in {
    "by_value": "owner = auth.uid() AND state = 'new'", "by_constant": "chat_id = 2",
    "by_list": "chat_id IN (SELECT chat.id FROM chat WHERE chat.owner = auth.uid())",
    "by_row": "EXISTS (SELECT 1 FROM chat WHERE chat.id = chat_id AND chat.owner = auth.uid())"}.items()) + """
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO authenticated;
"""
TABLES = ("by_value", "by_constant", "by_list", "by_row")
TOO_LONG = "the regular expression is too long for a text of 20000 bytes"
FAILS = urllib.parse.quote(".{300}[XYZ]")


# What may stand beside a filter, and what may fail.
BESIDE = ("", "owner=eq.bob&", "state=eq.new&chat_id=eq.2&", "owner=in.(bob)&", "id=gt.0&")
FRAGILE = (f"body=match.{FAILS}", f"body=imatch.{FAILS}", f"body=not.match.{FAILS}",
           f"or=(body.match.%22{FAILS}%22,id.eq.9)", "fragile=eq.x", "not.and=(fragile.eq.x,fragile.neq.y)",
           "fragile=match.x")


class HiddenRows(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(SCHEMA)

    def rows(self, path, method="GET", body=None, **headers):
        response = self.ask(self.server, method, path, body, {**headers, **self.bearer("authenticated", "bob")})
        self.assertEqual(response.status, 200, (path, response.body))
        return response.json()

    def test_a_filter_does_not_fail_on_one(self):
        for table, beside, fragile in itertools.product(TABLES, BESIDE, FRAGILE):
            with self.subTest(f"{table}?{beside}{fragile}"):
                ids = {row["id"] for row in self.rows(f"{table}?{beside}{fragile}")}
                self.assertLessEqual(ids, {2, 3})
                self.rows(f"{table}?select=count()&{beside}{fragile}")

    def test_an_embedded_one_does_not_fail_either(self):
        for table, beside, fragile in itertools.product(TABLES, BESIDE, FRAGILE):
            inside = "".join(f"{table}.{one}&" for one in (beside + fragile).split("&") if one)
            with self.subTest(inside):
                for target in (f"{table}(id)", f"{table}!inner(id)", f"{table}(count())", f"...{table}(id)"):
                    self.rows(f"chat?id=eq.2&owner=eq.bob&select=id,{target}&{inside}")

    def test_nor_does_a_relationship_that_is_computed(self):
        for table in TABLES:
            with self.subTest(table):
                self.assertEqual([row["id"] for row in self.rows(f"{table}?select=id,fragile_chat!inner()&order=id")], [2, 3])
                self.assertEqual(self.rows(f"{table}?select=id,fragile_chat()&fragile_chat=is.null"), [])
                self.assertEqual(self.rows(f"chat?select=id,{table}(id,fragile_chat!inner())&order=id"),
                                 [{"id": 2, table: [{"id": 2}, {"id": 3}]}])

    def test_a_write_does_not_fail_on_one(self):
        dry = {"Prefer": "tx=rollback, return=representation"}
        for table, beside, fragile in itertools.product(TABLES, BESIDE, FRAGILE):
            with self.subTest(f"{table}?{beside}{fragile}"):
                self.rows(f"{table}?{beside}{fragile}", "PATCH", {"body": "changed"}, **dry)
                self.rows(f"{table}?{beside}{fragile}", "DELETE", **dry)

    def test_rows_that_are_seen_are_filtered_and_fail(self):
        for table in TABLES:
            with self.subTest(table):
                self.assertEqual([row["id"] for row in self.rows(f"{table}?body=match.^hel")], [2])
                self.assertEqual([row["id"] for row in self.rows(f"{table}?body=not.match.^hel")], [3])
                self.assertEqual([row["id"] for row in self.rows(f"{table}?fragile=eq.hello&owner=eq.bob")], [2])
                changed = self.ask(self.server, "PATCH", f"{table}?id=eq.3", {"body": "." * LONG},
                                   self.bearer("authenticated", "bob"))
                self.assertEqual(changed.status, 204, changed)
                response = self.ask(self.server, "GET", f"{table}?body=match.{FAILS}", None,
                                    self.bearer("authenticated", "bob"))
                error = response.json()
                self.assertEqual((response.status, error["code"], error["message"]), (413, "54000", TOO_LONG))

    def test_indexes_serve_what_stands_beside(self):
        server = self.start_project(SCHEMA + "CREATE INDEX by_value_state ON by_value (state);\n"
                                    "CREATE INDEX by_value_chat ON by_value (chat_id);\n"
                                    "WITH RECURSIVE n(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 2000)\n"
                                    "INSERT INTO by_value SELECT n, 1, 'ann', 'state ' || n, 'text' FROM n;\n"
                                    "ANALYZE;\n", "--plan-enabled")

        def plan(path):
            response = self.ask(server, "GET", path, None, {"Accept": "application/vnd.pgrst.plan+json",
                                                            **self.bearer("authenticated", "bob")})
            self.assertEqual(response.status, 200, response.body)
            return response.body.decode()

        for fragile in FRAGILE:
            with self.subTest(fragile):
                self.assertRegex(plan(f"by_value?id=eq.2&{fragile}"), r"SEARCH by_value USING INTEGER PRIMARY KEY")
                self.assertRegex(plan(f"by_value?state=eq.new&{fragile}"), r"SEARCH by_value USING INDEX by_value_state")
                inside = "".join(f"by_value.{one}&" for one in fragile.split("&"))
                self.assertRegex(plan(f"chat?select=id,by_value(id)&{inside}"), r"SEARCH by_value USING INDEX by_value_")


class Searches(RestFolderCase):
    def test_a_search_tells_nothing_of_the_searches_of_others(self):
        self.server = self.start_project("""
            CREATE VIRTUAL TABLE doc USING fts5(body, owner UNINDEXED);
            INSERT INTO doc VALUES ('hello world', 'ann'), ('hello you', 'bob');
            CREATE POLICY own ON doc FOR SELECT USING (owner = auth.uid());""")
        bearer = self.bearer("authenticated", "bob")
        for path in ("doc?select=doc", "doc?select=n:doc", "doc?doc=gt.0", "doc?order=doc", "doc?select=doc.max()",
                     "doc?select=doc::text", "doc?or=(doc.gt.3,body.eq.x)", "doc?select=body&order=doc&limit=1"):
            response = self.ask(self.server, "GET", path, None, bearer)
            self.assertEqual((response.status, response.json()["code"]), (400, "42703"), path)
        for path in ("doc?doc=fts.hello&select=body", "doc?body=fts.hello&select=body&order=rank",
                     "doc?or=(doc.fts.hello,body.eq.x)&select=body"):
            self.assertEqual(self.ask(self.server, "GET", path, None, bearer).json(), [{"body": "hello you"}], path)


if __name__ == "__main__":
    unittest.main()
