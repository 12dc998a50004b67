"""Every position of the grammar gets text that wants to be SQL: none of it ever becomes part of a statement."""

import itertools
import json
import pathlib
import sqlite3
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from openapi_check import CheckedClient  # noqa: E402
from prodev import Malformed, Server, prodev_command  # noqa: E402
from rest import DATABASE, RestFolderCase, make_token, write_schema  # noqa: E402

SECRET = "never-to-be-seen-8461"
SCHEMA = f"""
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, "odd ""name'" TEXT, note TEXT, size REAL) STRICT;
CREATE TABLE mine (id INTEGER PRIMARY KEY, owner TEXT, tenant TEXT) STRICT;
CREATE TABLE secret (id INTEGER PRIMARY KEY, token TEXT) STRICT;
CREATE POLICY items ON item TO authenticated USING (true) WITH CHECK (true);
CREATE POLICY own ON mine TO authenticated
  USING (owner = auth.uid() AND (tenant IS NULL OR tenant = auth.jwt() ->> 'tenant'));
INSERT INTO secret VALUES (1, '{SECRET}');
"""

# Text that can be stored: it must come back as it is, and match itself alone.
TEXTS = [
    "'", '"', "''", '""', "`", "]", "[", "\\", "\\'", '\\"', "%", "_", "*", "%27", "%22", "%00", "%2527",
    "' OR '1'='1", "' OR 1=1 --", '" OR 1=1 --', "x' UNION SELECT token FROM secret --", "1; DROP TABLE item; --",
    "'; DELETE FROM item; --", "1) OR (1=1", "1)) UNION SELECT id, token FROM secret --", "--", "/*", "*/", "/**/;",
    ";", ",", ".", ":", "::", "::text", "(", ")", "()", "((", "))", "{}", "{a,b}", "[]", "null", "NULL", "true", "not.",
    "eq.1", "and(", "or(id.eq.1", "->", "->>", "?1", "?", ":a", "@a", "$1", "(SELECT token FROM secret)", "secret",
    "secret.token", "main.secret", "sqlite_master", "rowid", "_prodev_role", "id", "name", "item", "*,secret(*)", "count()",
    "load_extension('x')", "hex(randomblob(9))", "-1", "1e999", "9" * 40, "0x10", " ", " id", "id ", "\t", "\n", "\r\nX: y",
    "\u00e9", "\u202e", "\U0001f600", "\u0130", "a\u0300", "A" * 300, "'" * 300, '"' * 301, "(" * 300, ")" * 300,
    "and(" * 100, "not." * 100, "\\" * 101,
]
# And what cannot: NUL, bytes that are not UTF-8, far too much of it.
BYTES = [b"\0", b"a\0b", b"'\0--", b"\xff", b"\xc0\xa7", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"'\xff", b"A" * 7_000,
         b"(" * 7_000, b"or(" * 2_000, b"not." * 1_500, b"a,", b'"' * 5_001, b"1," * 3_000]
ALL = [text.encode() for text in TEXTS] + BYTES

IN_QUERY = {
    "a column of a filter": "item?{0}=eq.1", "an operator": "item?id={0}.1", "a negated operator": "item?id=not.{0}.1",
    "a whole filter": "item?id={0}", "a value": "item?name=eq.{0}", "a number": "item?id=gt.{0}", "a real": "item?size=lt.{0}",
    "a pattern": "item?name=like.{0}", "a pattern without case": "item?name=ilike.*{0}*", "is": "item?name=is.{0}",
    "an item of a list": "item?name=in.(a,{0},b)", "a quoted item": 'item?name=in.("{0}")', "a list": "item?id=in.{0}",
    "a selected column": "item?select={0}", "one of more columns": "item?select=id,{0}", "an alias": "item?select={0}:id",
    "an aliased column": "item?select=x:{0}", "a quoted column": 'item?select="{0}"', "a cast": "item?select=id::{0}",
    "a JSON path": "item?select=name->>{0}", "an embedded table": "item?select=id,{0}(*)", "an order": "item?order={0}",
    "a direction": "item?order=id.{0}", "nulls": "item?order=id.desc.{0}", "a logic tree": "item?or={0}",
    "inside a logic tree": "item?or=({0})", "a column in a tree": "item?or=({0}.eq.1,id.eq.2)",
    "a value in a tree": "item?and=(id.gt.0,name.eq.{0})", "deep in a tree": "item?or=(id.eq.1,and(id.eq.2,not.or({0})))",
    "a list in a tree": "item?or=(name.in.({0}),id.eq.1)", "a limit": "item?limit={0}", "an offset": "item?offset={0}",
    "a table": "{0}", "a table with a filter": "{0}?id=eq.1", "below a table": "item/{0}", "a name without value": "item?{0}",
}


