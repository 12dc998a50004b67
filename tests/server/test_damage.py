"""Damaged pages: told as damage to the one who meets them; everybody else goes on."""

import contextlib
import os
import pathlib
import sqlite3
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, eventually  # noqa: E402
from rest import DATABASE, RestFolderCase, write_schema  # noqa: E402

PAGE = 4_096
SCHEMA = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT) STRICT;
CREATE POLICY entries ON entry USING (true) WITH CHECK (true);
CREATE POLICY others ON other USING (true) WITH CHECK (true);
INSERT INTO entry (text) WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 800)
  SELECT printf('%.700c', 'x') FROM i;
CREATE VIRTUAL TABLE words USING fts5(body);
CREATE POLICY words ON words FOR SELECT USING (true);
INSERT INTO words VALUES ('one two'), ('three');
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1);
CREATE POLICY places ON place FOR SELECT USING (true);
INSERT INTO place VALUES (1, 0, 1);
"""


class DamageCase(RestFolderCase):
    def setUp(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        self.start_prodev(folder=self.project).stop()
        self.file = self.project / DATABASE

    def root_page(self, name):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            return database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]

    def overwrite(self, page):
        data = bytearray(self.file.read_bytes())
        data[(page - 1) * PAGE:page * PAGE] = os.urandom(PAGE)
        self.file.write_bytes(data)

    def change(self, *statements):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                database.execute(statement)
            database.commit()

    def damage_a_leaf_of_entry(self):
        """A page of rows in the middle; returns an id that is on it."""
        for row in range(300, 800):
            mark = f"row {row}".encode().ljust(40, b".")
            self.change(f"UPDATE entry SET text = '{mark.decode()}' || substr(text, 41) WHERE id = {row}")
            at = self.file.read_bytes().find(mark)
            if at > 0:
                self.overwrite(at // PAGE + 1)
                return row
        raise AssertionError("no such row")

    def assert_damaged(self, response):
        self.assertEqual(response.status, 500, response)
        error = response.json()
        self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
        self.assertEqual(error["code"], "XX001")
        self.assertIn("entry", error["message"])
        self.assertNotIn("malformed", error["message"], "SQLite's own words")


OUT_OF_STEP = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE found USING fts5(body, content='note', content_rowid='id');
CREATE TRIGGER new_note AFTER INSERT ON note BEGIN INSERT INTO found (rowid, body) VALUES (new.id, new.body); END;
CREATE POLICY n ON note USING (true) WITH CHECK (true);
CREATE POLICY f ON found USING (true);
INSERT INTO note VALUES (1, 'alpha one'), (2, 'alpha two');
"""


class Index(RestFolderCase):
    def test_one_that_is_out_of_step_with_its_rows_is_no_damage(self):
        server = self.start_project(OUT_OF_STEP)
        self.assertEqual(self.ask(server, "DELETE", "note?id=eq.1").status, 204)
        response = self.ask(server, "GET", "found?select=body&body=fts.alpha")
        self.assertEqual((response.status, response.json()["code"]), (500, "XX002"), response)
        self.assertIn("out of step", response.json()["message"])
        with Client(server.port) as client:
            self.assertNotIn("damaged", client.get("/readyz").json())


class OneTable(DamageCase):
    def test_who_meets_it_is_told_and_the_others_go_on_reading_and_writing(self):
        lost = self.damage_a_leaf_of_entry()
        server = self.start_prodev(folder=self.project)
        problems, written, stop = [], [], threading.Event()

        def write(number):
            with Client(server.port) as client:
                while not stop.is_set():
                    response = client.request("POST", "/rest/v1/other", {"Content-Type": "application/json"},
                                              b'{"text": "%d"}' % number)
                    written.append(number)
                    if response.status != 201:
                        problems.append(response)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        try:
            for _ in range(5):
                self.assert_damaged(self.ask(server, "GET", "entry?text=like.*nowhere*"))
                self.assert_damaged(self.ask(server, "GET", f"entry?id=eq.{lost}"))
                self.assert_damaged(self.ask(server, "PATCH", f"entry?id=eq.{lost}", {"text": "new"}))
                self.assert_damaged(self.ask(server, "DELETE", f"entry?id=eq.{lost}"))
                self.assertEqual(self.ask(server, "GET", "entry?id=eq.1").status, 200)
                self.assertEqual(self.ask(server, "PATCH", "entry?id=eq.1", {"text": "new"}).status, 204)
        finally:
            stop.set()
            for writer in writers:
                writer.join()
        self.assertEqual(problems, [])
        self.assertGreater(len(written), 20)
        with Client(server.port) as client:
            self.assertEqual(client.get("/healthz").status, 200)
            ready = client.get("/readyz")
        self.assertEqual((ready.status, ready.json()), (200, {"status": "ready", "damaged": ["entry"]}))
        eventually(lambda: "damage in the database table=entry" in server.stderr_text(), "the log names the page")
        self.assertRegex(server.stderr_text(), r"damage in the database table=entry found=.*[Pp]age \d+")
        self.assertEqual(server.stderr_text().count("the database is damaged"), 1)
        self.assertNotIn("writes are refused", server.stderr_text())


class AtTheStart(DamageCase):
    """What is left out is told, and the rest is served."""

    def assert_starts(self, left_out=None):
        server = self.start_prodev(folder=self.project)
        warnings = [line for line in server.lines if line.startswith("warning ")]
        if left_out:
            self.assertTrue(any(f"{left_out} is left out" in line for line in warnings), server.lines)
        self.assertEqual(self.ask(server, "GET", "entry?id=eq.1").status, 200)
        self.assertEqual(self.ask(server, "POST", "other", {"text": "new"}).status, 201)
        response = self.ask(server, "GET", "words")
        self.assertIn(response.status, (404,) if left_out == "words" else (200, 404, 500), response)
        server.stop()

    def test_shadow_tables_of_a_full_text_index(self):
        kept = self.file.read_bytes()
        for statement in ["DELETE FROM words_data", "UPDATE words_data SET block = NULL WHERE id = 10",
                          "UPDATE words_config SET v = 99", "DELETE FROM sqlite_schema WHERE name = 'words_data'"]:
            with self.subTest(statement):
                self.file.write_bytes(kept)
                self.change(statement)
                self.assert_starts("words")

    def test_shadow_tables_of_an_r_tree(self):
        kept = self.file.read_bytes()
        for statement in ["DELETE FROM place_node", "UPDATE place_node SET data = x'00'",
                          "DELETE FROM sqlite_schema WHERE name = 'place_node'"]:
            with self.subTest(statement):
                self.file.write_bytes(kept)
                self.change(statement)
                self.assert_starts("place")

    def test_a_module_that_is_not_built_in(self):
        self.change("INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0,"
                    " 'CREATE VIRTUAL TABLE odd USING nowhere(x)')")
        self.assert_starts("odd")

    def test_pages_of_indexes_and_statistics(self):
        kept = self.file.read_bytes()
        for name in ["words_data", "words_config", "words_idx", "words_docsize", "place_node", "place_rowid",
                     "sqlite_stat1"]:
            with self.subTest(name):
                self.file.write_bytes(kept)
                self.overwrite(self.root_page(name))
                self.assert_starts()


if __name__ == "__main__":
    unittest.main()
