"""`prodev serve --db FILE`: databases that nobody made for prodev, compared with Python's sqlite3."""

import base64
import csv
import io
import json
import math
import pathlib
import sqlite3
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, eventually, is_sanitized, run_prodev  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SINGULAR = {"Accept": "application/vnd.pgrst.object+json"}
RETURN = {"Prefer": "return=representation"}
BIG = "\u00e4" * (200_000 if is_sanitized() else 2_000_000)


def word(text):
    """A value or name in the double quotes of PostgREST's grammar, percent-encoded."""
    text = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return urllib.parse.quote(f'"{text}"', safe="")


def plain(value):
    return urllib.parse.quote(str(value), safe="")


def name_sql(name):
    return '"' + name.replace('"', '""') + '"'


def as_json(value):
    """What JSON a value as SQLite stores it becomes: blobs are base64 (RFC 4648)."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


class Adopted(RestFolderCase):
    def adopt(self, script="", *arguments):
        """A server of a new database that `script` makes, with everything open to service_role."""
        self.project = self.make_folder()
        self.path = self.project / "some other.sqlite"
        self.file = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(self.file.close)
        self.file.executescript(script)
        self.server = self.start_prodev("--db", self.path, *arguments, folder=self.project)
        self.headers = self.bearer("service_role")

    def send(self, method, path, body=None, headers=()):
        response = self.ask(self.server, method, path, body, {**self.headers, **dict(headers)})
        self.assertLess(response.status, 500, (path[:200], response))
        return response

    def rows(self, path, **more):
        response = self.send("GET", path, **more)
        self.assertIn(response.status, (200, 206), (path[:200], response))
        return response.json()

    def stored(self, sql, *values):
        """The rows of `sql` as dictionaries of what JSON they should be."""
        cursor = self.file.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [{name: as_json(value) for name, value in zip(names, row)} for row in cursor]

    def wrote(self, response, status):
        self.assertEqual(response.status, status, response)
        return response.json() if response.body else None

    def check_rows(self, table, order, columns="*"):
        """The list, and each page of it, are what SQLite says."""
        sql = f"SELECT {columns} FROM {name_sql(table)} ORDER BY {name_sql(order)}"
        expected = self.stored(sql)
        path = f"{plain(table)}?order={word(order)}"
        if columns != "*":
            path += "&select=" + columns
        self.assertEqual(self.rows(path), expected)
        self.assertEqual(self.rows(path + "&limit=2&offset=1"), expected[1:3])
        counted = self.send("HEAD", plain(table), headers={"Prefer": "count=exact"})
        self.assertEqual(counted.header("Content-Range").split("/")[1], str(len(expected)))
        return expected

    def test_only_the_service_role_sees_an_adopted_database(self):
        self.adopt("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        self.assertEqual(self.rows("t"), [{"x": 1}])
        for headers in ({}, self.bearer("anon"), self.bearer("authenticated", "u1")):
            for prefer in ({}, {"Prefer": "count=exact"}):
                response = self.ask(self.server, "GET", "t", headers={**headers, **prefer})
                self.assertNotIn(b'"x"', response.body)
                self.assertIn(response.header("Content-Range"), (None, "*/*", "*/0"))
            response = self.ask(self.server, "POST", "t", {"x": 2}, headers)
            self.assertIn(response.status, (401, 403))
        self.assertEqual(self.stored("SELECT * FROM t"), [{"x": 1}])

    def test_serving_and_stopping_changes_no_table(self):
        self.adopt("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        before = self.file.execute("SELECT * FROM sqlite_master").fetchall()
        self.rows("t")
        self.server.stop()
        self.assertEqual(self.file.execute("SELECT * FROM sqlite_master").fetchall(), before)
        self.assertEqual(self.file.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def test_a_slash_in_a_name_is_sent_encoded(self):
        self.adopt("""CREATE TABLE "a/b" (id INTEGER PRIMARY KEY, n INT); INSERT INTO "a/b" VALUES (1, 5);
                      CREATE TABLE "rpc/x" (id INTEGER PRIMARY KEY); CREATE TABLE "50%2F" (id INTEGER PRIMARY KEY);""")
        self.assertEqual(self.rows("a%2Fb"), [{"id": 1, "n": 5}])
        self.assertEqual(self.rows("a%2fb?n=eq.5&select=id"), [{"id": 1}])
        created = self.send("POST", "a%2Fb", {"n": 6}, {"Prefer": "return=headers-only"})
        self.assertEqual((created.status, created.header("Location")), (201, "a%2Fb?id=eq.2"))
        self.assertEqual(self.wrote(self.send("PATCH", "a%2Fb?id=eq.2", {"n": 7}, RETURN), 200), [{"id": 2, "n": 7}])
        self.assertEqual((self.rows("rpc%2Fx"), self.rows("50%252F")), ([], []))
        for path in ("a/b", "a%252Fb", "a%2F", "%2Fa", "a%2Fb/c"):
            self.assertEqual(self.send("GET", path).status, 404, path)
        document = self.send("GET", "").json()
        self.assertIn("/rest/v1/a%2Fb", document["paths"])

    def test_a_foreign_key_without_a_unique_parent_is_named_with_the_mend(self):
        self.adopt("""CREATE TABLE okt (id INTEGER PRIMARY KEY, n INT); INSERT INTO okt VALUES (1, 1);
                      CREATE TABLE b (id INTEGER PRIMARY KEY, n INT REFERENCES okt (n));
                      CREATE TABLE c (id INTEGER PRIMARY KEY, z INT REFERENCES nosuch (id));""")
        mend = 'CREATE UNIQUE INDEX "okt_key" ON "okt" ("n")'
        told = "\n".join(self.server.lines)
        self.assertIn("the foreign key of b (\"n\") refers to okt (\"n\"), which is not unique", told)
        self.assertIn(mend, told)
        self.assertIn("refers to nosuch, which is not there", told)
        doctor = run_prodev("doctor", "--dir", self.project, "--db", self.path).stdout
        self.assertIn(mend, doctor)
        for method, path, body in (("POST", "okt", {"n": 2}), ("PATCH", "okt?id=eq.1", {"n": 3}),
                                   ("DELETE", "okt?id=eq.1", None), ("POST", "b", {"n": 1})):
            error = self.wrote(self.send(method, path, body), 400)
            self.assertEqual(error["code"], "42830", error)
            self.assertNotIn("mismatch", error["message"])
        self.assertEqual(self.wrote(self.send("POST", "c", {"z": 1}), 400)["code"], "42P01")
        self.file.execute(mend)
        eventually(lambda: self.send("POST", "okt", {"n": 2}).status == 201, "the mend is noticed")
        self.assertEqual(self.send("POST", "b", {"n": 2}).status, 201)

    def test_text_in_double_quotes_is_named_and_the_rest_is_served(self):
        self.adopt("""CREATE TABLE tea (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ("a", "b")));
                      CREATE TABLE cup (id INTEGER PRIMARY KEY); INSERT INTO cup VALUES (1);
                      CREATE VIEW green AS SELECT id FROM tea WHERE kind = "b";
                      CREATE VIEW names AS SELECT name FROM pragma_table_info('tea');
                      CREATE TRIGGER t AFTER INSERT ON cup BEGIN UPDATE tea SET kind = "new"; END;
                      CREATE TABLE plate (id INTEGER PRIMARY KEY);
                      CREATE TABLE item (id INTEGER PRIMARY KEY, plate_id REFERENCES plate (pid));""")
        doctor = run_prodev("doctor", "--dir", self.project, "--db", self.path).stdout
        for told in (doctor, "\n".join(self.server.lines)):
            self.assertIn("no such column: b: text stands in single quotes: 'b'", told)
            self.assertIn("cup cannot be written: no such column: new: text stands in single quotes: 'new'", told)
            self.assertIn("names cannot be read: access to pragma_table_info.name is prohibited", told)
            self.assertIn("plate has no column pid", told)
            self.assertNotIn("CREATE UNIQUE INDEX", told)
        self.assertEqual(self.send("POST", "tea", {"kind": "a"}).status, 201)
        self.assertEqual(self.wrote(self.send("POST", "tea", {"kind": "c"}), 400)["code"], "23514")
        self.assertEqual(self.rows("cup"), [{"id": 1}])
        self.assertEqual(self.wrote(self.send("GET", "names"), 403)["code"], "42501")
        (self.project / "schema").mkdir()
        (self.project / "schema/0001_x.sql").write_text(
            "DROP TRIGGER t; DROP VIEW names; DROP TABLE item;\n"
            "ALTER TABLE tea RENAME TO teas; ALTER TABLE cup ADD COLUMN size TEXT;\n")
        done = run_prodev("migrate", "--dir", self.project, "--db", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_only_its_own_program_knows_never_stops_the_start(self):
        self.project = self.make_folder()
        self.path = self.project / "own.sqlite"
        with sqlite3.connect(self.path) as own:
            own.create_collation("de", lambda a, b: (a > b) - (a < b))
            own.create_function("own", 1, lambda value: value, deterministic=True)
            own.executescript("""
                CREATE TABLE good (id INTEGER PRIMARY KEY); INSERT INTO good VALUES (1);
                CREATE TABLE c (id INTEGER PRIMARY KEY, n TEXT COLLATE de); CREATE INDEX ci ON c (n);
                CREATE TABLE f (id INTEGER PRIMARY KEY, n TEXT); CREATE INDEX fi ON f (own(n));
                CREATE TABLE g (id INTEGER PRIMARY KEY, n TEXT, m TEXT GENERATED ALWAYS AS (own(n)) VIRTUAL);
                CREATE VIEW v AS SELECT own(n) AS x FROM f;""")
            own.execute("CREATE TABLE wide (%s)" % ", ".join(f"c{i}" for i in range(1990)))
        self.server = self.start_prodev("--db", self.path, folder=self.project)
        self.headers = self.bearer("service_role")
        self.assertEqual((self.rows("good"), self.rows("wide"), self.rows("f")), ([{"id": 1}], [], []))
        told = "\n".join(self.server.lines)
        for table in ("c cannot be written", "f cannot be written", "g cannot be read", "v is left out"):
            self.assertIn("warning   " + table, told)
        for method, path, body, code in (("POST", "c", {"n": "x"}, "42704"), ("GET", "c?order=n", None, "42704"),
                                         ("POST", "f", {"n": "x"}, "42883"), ("GET", "g", None, "42883")):
            error = self.wrote(self.send(method, path, body), 400)
            self.assertEqual(error["code"], code, error)

    def test_a_many_to_many_relation_of_prisma_embeds(self):
        self.adopt("""CREATE TABLE "Post" (id INTEGER PRIMARY KEY, title TEXT);
                      CREATE TABLE "Tag" (id INTEGER PRIMARY KEY, name TEXT);
                      CREATE TABLE "_PostToTag" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL,
                        CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Post" (id) ON DELETE CASCADE,
                        CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag" (id) ON DELETE CASCADE);
                      CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag" ("A", "B");
                      CREATE INDEX "_PostToTag_B_index" ON "_PostToTag" ("B");
                      INSERT INTO "Post" VALUES (1, 'p'); INSERT INTO "Tag" VALUES (7, 't');
                      INSERT INTO "_PostToTag" VALUES (1, 7);""")
        self.assertEqual(self.rows("Post?select=title,Tag(name)"), [{"title": "p", "Tag": [{"name": "t"}]}])
        self.assertEqual(self.rows("Tag?select=name,Post(title)"), [{"name": "t", "Post": [{"title": "p"}]}])
        self.assertEqual(self.rows("_PostToTag?select=A,Tag(name)"), [{"A": 1, "Tag": {"name": "t"}}])

    def test_a_table_without_a_declared_key(self):
        self.adopt("CREATE TABLE log (line TEXT, n INTEGER); INSERT INTO log VALUES ('a', 1), ('a', 1), (NULL, 2)")
        self.check_rows("log", "n")
        self.assertEqual(self.wrote(self.send("POST", "log", [{"line": "b", "n": 3}, {"line": None, "n": 4}], RETURN), 201),
                         [{"line": "b", "n": 3}, {"line": None, "n": 4}])
        self.assertEqual(len(self.wrote(self.send("PATCH", "log?line=eq.a", {"n": 9}, RETURN), 200)), 2)
        self.assertEqual(self.send("DELETE", "log?line=is.null").status, 204)
        self.assertEqual(self.check_rows("log", "n"), [{"line": "b", "n": 3}, {"line": "a", "n": 9}, {"line": "a", "n": 9}])

    def test_tables_without_rowid_with_composite_and_text_keys(self):
        self.adopt("""
            CREATE TABLE place (country TEXT, code TEXT, name TEXT, PRIMARY KEY (country, code)) WITHOUT ROWID;
            CREATE TABLE word (word TEXT PRIMARY KEY, count INTEGER DEFAULT 7);
            INSERT INTO place VALUES ('de', 'b', 'Berlin'), ('de', 'm', 'Munich'), ('fr', 'p', 'Paris');
            INSERT INTO word VALUES ('one', 1), ('two', 2);""")
        self.check_rows("place", "code")
        self.check_rows("word", "word")
        merge = {"Prefer": "resolution=merge-duplicates,return=representation"}
        new = [{"country": "de", "code": "b", "name": "B"}, {"country": "it", "code": "r", "name": "Roma"}]
        self.assertIn(self.send("POST", "place", new, merge).status, (200, 201))
        self.assertEqual(self.stored("SELECT name FROM place ORDER BY country, code"),
                         [{"name": "B"}, {"name": "Munich"}, {"name": "Paris"}, {"name": "Roma"}])
        self.assertEqual(self.send("POST", "place", new[0]).status, 409)
        self.assertEqual(self.rows("place?country=eq.de&code=eq.m", headers=SINGULAR)["name"], "Munich")
        self.assertEqual(self.send("DELETE", "place?country=eq.de&code=eq.m").status, 204)
        self.assertEqual(self.wrote(self.send("POST", "word", {"word": "three"}, RETURN), 201),
                         [{"word": "three", "count": 7}])
        self.assertEqual(self.wrote(self.send("PATCH", "word?word=eq.one", {"word": "uno"}, RETURN), 200),
                         [{"word": "uno", "count": 1}])
        self.check_rows("word", "word")
        self.check_rows("place", "name")

    NAMES = ("select", "order", "group", "and", "or", "not", "limit", "offset", "columns", "on_conflict", "where",
             "with space", 'quo"te', "apo'strophe", "dot.ted", "com,ma", "co:lon", "semi;colon", "par(en)", "per%cent",
             "\u00fcn\u00efcode", "\u65e5\u672c", "\U0001f600", "back\\slash", "sla/sh", "*", "1st", "a->b", "x::y", "Mixed", "-")

    def test_names_that_need_quotes(self):
        columns = ", ".join(name_sql(name) for name in self.NAMES)
        marks = ", ".join("?" * len(self.NAMES))
        tables = {name: "t " + name.replace("/", "|") for name in self.NAMES}
        script = "".join(f"CREATE TABLE {name_sql(table)} ({columns});" for table in tables.values())
        self.adopt(script)
        for table in tables.values():
            for row in (1, 2):
                self.file.execute(f"INSERT INTO {name_sql(table)} VALUES ({marks})", [row] * len(self.NAMES))
        for name in self.NAMES:
            with self.subTest(name=name):
                table = tables[name]
                both = [dict.fromkeys(self.NAMES, row) for row in (1, 2)]
                self.assertEqual(self.rows(plain(table)), both)
                if name == "*":
                    continue  # selects every column, in quotes too
                self.assertEqual(self.rows(f"{plain(table)}?select={word(name)}&order={word(name)}.desc"),
                                 [{name: 2}, {name: 1}])
                self.assertEqual(self.rows(f"{plain(table)}?{word(name)}=eq.2&select={word('a.b')}:{word(name)}"),
                                 [{"a.b": 2}])
                self.assertEqual(self.rows(f"{plain(table)}?or=({word(name)}.eq.2,{word(name)}.is.null)"), both[1:])
                self.assertEqual(self.send("POST", f"{plain(table)}?columns={word(name)}", {name: 3, "no": 1}).status, 201)
                self.assertEqual(self.stored(f"SELECT {name_sql(name)} AS v FROM {name_sql(table)}")[2:], [{"v": 3}])
                self.assertEqual(self.send("PATCH", f"{plain(table)}?{word(name)}=eq.3", {name: "x'\""}).status, 204)
                self.assertEqual(self.stored(f"SELECT {name_sql(name)} AS v FROM {name_sql(table)}")[2:], [{"v": "x'\""}])
                self.assertEqual(self.send("DELETE", f"{plain(table)}?{word(name)}=neq.1").status, 204)
                self.assertEqual(len(self.stored(f"SELECT * FROM {name_sql(table)}")), 1)
                self.assertEqual(self.send("DELETE", f"{plain(table)}?{word(name)}=eq.1").status, 204)

    def test_views_with_and_without_triggers(self):
        self.adopt("""
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
            INSERT INTO t VALUES (1, 'x', 10), (2, 'y', 20), (3, 'x', 30);
            CREATE VIEW sums AS SELECT a, sum(b) AS "total of b", count(*) FROM t GROUP BY a;
            CREATE VIEW open AS SELECT id, a FROM t WHERE b < 30;
            CREATE TRIGGER open_insert INSTEAD OF INSERT ON open BEGIN INSERT INTO t VALUES (new.id, new.a, 0); END;
            CREATE TRIGGER open_update INSTEAD OF UPDATE ON open BEGIN UPDATE t SET a = new.a WHERE id = old.id; END;
            CREATE TRIGGER open_delete INSTEAD OF DELETE ON open BEGIN DELETE FROM t WHERE id = old.id; END;
            CREATE VIEW broken AS SELECT missing FROM t;""")
        self.check_rows("sums", "a")
        self.check_rows("open", "id")
        self.assertEqual(self.rows(f"sums?{word('total of b')}=gt.20&select=a"), [{"a": "x"}])
        self.assertEqual(self.send("GET", "broken").status, 404)
        self.assertEqual(self.send("POST", "sums", {"a": "z"}).status, 405)
        self.assertEqual(self.send("POST", "open", {"id": 4, "a": "new"}).status, 201)
        self.assertEqual(self.send("PATCH", "open?id=eq.4", {"a": "newer"}).status, 204)
        self.assertEqual(self.stored("SELECT * FROM t WHERE id = 4"), [{"id": 4, "a": "newer", "b": 0}])
        self.assertEqual(self.send("DELETE", "open?id=eq.4").status, 204)
        self.check_rows("open", "id")

    def test_generated_columns_and_defaults(self):
        self.adopt("""
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER DEFAULT (5 + 1), made TEXT DEFAULT CURRENT_TIMESTAMP,
              twice GENERATED ALWAYS AS (a * 2) VIRTUAL, kept INTEGER GENERATED ALWAYS AS (a + 1) STORED);
            INSERT INTO t (id, a) VALUES (1, 1), (2, 2);""")
        self.check_rows("t", "id")
        self.assertEqual([row["id"] for row in self.rows("t?twice=eq.4&order=kept.desc")], [2])
        row = self.wrote(self.send("POST", "t", {}, RETURN), 201)[0]
        self.assertEqual((row["id"], row["a"], row["twice"], row["kept"]), (3, 6, 12, 7))
        for body in ({"twice": 1}, {"kept": 1}):
            self.assertEqual(self.send("POST", "t", body).status, 400)
            self.assertEqual(self.send("PATCH", "t?id=eq.1", body).status, 400)
        self.assertEqual(self.wrote(self.send("PATCH", "t?id=eq.1", {"a": 50}, RETURN), 200)[0]["twice"], 100)
        self.check_rows("t", "id")

    def test_columns_without_types_keep_what_was_stored(self):
        self.client_type = Client  # the document tells the types that are declared, not what others have stored
        values = [None, 0, 1, -1, 2 ** 63 - 1, -2 ** 63, 2 ** 53 + 1, 0.1, -0.0, 1e300, 5e-324, "", "1", "1.0", "null",
                  "\u00e9", "\U0001f600", 'q"\\\n\t\x01', "true", b"", b"\x00\xff", bytes(range(256))]
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, v, n NUMERIC, x INTEGER, r REAL, s TEXT, b BLOB)")
        for number, value in enumerate(values):
            self.file.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *[value] * 6))
        rows = self.check_rows("t", "id")
        for row, value in zip(rows, values):
            if isinstance(value, int):
                self.assertIs(type(row["v"]), int)
        for number, value in enumerate(values):
            if isinstance(value, bytes) or value is None:
                continue
            body = {"id": 1_000 + number, "v": value}
            self.assertEqual(self.send("POST", "t", body).status, 201, body)
            stored = self.file.execute("SELECT v, typeof(v) FROM t WHERE id = ?", (1_000 + number,)).fetchone()
            self.assertEqual(stored[0], value)
            self.assertEqual(stored[1], {int: "integer", float: "real", str: "text"}[type(value)], value)

    def test_blobs_are_base64_both_ways(self):
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        for number, data in enumerate((b"", b"a", b"ab", b"abc", b"\x00\xff\xfe", bytes(range(256)) * 40)):
            text = base64.b64encode(data).decode()
            self.assertEqual(self.wrote(self.send("POST", "t", {"id": number, "b": text}, RETURN), 201),
                             [{"id": number, "b": text}])
            self.assertEqual(self.file.execute("SELECT b, typeof(b) FROM t WHERE id = ?", (number,)).fetchone(),
                             (data, "blob"))
            if len(data) < 300:
                self.assertEqual([row["id"] for row in self.rows(f"t?b=eq.{plain(text)}")], [number])
        self.assertEqual(self.send("POST", "t", {"id": 99, "b": "not base64!"}).status, 400)
        self.check_rows("t", "id")

    def test_infinities_are_told_and_refused(self):
        self.client_type = Client  # the document tells the types that are declared, not what others have stored
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL); INSERT INTO t VALUES (1, 9e999), (2, -9e999), (3, 1.5)")
        rows = self.rows("t?order=id")
        self.assertEqual([row["id"] for row in rows], [1, 2, 3])
        for row in rows[:2]:
            self.assertIn(row["r"], (None, "Infinity", "-Infinity"), "JSON has no number for it")
        self.assertNotIn(math.inf, [row["r"] for row in rows if isinstance(row["r"], float)])
        self.assertEqual([row["id"] for row in self.rows("t?order=r.desc")], [1, 3, 2])
        for body in (b'{"r":1e999}', b'{"r":-1e999}', b'{"r":NaN}', b'{"r":Infinity}', b'{"r":"NaN"}'):
            self.assertEqual(self.send("POST", "t", body).status, 400, body)
        self.assertEqual(len(self.stored("SELECT * FROM t")), 3)

    def test_text_that_is_not_utf8_is_still_valid_json(self):
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)")
        texts = (b"ab\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"good")
        for number, data in enumerate(texts):
            self.file.execute("INSERT INTO t VALUES (?, CAST(? AS TEXT))", (number, data))
        response = self.send("GET", "t?order=id")
        rows = json.loads(response.body.decode("utf-8"))  # strict: fails when it is not UTF-8
        self.assertEqual(len(rows), len(texts))
        self.assertEqual(rows[-1], {"id": 5, "s": "good"})
        self.assertTrue(rows[0]["s"].startswith("ab"))
        lines = self.send("GET", "t?order=id", headers={"Accept": "text/csv"}).body.split(b"\n")
        self.assertEqual(lines[0].strip(), b"id,s")
        self.assertEqual(self.send("DELETE", "t?id=lt.5").status, 204)

    def test_huge_text(self):
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)")
        self.file.execute("INSERT INTO t VALUES (1, ?), (2, 'small')", (BIG,))
        self.assertEqual(self.rows("t?order=id"), [{"id": 1, "s": BIG}, {"id": 2, "s": "small"}])
        self.assertEqual(self.rows("t?id=eq.1", headers=SINGULAR)["s"], BIG)
        half = BIG[:len(BIG) // 8]
        self.assertEqual(self.send("POST", "t", {"id": 3, "s": half}).status, 201)
        self.assertEqual(self.stored("SELECT s FROM t WHERE id = 3"), [{"s": half}])
        self.assertEqual(self.send("PATCH", "t?id=eq.1", {"s": "short"}).status, 204)
        self.check_rows("t", "id")

    def test_nulls_sort_and_compare_as_in_postgresql(self):
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, NULL), (2, 5), (3, NULL), (4, 1)")
        for query, expected in (("order=v,id", [4, 2, 1, 3]), ("order=v.desc,id", [1, 3, 2, 4]),
                                ("order=v.nullsfirst,id", [1, 3, 4, 2]), ("order=v.desc.nullslast,id", [2, 4, 1, 3]),
                                ("v=is.null", [1, 3]), ("v=not.is.null", [2, 4]), ("v=neq.5", [4]), ("v=not.eq.5", [4]),
                                ("v=isdistinct.5", [1, 3, 4])):
            self.assertEqual([row["id"] for row in self.rows("t?select=id&" + query)], expected, query)

    def test_full_text_search_tables(self):
        self.adopt("""CREATE VIRTUAL TABLE doc USING fts5(title, body, ref UNINDEXED);
            INSERT INTO doc VALUES ('one', 'first words', 1), ('two', 'more words', 2), ('three', NULL, 3);""")
        self.check_rows("doc", "ref", "title,body,ref")
        self.assertEqual(self.rows("doc?title=eq.two&select=ref"), [{"ref": 2}])
        self.assertEqual(self.rows("doc?body=like.*words&select=ref&order=ref"), [{"ref": 1}, {"ref": 2}])
        self.assertEqual(self.send("POST", "doc", {"title": "four", "body": "new", "ref": 4}).status, 201)
        self.assertEqual(self.send("PATCH", "doc?ref=eq.4", {"body": "newer"}).status, 204)
        self.assertEqual(self.stored("SELECT title, ref FROM doc WHERE doc MATCH 'newer'"), [{"title": "four", "ref": 4}])
        self.assertEqual(self.send("DELETE", "doc?ref=eq.4").status, 204)
        self.check_rows("doc", "ref", "title,body,ref")
        for method, path, body in (("PATCH", "doc?ref=eq.1", {"body": "x"}), ("DELETE", "doc?ref=eq.1", None)):
            response = self.send(method, path, body, RETURN)
            self.assertEqual((response.status, response.json()["code"]), (400, "0A000"))
        self.check_rows("doc", "ref", "title,body,ref")
        for shadow in ("doc_data", "doc_idx", "doc_content", "doc_docsize", "doc_config"):
            self.assertEqual(self.send("GET", shadow).status, 404)

    def test_csv_of_odd_values(self):
        self.adopt("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
        values = ["", ",", '"', "a\nb", "a\r\nb", " x ", "\u00e9", "=1+1", "'"]
        for value in values:
            self.file.execute("INSERT INTO t (v) VALUES (?)", (value,))
        text = self.send("GET", "t?order=id&select=v", headers={"Accept": "text/csv"}).body.decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual([row[0] if row else "" for row in rows], ["v", *values])

    def test_constraints_and_foreign_keys_hold(self):
        self.adopt("""CREATE TABLE a (id INTEGER PRIMARY KEY, u TEXT UNIQUE, n TEXT NOT NULL, c INTEGER CHECK (c > 0));
            CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO a VALUES (1, 'u', 'n', 1); INSERT INTO b VALUES (1);""")
        for method, path, body, status, code in (
                ("POST", "a", {"u": "u", "n": "x"}, 409, "23505"), ("POST", "a", {"u": "v"}, 400, "23502"),
                ("POST", "a", {"n": "x", "c": 0}, 400, "23514"), ("POST", "b", {"a": 5}, 409, "23503"),
                ("DELETE", "a?id=eq.1", None, 409, "23503"), ("PATCH", "a?id=eq.1", {"n": None}, 400, "23502")):
            response = self.send(method, path, body)
            self.assertEqual((response.status, response.json()["code"]), (status, code), response)
        self.assertEqual(self.stored("SELECT * FROM a"), [{"id": 1, "u": "u", "n": "n", "c": 1}])

    def test_tables_that_another_process_makes_later(self):
        self.adopt("CREATE TABLE t (x)")
        self.file.execute("CREATE TABLE later (y)")
        self.file.execute("INSERT INTO later VALUES (1)")
        eventually(lambda: self.send("GET", "later").status == 200, "the new table is served")
        self.assertEqual(self.rows("later"), [{"y": 1}])
        self.file.execute("ALTER TABLE later ADD COLUMN z DEFAULT 5")
        eventually(lambda: self.send("GET", "later").json() == [{"y": 1, "z": 5}], "the new column is served")


if __name__ == "__main__":
    unittest.main()