class Injection(RestFolderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.folder
        write_schema(cls.project, SCHEMA)
        cls.server = Server(prodev_command(cls.project))
        cls.addClassCleanup(cls.server.stop)
        cls.headers = {"Authorization": "Bearer " + make_token(cls.project, "authenticated", "u1")}
        cls.file = sqlite3.connect(cls.project / DATABASE, isolation_level=None)
        cls.addClassCleanup(cls.file.close)
        cls.file.executemany("INSERT INTO item (name, note) VALUES (?, 'note')", [(text,) for text in TEXTS])
        cls.client = None

    def setUp(self):
        self.before = self.dump()

    def tearDown(self):
        self.assertEqual(self.dump(), self.before, "something was changed")

    def dump(self):
        return (self.file.execute("SELECT * FROM sqlite_master ORDER BY 1, 2").fetchall(),
                [self.file.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                 for table in ("item", "mine", "secret", "_prodev_role", "_prodev_policy")])

    def send(self, method, target, body=b"", headers=None):
        """The response to a request that may break every rule; it is a whole one, below 500, without the secret."""
        if type(self).client is None:
            type(self).client = CheckedClient(self.server.port)
        try:
            response = self.client.request(method, "/rest/v1/" + target, self.headers if headers is None else headers, body)
        except (Malformed, OSError) as error:
            type(self).client = None
            raise AssertionError(f"{method} {target[:200]!r} got no response: {error!r}") from error
        if response.closes():
            self.client.close()
            type(self).client = None
        self.assertLess(response.status, 500, (method, target[:200], response))
        self.assertNotIn(SECRET.encode(), response.raw_head + response.body, target[:200])
        if method != "HEAD" and "json" in (response.header("Content-Type") or ""):
            json.loads(response.body)
        return response

    def rows(self, target, headers=None):
        response = self.send("GET", target, headers=headers)
        self.assertEqual(response.status, 200, (target, response))
        return response.json()

    @staticmethod
    def quoted(text):
        """A value in double quotes, as PostgREST's grammar has it, for the query string."""
        inner = text.replace("\\", "\\\\").replace('"', '\\"')
        return urllib.parse.quote(f'"{inner}"', safe="")

    def test_every_position_of_the_query(self):
        for (name, template), payload in itertools.product(IN_QUERY.items(), ALL):
            encoded = urllib.parse.quote(payload, safe="")
            with self.subTest(position=name, payload=payload[:40]):
                response = self.send("GET", template.format(encoded))
                if response.status >= 400 and response.body:
                    error = response.json()
                    self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
                    self.assertNotIn("syntax error", error["message"])
        self.assertEqual(self.dump(), self.before)

    def test_every_position_of_the_query_unencoded(self):
        """What may stand in a target as it is: quotes, parentheses, semicolons, percent signs."""
        for (name, template), text in itertools.product(IN_QUERY.items(), TEXTS):
            if all(33 <= ord(character) < 127 for character in text) and "#" not in text:
                with self.subTest(position=name, text=text[:40]):
                    self.send("GET", template.format(text))

    def test_a_value_matches_itself_alone(self):
        for text in TEXTS:
            with self.subTest(text=text[:40]):
                plain = urllib.parse.quote(text, safe="")
                for query in (f"name=eq.{plain}", f"name=in.({self.quoted(text)})", f"or=(name.eq.{self.quoted(text)})",
                              f"and=(id.gt.0,name.in.({self.quoted(text)}))", f"name=isdistinct.x&name=eq.{plain}"):
                    self.assertEqual([row["name"] for row in self.rows(f"item?select=name&{query}")], [text], query)
                others = self.rows(f"item?select=name&name=neq.{plain}")
                self.assertEqual(len(others), len(TEXTS) - 1)

    def test_patterns_are_what_like_says_of_them(self):
        for text in TEXTS:
            pattern = text.replace("*", "%")
            expected = {name for name, in self.file.execute(
                "SELECT name FROM item WHERE name LIKE ? ESCAPE '\\'", (pattern,))} \
                if not (len(text) - len(text.rstrip("\\"))) % 2 else None
            response = self.send("GET", f"item?select=name&name=ilike.{urllib.parse.quote(text, safe='')}")
            if response.status == 200 and expected is not None:
                self.assertEqual({row["name"] for row in response.json()}, expected, text)

    def test_an_alias_is_only_a_name(self):
        for text in TEXTS:
            response = self.send("GET", f"item?select={self.quoted(text)}:id&id=eq.1")
            if response.status == 200:
                self.assertEqual(list(response.json()[0]), [text])

    def test_a_column_with_quotes_in_its_name(self):
        column = self.quoted("odd \"name'")
        self.assertEqual(self.rows(f"item?select={column}&id=eq.1"), [{"odd \"name'": None}])
        self.assertEqual(len(self.rows(f"item?select=id&{column}=is.null&order={column},id")), len(TEXTS))

    def test_headers(self):
        names = ("Range", "Range-Unit", "Prefer", "Accept", "Accept-Profile", "Accept-Encoding", "X-Request-Id")
        for name, payload in itertools.product(names, ALL):
            value = "".join(chr(byte) for byte in payload if 32 <= byte < 127).strip()[:4_000]
            with self.subTest(header=name, payload=payload[:40]):
                for text in (value, f"return={value}", f"0-{value}", f"count={value}"):
                    self.send("GET", "item?limit=1", headers={**self.headers, name: text})
        for payload in ALL:
            value = "".join(chr(byte) for byte in payload if 32 <= byte < 127)[:4_000]
            for name in ("Prefer", "Content-Profile", "Content-Type"):
                for text in (value.strip(), f"resolution={value}".strip()):
                    self.send("PATCH", "item?id=eq.-5", b'{"note":"x"}', {**self.headers, name: text})

    def test_names_in_the_query_of_a_write(self):
        for payload in ALL:
            encoded = urllib.parse.quote(payload, safe="")
            with self.subTest(payload=payload[:40]):
                for query in (f"columns={encoded}", f"columns=id,{encoded}", f"on_conflict={encoded}"):
                    for prefer in ("return=minimal", "resolution=merge-duplicates", "resolution=ignore-duplicates"):
                        response = self.send("POST", f"item?{query}", b'[{"id":1,"name":null,"note":3.5}]',
                                             {**self.headers, "Prefer": prefer})
                        self.assertGreaterEqual(response.status, 200)
                self.restore()
                for template in IN_QUERY.values():
                    if "{0}=" in template or "or=" in template:
                        target = template.format(encoded)
                        for method, body in (("PATCH", b'{"id":-7}'), ("DELETE", b"")):
                            self.check_write_stays_in_item(method, target, body)

    def check_write_stays_in_item(self, method, target, body):
        """A filter may match rows of item by right; nothing else may change."""
        self.send(method, target, body)
        after = self.dump()
        self.assertEqual(after[0], self.before[0])
        self.assertEqual(after[1][1:], self.before[1][1:])
        self.restore()

    def restore(self):
        after = self.dump()
        if after != self.before:
            self.file.execute("DELETE FROM item")
            self.file.executemany("INSERT INTO item VALUES (?,?,?,?,?)", self.before[1][0])

    def test_keys_and_values_of_a_body(self):
        for text in TEXTS:
            with self.subTest(text=text[:40]):
                for body in ({text: 1}, [{text: text}], {"note": "x", text: None}, [{"note": text}, {text: 1}]):
                    if text in ("id", "name"):
                        continue
                    response = self.send("POST", "item", json.dumps(body).encode())
                    self.assertEqual(response.status, 400, (body, response))
                row = {"name": None, "note": text, "odd \"name'": text}
                response = self.send("POST", "item?select=note", json.dumps(row).encode(),
                                     {**self.headers, "Prefer": "return=representation"})
                self.assertEqual((response.status, response.json()), (201, [{"note": text}]))
                number, note, odd = self.file.execute(
                    "SELECT id, note, \"odd \"\"name'\" FROM item ORDER BY id DESC").fetchone()
                self.assertEqual((note, odd), (text, text))
                self.send("PATCH", f"item?id=eq.{number}", json.dumps({"note": text + "'"}).encode())
                self.assertEqual(self.file.execute("SELECT note FROM item WHERE id = ?", (number,)).fetchone(),
                                 (text + "'",))
                self.assertEqual(self.send("DELETE", f"item?id=eq.{number}").status, 204)

    def test_bodies_that_are_not_json(self):
        for payload in ALL:
            for body in (payload, b"{" + payload, b'{"note":"' + payload, b'{"note":' + payload + b"}", b"[" * 5_000,
                         b'{"note":"\\u0000' + payload + b'"}'):
                response = self.send("PATCH", "item?id=eq.-5", body)
                self.assertIn(response.status, (200, 204, 400, 413), body[:40])
                self.send("POST", "item?on_conflict=secret", body)
                self.check_write_stays_in_item("POST", "item", body)  # {} is a row

    def test_claims_of_a_token(self):
        for text in TEXTS:
            self.file.execute("INSERT INTO mine (owner, tenant) VALUES (?, NULL), (?, ?), ('u', ?)", (text, text, text, text))
        for text in TEXTS:
            if len(text) > 200:
                continue
            with self.subTest(text=text[:40]):
                for claims, expected in (({}, [(text, None)]), ({"tenant": text}, [(text, None), (text, text)]),
                                         ({"tenant": {"a": text}}, [(text, None)])):
                    token = make_token(self.project, "authenticated", text, **claims)
                    rows = self.rows("mine?select=owner,tenant&order=id", {"Authorization": "Bearer " + token})
                    self.assertEqual([(row["owner"], row["tenant"]) for row in rows], expected)
                token = make_token(self.project, text, "u1")
                response = self.send("GET", "item?limit=1", headers={"Authorization": "Bearer " + token})
                self.assertIn(response.status, (401, 403), response)
        self.file.execute("DELETE FROM mine")

    def test_authorization_headers(self):
        for payload in ALL:
            value = "".join(chr(byte) for byte in payload if 32 <= byte < 127).strip()[:4_000]
            for text in (value, "Bearer " + value, f"Bearer {value}.{value}.{value}", "Basic " + value):
                response = self.send("GET", "item", headers={"Authorization": text})
                self.assertIn(response.status, (200, 400, 401), response)
                if response.status == 200:
                    self.assertEqual(response.json(), [])


if __name__ == "__main__":
    unittest.main()
