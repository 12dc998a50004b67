"""/rest/v1: windows, counts and pages, as PostgREST's documentation has them, and cursors."""

import json
import pathlib
import sqlite3
import sys
import unittest
import urllib.parse
from random import Random

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import eventually, run_prodev  # noqa: E402
from rest_case import RestCase  # noqa: E402

SCHEMA = """
CREATE ROLE staff;
CREATE TABLE item (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, grp INTEGER NOT NULL, score REAL, word TEXT,
  flag INTEGER NOT NULL DEFAULT 0 CHECK (flag IN (0, 1)), raw ANY
) STRICT;
CREATE INDEX item_grp ON item (grp);
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
INSERT INTO item SELECT i + 1, printf('c%03d', (i * 7) % 500), i % 10, CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 13) / 4.0 END,
  CASE WHEN i % 7 = 0 THEN NULL ELSE 'w "' || (i % 11) || '"' END, i % 2, i FROM n;
CREATE TABLE pair (a TEXT NOT NULL, b INTEGER NOT NULL, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
INSERT INTO pair SELECT 'a' || (id % 3), id, 'v' FROM item WHERE id <= 20;
CREATE TABLE "x WHERE y" (id INTEGER PRIMARY KEY) STRICT;
INSERT INTO "x WHERE y" VALUES (1), (2), (3);
CREATE POLICY x ON "x WHERE y" TO staff USING (true);
CREATE TABLE empty (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE npk (a TEXT, b TEXT, v INTEGER, PRIMARY KEY (a, b));
INSERT INTO npk VALUES ('x', NULL, 1), ('x', NULL, 2), ('x', 'y', 3), ('x', NULL, 4), ('z', NULL, 5), (NULL, NULL, 6), (NULL, NULL, 7);
CREATE TABLE loose (v INTEGER) STRICT;
INSERT INTO loose VALUES (3), (3), (3), (1), (2);
CREATE TABLE ev (id INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL UNIQUE, key UUID);
INSERT INTO ev VALUES (1, '2026-11-28 08:00:00', 'b'), (2, '2026-11-28T08:00:00Z', 'B'), (3, '2026-11-28T08:00:00.000Z', 'A'),
  (4, '2026-11-28T09:00:00+01:00', 'a'), (5, '2026-11-28T07:59:59Z', NULL), (6, '2026-11-28', 'A');
CREATE INDEX ev_key ON ev (key);
CREATE TABLE mixed (id INTEGER PRIMARY KEY, n INTEGER, r REAL, d DATE, u UUID, at TIMESTAMP, t TIME, txt TEXT, b BLOB, untyped,
  num NUMERIC, flag BOOLEAN, price DECIMAL(10,2), doc JSON);
CREATE INDEX mixed_at ON mixed (at);
CREATE VIEW made AS SELECT id, n + 0 AS n, untyped, txt || '' AS txt, at, b FROM mixed;
CREATE POLICY m ON mixed TO staff USING (true);
GRANT SELECT ON made TO staff;
CREATE VIEW items AS SELECT * FROM item;
CREATE VIEW twice AS SELECT * FROM item UNION ALL SELECT * FROM item;
CREATE VIEW with_pairs AS SELECT item.* FROM item JOIN pair ON pair.v = 'v';
CREATE POLICY i ON item TO staff USING (true) WITH CHECK (true);
CREATE POLICY p ON pair TO staff USING (true) WITH CHECK (true);
CREATE POLICY n ON npk TO staff USING (true);
CREATE POLICY l ON loose TO staff USING (true);
CREATE POLICY v ON ev TO staff USING (true);
CREATE POLICY e ON empty TO staff USING (true) WITH CHECK (true);
CREATE POLICY few ON item FOR SELECT TO authenticated USING (grp = 1);
GRANT SELECT ON items TO staff;
GRANT SELECT ON twice TO staff;
GRANT SELECT ON with_pairs TO staff;
GRANT SELECT (code, grp) ON item TO anon;
CREATE POLICY all_anon ON item FOR SELECT TO anon USING (true);
"""
EXACT = {"Prefer": "count=exact"}


class PagingCase(RestCase):
    SCHEMA = SCHEMA

    def window(self, path, prefer="", method="GET", **more):
        headers = {"Prefer": prefer} if prefer else {}
        headers.update(more.pop("headers", {}))
        response = self.call(method, path, headers=headers, **more)
        return response.status, response.header("Content-Range")

    def database(self):
        connection = sqlite3.connect(self.folder / "data/prodev.db")
        self.addCleanup(connection.close)
        return connection


class Windows(PagingCase):
    def test_range_counts_from_the_first_row(self):
        for value, expected in [("0-24", "0-24/*"), ("490-", "490-499/*"), ("490-9999", "490-499/*"), ("-5", "0-499/*"),
                                ("bytes=0-4", "0-499/*"), ("5-5", "5-5/*"), ("x", "0-499/*")]:
            self.assertEqual(self.window("item", headers={"Range-Unit": "items", "Range": value}), (200, expected), value)
        for path, value, expected in [("item?offset=2&limit=10", "5-14", "5-11/*"), ("item?limit=3", "0-9", "0-2/*"),
                                      ("item?offset=100", "0-150", "100-150/*"), ("item?limit=0", "0-9", "*/*")]:
            self.assertEqual(self.window(path, headers={"Range": value}), (200, expected), (path, value))
        for path, value in [("item?limit=3", "5-9"), ("item", "9-5"), ("item?offset=10", "0-5")]:
            error = self.refused(416, "PGRST103", "GET", path, headers={"Range": value})
            self.assertIn("lower boundary", error["details"])

    def test_beyond_the_end(self):
        error = self.refused(416, "PGRST103", "GET", "item", headers={"Range": "501-600", **EXACT})
        self.assertEqual((error["message"], error["details"]), (
            "Requested range not satisfiable", "An offset of 501 was requested, but there are only 500 rows."))
        self.assertEqual(self.window("item?offset=500", "count=exact"), (206, "*/500"))
        self.assertEqual(self.window("item?offset=501"), (200, "*/*"))
        self.assertEqual(self.window("empty", "count=exact"), (200, "*/0"))

    def test_206_when_there_is_more(self):
        self.assertEqual(self.window("item?limit=500", "count=exact"), (200, "0-499/500"))
        self.assertEqual(self.window("item?limit=501", "count=exact"), (200, "0-499/500"))
        self.assertEqual(self.window("item?limit=20&offset=490", "count=exact"), (206, "490-499/500"))
        self.assertEqual(self.window("item?limit=20&offset=470", "count=exact"), (206, "470-489/500"))
        self.assertEqual(self.window("item?limit=20", "count=exact", "HEAD"), (206, "0-19/500"))
        self.assertEqual(self.window("item?limit=20", "", "HEAD"), (200, "0-19/*"))
        self.assertEqual(self.call("HEAD", "item?limit=20").body, b"")

    def test_one_object_tells_how_many_there_are(self):
        headers = {"Accept": "application/vnd.pgrst.object+json"}
        error = self.refused(406, "PGRST116", "GET", "item?grp=eq.1", headers=headers)
        self.assertEqual((error["message"], error["details"]),
                         ("Cannot coerce the result to a single JSON object", "The result contains 50 rows"))


class MaxRows(PagingCase):
    ARGUMENTS = ("--max-rows", "30")

    def test_a_read_ends_there(self):
        self.assertEqual(len(self.rows("item")), 30)
        self.assertEqual(self.window("item?limit=100", "count=exact"), (206, "0-29/500"))
        self.assertEqual(self.window("item?limit=10&offset=5", "count=exact"), (206, "5-14/500"))
        self.assertEqual(self.window("item?id=lt.20", "count=exact"), (200, "0-18/19"))

    def test_an_estimate_is_exact_up_to_there(self):
        self.assertEqual(self.window("item?id=lt.21&limit=5", "count=estimated"), (206, "0-4/20"))
        status, sent = self.window("item?limit=5", "count=estimated")
        self.assertEqual(status, 206)
        self.assertTrue(400 <= int(sent.split("/")[1]) <= 600, sent)


class Estimates(PagingCase):
    def total(self, path, prefer="count=planned", **more):
        status, sent = self.window(path, prefer, **more)
        self.assertEqual(status, 206, sent)
        return int(sent.split("/")[1])

    def test_they_go_by_the_statistics(self):
        self.assertEqual(self.database().execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'item'").fetchone(), (2,))
        for query, low, high in [("", 400, 600), ("&grp=eq.1", 40, 60), ("&grp=in.(1,2)", 80, 120), ("&flag=is.true", 200, 300),
                                 ("&grp=neq.1", 400, 500), ("&or=(grp.eq.1,grp.eq.2)", 75, 120), ("&score=is.not_null", 450, 500)]:
            self.assertTrue(low <= self.total("item?limit=5" + query) <= high, (query, self.total("item?limit=5" + query)))
        response = self.call("GET", "item?limit=5", headers={"Prefer": "count=planned"})
        self.assertEqual(response.header("Preference-Applied"), "count=planned")

    def test_a_window_that_is_not_filled_tells_the_number(self):
        for prefer in ["count=exact", "count=planned", "count=estimated"]:
            self.assertEqual(self.window("item?grp=eq.1&limit=60", prefer), (200, "0-49/50"))
            self.assertEqual(self.window("item?id=eq.7&limit=5", prefer), (200, "0-0/1"))
            self.assertEqual(self.window("empty?limit=5", prefer), (200, "*/0"))

    def test_head_reads_no_rows_for_them(self):
        self.assertEqual(self.window("item", "count=planned", "HEAD"), (200, "0-499/500"))
        self.assertEqual(self.window("item?limit=20&offset=30", "count=planned", "HEAD"), (206, "30-49/500"))
        self.assertEqual(self.window("item?grp=in.(1,2)", "count=estimated", "HEAD"), (200, "0-99/100"))
        self.assertEqual(self.window("empty", "count=planned", "HEAD"), (200, "*/0"))
        one = {"Accept": "application/vnd.pgrst.object+json"}
        self.assertEqual(self.window("item?id=eq.4", "count=planned", "HEAD", headers=one), (200, "0-0/1"))
        self.assertEqual(self.call("HEAD", "item?id=lt.4", headers={"Prefer": "count=planned", **one}).status, 406)

    def test_few_are_counted(self):
        self.assertEqual(self.total("item?grp=in.(1,2)&limit=5", "count=estimated"), 100)
        self.assertEqual(self.total("item?score=is.null&limit=5", "count=estimated"), 100)

    def test_a_total_is_never_less_than_what_was_seen(self):
        status, sent = self.window("item?score=gte.0&word=not.is.null&code=like.c*&limit=90", "count=planned")
        self.assertEqual((status, sent.split("/")[0]), (200, "0-89"))
        self.assertGreaterEqual(int(sent.split("/")[1]), 90)

    def test_new_rows_are_noticed(self):
        rows = [{"id": 1000 * i} for i in range(3_000)]  # so far apart that the largest says nothing
        self.assertEqual(self.call("POST", "empty", rows).status, 201)
        eventually(lambda: 1_500 <= self.total("empty?limit=5") <= 6_000, "the table is analyzed after the batch")


class Orders(PagingCase):
    def test_an_order_by_more_columns_than_it_may_have_is_refused_with_a_sentence(self):
        self.assertEqual(self.call("GET", "item?order=" + ",".join(["id"] * 200)).status, 200)
        for more in (201, 1200):
            error = self.refused(400, "PGRST100", "GET", "item?order=" + ",".join(["id"] * more))
            self.assertIn("at most 200 columns", error["details"])

    def test_a_list_of_more_columns_than_a_table_can_have_is_refused_with_a_sentence(self):
        for name in ("columns", "on_conflict"):
            error = self.refused(400, "PGRST100", "POST", f"item?{name}=" + ",".join(["a"] * 2001), [{}])
            self.assertIn("at most 2000 columns", error["details"])


class Cursors(PagingCase):
    def pages(self, path, role="staff", limit_pages=200):
        """Follows Link to the end; the rows of each page and its Content-Range."""
        pages, target = [], "/rest/v1/" + path
        headers = {"Authorization": "Bearer " + self.token(role, "s")} if role else {}
        while target:
            response = self.client().request("GET", target, headers)
            self.assertEqual(response.status, 200, response.body)
            pages.append((response.json(), response.header("Content-Range")))
            link = response.header("Link")
            self.assertLess(len(pages), limit_pages)
            if link is None:
                return pages
            self.assertRegex(link, r'^<[^<>]*cursor=after\.[A-Za-z0-9_-]+>; rel="next"$')
            target = urllib.parse.urljoin(target, link[1:link.index(">")])

    def expected(self, where, order):
        return [row[0] for row in self.database().execute(f"SELECT id FROM item WHERE {where} ORDER BY {order}")]

    def test_every_row_comes_once_and_in_order(self):
        for order, sql in [
            ("id", "id"), ("id.desc", "id DESC"), ("grp", "grp, id"), ("grp.desc", "grp DESC, id DESC"),
            ("score", "score NULLS LAST, id"), ("score.desc", "score DESC NULLS FIRST, id DESC"),
            ("score.nullsfirst", "score NULLS FIRST, id"), ("score.desc.nullslast", "score DESC NULLS LAST, id DESC"),
            ("word.desc,score", "word DESC NULLS FIRST, score NULLS LAST, id"), ("flag.desc,word", "flag DESC, word NULLS LAST, id"),
            ("code", "code"), ("grp,code.desc", "grp, code DESC"), ("word,score.desc.nullslast,id.desc",
                                                                  "word NULLS LAST, score DESC NULLS LAST, id DESC"),
        ]:
            with self.subTest(order):
                pages = self.pages(f"item?select=id&order={order}&limit=37&grp=neq.3")
                self.assertEqual([row["id"] for rows, _ in pages for row in rows], self.expected("grp <> 3", sql))
                self.assertEqual([sent for _, sent in pages][:2], ["0-36/*", "37-73/*"])
                self.assertEqual(pages[-1][1], "444-449/*")

    def test_a_key_of_two_columns(self):
        pages = self.pages("pair?select=a,b&order=a.desc&limit=6")
        self.assertEqual([(row["a"], row["b"]) for rows, _ in pages for row in rows], sorted(
            ((f"a{i % 3}", i) for i in range(1, 21)), key=lambda row: (row[0], row[1]), reverse=True))

    def test_rows_that_come_and_go_shift_nothing(self):
        first = self.call("GET", "item?select=id&order=id&limit=10", headers=EXACT)
        self.assertEqual(first.header("Content-Range"), "0-9/500")
        target = first.header("Link")[1:first.header("Link").index(">")]
        self.call("DELETE", "item?id=lt.6")
        second = self.call("GET", target, headers=EXACT)
        self.assertEqual([row["id"] for row in second.json()], list(range(11, 21)))
        self.assertEqual((second.status, second.header("Content-Range")), (206, "10-19/495"))
        self.assertEqual(self.call("GET", target + "&offset=2").json()[0]["id"], 13)

    def test_they_outlive_the_server(self):
        first = self.call("GET", "item?select=id&order=id&limit=10")
        self.server.stop()
        self._client.close()
        del self._client
        self.server = self.start_prodev(folder=self.folder)
        link = first.header("Link")
        self.assertEqual(self.call("GET", link[1:link.index(">")]).json()[0], {"id": 11})

    def test_there_is_none_where_it_cannot_hold(self):
        for path, headers in [("item?limit=5", {}), ("item?order=id", {}), ("mixed?order=doc&limit=5", {}),
                              ("twice?order=id&limit=5", {}), ("with_pairs?order=id&limit=5", {}), ("item?order=id&limit=0", {}),
                              ("item?order=id&limit=501", {}), ("item?order=id", {"Range": "0-9"}),
                              ("item?order=id&limit=1", {"Accept": "application/vnd.pgrst.object+json"})]:
            response = self.call("GET", path, headers=headers)
            self.assertEqual((response.status, response.header("Link")), (200, None), path)
        # Nor one that nobody takes.
        self.call("PATCH", "item?id=eq.1", {"word": "w" * 5_000})
        self.assertIsNone(self.call("GET", "item?id=eq.1&order=word&limit=1").header("Link"))
        self.assertIsNotNone(self.call("GET", "item?id=eq.1&order=grp&limit=1").header("Link"))
        # The key is not theirs to read, the unique code is.
        self.assertIsNone(self.call("GET", "item?order=grp&limit=5", role=None).header("Link"))
        self.assertEqual(len(self.pages("item?order=grp,code&limit=100", role=None)), 6)

    def test_a_view_of_the_rows_of_one_table_has_pages_by_its_key(self):
        pages = self.pages("items?select=id&order=grp&limit=100")
        self.assertEqual(sorted(row["id"] for rows, _ in pages for row in rows), list(range(1, 501)))

    def test_a_table_may_be_called_like_sql(self):
        pages = self.pages("x%20WHERE%20y?order=id&limit=1")
        self.assertEqual([row["id"] for rows, _ in pages for row in rows], [1, 2, 3])

    def test_policies_hold_on_every_page(self):
        pages = self.pages("item?select=grp&order=score&limit=20", role="authenticated")
        self.assertEqual([row["grp"] for rows, _ in pages for row in rows], [1] * 50)

    def test_every_row_comes_once_whatever_tells_them_apart(self):
        for path, names in [("npk?select=v&order=a", "v"), ("npk?select=v&order=a.desc,b", "v"),
                            ("npk?select=v&order=b.nullsfirst,v", "v"), ("ev?select=id&order=at", "id"),
                            ("ev?select=id&order=at.desc", "id"), ("ev?select=id&order=key", "id"),
                            ("ev?select=id&order=key.desc.nullslast", "id")]:
            for limit in (1, 2, 3):
                with self.subTest(path, limit=limit):
                    rows = [row[names] for page, _ in self.pages(f"{path}&limit={limit}") for row in page]
                    self.assertEqual(sorted(rows), list(range(1, 8 if names == "v" else 7)))
        pages = self.pages("loose?select=v&order=v&limit=2")
        self.assertEqual([row["v"] for page, _ in pages for row in page], [1, 2, 3, 3, 3])

    def test_values_of_any_storage_class_have_their_place(self):
        """Where a table is not STRICT, others may have stored what its types do not say."""
        columns = ["n", "r", "d", "u", "at", "t", "txt", "b", "untyped", "num", "flag", "price"]
        values = [None, 0, 1, 5, -3, 10**15, 1.5, -2.25, 0.1, float("inf"), "5", "abc", "", "zz", b"abc", b"\xff\x00", 1700000000,
                  "2025-01-01", "2025-01-01T10:00:00Z", "2025-01-01 09:00:00", "10:00", "09:00:30+02:00",
                  "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12"]
        random = Random(5)
        database = self.database()
        for _ in range(150):
            database.execute(f"INSERT INTO mixed ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                             [random.choice(values) for _ in columns])
        database.execute("UPDATE mixed SET txt = CAST(x'ff41' AS TEXT), untyped = CAST(x'fe' AS TEXT) WHERE id % 17 = 0")
        database.commit()
        for table, names in (("mixed", columns), ("made", ["n", "txt", "at", "b", "untyped"])):
            for order in [name + way for name in names for way in ("", ".desc", ".nullsfirst", ".desc.nullslast")]:
                with self.subTest(table, order=order):
                    path = f"{table}?select=id&order={order},id"
                    pages = self.pages(path + "&limit=16")
                    self.assertEqual([row for rows, _ in pages for row in rows], self.rows(path))
                    self.assertEqual(len(pages), 10)

    def test_a_cursor_is_of_one_table_and_order(self):
        link = self.call("GET", "item?select=id&order=grp&limit=10").header("Link")
        cursor = urllib.parse.parse_qs(urllib.parse.urlsplit(link[1:link.index(">")]).query)["cursor"][0]
        self.assertEqual(self.call("GET", "item?order=grp&limit=3&flag=is.true&cursor=" + cursor).status, 200)
        flipped = cursor[:-3] + ("AAA" if cursor[-3:] != "AAA" else "BBB")
        for path in ["item?order=grp.desc&limit=3&cursor=" + cursor, "item?order=grp&limit=3&cursor=" + flipped,
                     "pair?order=a&limit=3&cursor=" + cursor, "item?order=grp&limit=3&cursor=after.",
                     "item?order=grp&limit=3&cursor=after.%20", "item?order=grp&cursor=" + cursor,
                     "item?limit=3&cursor=" + cursor, "items?order=id&limit=3&cursor=" + cursor]:
            self.refused(400, "PGRST100", "GET", path)
        self.refused(400, "42703", "GET", "item?cursor=eq.5")
        self.refused(400, "PGRST100", "DELETE", "item?id=gt.0&cursor=" + cursor)

    def test_a_column_called_cursor_can_be_filtered(self):
        (self.folder / "schema/0002_c.sql").write_text(
            "CREATE TABLE c (cursor TEXT PRIMARY KEY) STRICT; INSERT INTO c VALUES ('after.x'), ('y'), ('z');"
            "CREATE POLICY c ON c TO staff USING (true);")
        self.assertEqual(run_prodev("migrate", "up", "--dir", self.folder).returncode, 0)
        eventually(lambda: self.call("GET", "c").status == 200, "the new table is served")
        self.assertEqual(self.rows("c?cursor=eq.after.x"), [{"cursor": "after.x"}])
        self.assertEqual([rows for rows, _ in self.pages("c?order=cursor&limit=2&cursor=neq.y")],
                         [[{"cursor": "after.x"}, {"cursor": "z"}], []])

    def test_a_far_page_is_found_by_an_index(self):
        link = self.call("GET", "item?select=id&order=grp&limit=400").header("Link")
        plan = self.call("GET", link[1:link.index(">")], role="service_role",
                         headers={"Accept": "application/vnd.pgrst.plan+json"}).json()
        self.assertIn("USING", json.dumps(plan))
        self.assertIn("item_grp (grp>", json.dumps(plan))


if __name__ == "__main__":
    unittest.main()
