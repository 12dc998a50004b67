"""`prodev serve --dev`: schema files that are saved again and again, and nothing that stops it."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, eventually, run_prodev  # noqa: E402

FIRST = "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);\nCREATE POLICY p ON note USING (true);\n"
# A moment of work.
SLOW = ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
        " UPDATE note SET slug = slug WHERE (SELECT count(*) FROM n) = 0;")


class DevCase(FolderCase):
    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()

    def write(self, name, sql):
        (self.project / "schema" / name).write_text(sql)

    def serve(self, *arguments):
        self.server = self.start_prodev("--dev", *arguments, folder=self.project)
        return self.server

    def request(self, method, target, body=None):
        with Client(self.server.port) as client:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            return client.request(method, target, headers, json.dumps(body).encode() if body is not None else b"")

    def rows(self, target):
        response = self.request("GET", target)
        return response.json() if response.status == 200 else response.status

    def insert(self, table, *rows):
        response = self.request("POST", f"/rest/v1/{table}", list(rows))
        self.assertEqual(response.status, 201, response)

    def eventually_rows(self, target, expected):
        try:
            eventually(lambda: self.rows(target) == expected, f"{target} is {expected}")
        except AssertionError as error:
            raise AssertionError(f"{error}, but {self.rows(target)}\n{self.log_lines()}") from None

    def eventually_logged(self, text, count=1):
        try:
            eventually(lambda: self.server.stderr_text().count(text) >= count, f"{text!r} logged")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_lines()}") from None

    def log_lines(self):
        lines = [line for line in self.server.stderr_text().splitlines() if " request " not in line]
        return "\n".join(lines)[-3000:]

    def migrate(self, *words):
        return run_prodev("migrate", *words, "--dir", self.project)

    def database(self, sql):
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            return connection.execute(sql).fetchall()


class SavedAgain(DevCase):
    def test_a_file_is_saved_again_and_again_and_the_rows_written_since_are_kept(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        self.insert("note", {"id": 1, "body": "a"})
        self.assertEqual(self.migrate("new", "tag").returncode, 0)
        self.write("0002_tag.sql", "")
        self.write("0002_tag.sql", "ALTER TABLE note ADD COLUMN tag TEXT DEFAULT 'x';")
        self.eventually_rows("/rest/v1/note", [{"id": 1, "body": "a", "tag": "x"}])
        self.insert("note", {"id": 2, "body": "b", "tag": "mine"})
        self.write("0002_tag.sql", "ALTER TABLE note ADD COLUMN label TEXT DEFAULT 'y';")
        self.eventually_rows("/rest/v1/note?order=id", [{"id": 1, "body": "a", "label": "y"},
                                                        {"id": 2, "body": "b", "label": "y"}])
        self.eventually_logged("kept      1 rows of note written since 0002_tag.sql")
        self.write("0002_tag.sql", "ALTER TABLE note ADD COLUMN label TEXT DEFAULT nosuch(;")
        self.eventually_logged("0002_tag.sql:1:")
        self.assertEqual(len(self.rows("/rest/v1/note")), 2)
        self.write("0001_note.sql", FIRST.replace("body TEXT", "body TEXT, mark INTEGER DEFAULT 3"))
        self.write("0002_tag.sql", "ALTER TABLE note ADD COLUMN tag TEXT DEFAULT 'z';")
        self.eventually_rows("/rest/v1/note?order=id", [{"id": 1, "body": "a", "mark": 3, "tag": "z"},
                                                        {"id": 2, "body": "b", "mark": 3, "tag": "z"}])
        self.assertEqual(self.database("SELECT count(*) FROM _prodev_migration"), [(2,)])
        # A plain start finds nothing to complain about.
        self.server.stop()
        self.server = self.start_prodev(folder=self.project)
        self.assertEqual(len(self.rows("/rest/v1/note")), 2)

    def test_a_referred_to_table_is_rebuilt_while_rows_are_written(self):
        self.write("0001_a.sql", "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);\n"
                   "CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES author (id)"
                   " ON DELETE CASCADE);\nINSERT INTO author VALUES (1, 'a');\n"
                   "CREATE POLICY p ON author USING (true); CREATE POLICY p ON book USING (true);")
        self.serve()
        stop, written, refused = threading.Event(), [], []

        def write():
            number = 0
            while not stop.is_set():
                number += 1
                status = self.request("POST", "/rest/v1/book", {"id": number, "author_id": 1}).status
                (written if status == 201 else refused).append(number)

        writer = threading.Thread(target=write)
        writer.start()
        rebuild = ("PRAGMA foreign_keys=OFF;\nCREATE TABLE author_new (id INTEGER PRIMARY KEY, name TEXT{});\n"
                   "INSERT INTO author_new (id, name) SELECT id, name FROM author;\nDROP TABLE author;\n"
                   "ALTER TABLE author_new RENAME TO author;\n")
        try:
            for i, column in enumerate(["", ", x TEXT", ", y TEXT"]):
                self.write("0002_b.sql", rebuild.format(column))
                self.eventually_logged("schema file applied", i + 1)
                time.sleep(0.3)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(refused, [])
        self.eventually_rows("/rest/v1/author", [{"id": 1, "name": "a", "y": None}])
        stored = {row["id"] for row in self.rows("/rest/v1/book")}
        self.assertEqual(stored, set(written))

    def test_what_does_not_fit_is_told_and_stays_in_a_copy(self):
        self.write("0001_note.sql", FIRST)
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE POLICY p ON b USING (true);")
        self.serve()
        self.insert("b", {"id": 1}, {"id": 2})
        self.write("0002_b.sql", "CREATE TABLE c (id INTEGER PRIMARY KEY);")
        self.eventually_logged("not kept  2 rows of b written since 0002_b.sql (the table is gone)")
        for kept in (self.project / "data/undo").glob("*.db"):
            self.assertEqual(kept.stat().st_mode & 0o777, 0o600, kept)
        with sqlite3.connect(self.project / "data/undo/replaced.db") as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM b").fetchall(), [(2,)])

    def test_full_text_is_kept_and_a_renamed_column_is_told(self):
        schema = ("CREATE TABLE doc (id INTEGER PRIMARY KEY, titel TEXT);\n"
                  "CREATE VIRTUAL TABLE own USING fts5 (text);\nCREATE VIRTUAL TABLE fed USING fts5 (titel);\n"
                  "CREATE VIRTUAL TABLE less USING fts5 (titel, content='');\n"
                  "CREATE TRIGGER fill AFTER INSERT ON doc BEGIN\n"
                  "INSERT INTO fed (rowid, titel) VALUES (new.id, new.titel);\n"
                  "INSERT INTO less (rowid, titel) VALUES (new.id, new.titel); END;\n"
                  + "".join(f"CREATE POLICY p ON {name} USING (true);\n" for name in ("doc", "own", "fed", "less")))
        self.write("0001_doc.sql", schema)
        self.serve()
        self.insert("doc", {"titel": "one word"}, {"titel": "two words"})
        self.insert("own", {"text": "precious text"})
        self.write("0001_doc.sql", schema + "CREATE TABLE more (a INTEGER PRIMARY KEY);")
        self.eventually_logged("kept      2 rows of less written since 0001_doc.sql")
        for target, expected in (("own?own=fts.precious&select=text", [{"text": "precious text"}]),
                                 ("fed?fed=fts.one&select=rowid", [{"rowid": 1}]),
                                 ("less?less=fts.two&select=rowid", [{"rowid": 2}])):
            self.eventually_rows(f"/rest/v1/{target}", expected)
        self.assertNotIn("not kept", self.server.stderr_text())
        self.write("0001_doc.sql", schema.replace("titel", "title").replace("(text)", "(text, more)"))
        self.eventually_logged("not kept  the values of doc.titel in 2 rows written since 0001_doc.sql (the file makes"
                               " no such column)")
        self.eventually_logged("a later one says ALTER TABLE doc RENAME COLUMN titel TO its new name")
        self.eventually_logged("not kept  2 rows of less written since 0001_doc.sql (it keeps no text")
        self.eventually_rows("/rest/v1/own?select=text,more", [{"text": "precious text", "more": None}])

    def test_an_edit_while_no_server_runs_is_done_at_the_next_start(self):
        self.write("0001_note.sql", FIRST)
        self.serve().stop()
        self.write("0001_note.sql", FIRST.replace("body TEXT", "body TEXT, mark INTEGER DEFAULT 3"))
        plain = run_prodev("migrate", "--dir", self.project)
        self.assertEqual(plain.returncode, 1)
        self.assertIn("prodev migrate redo", plain.stderr)
        self.serve()
        self.insert("note", {"id": 1})
        self.assertEqual(self.rows("/rest/v1/note"), [{"id": 1, "body": None, "mark": 3}])

    def test_a_file_that_is_gone_undoes_nothing_by_itself(self):
        self.write("0001_note.sql", FIRST)
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);")
        self.serve()
        (self.project / "schema/0002_b.sql").unlink()
        self.eventually_logged("its file is gone")
        self.assertEqual(self.database("SELECT count(*) FROM b"), [(0,)])
        result = self.migrate("redo")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("undone    0002_b.sql", result.stdout)
        self.assertEqual(self.database("SELECT name FROM sqlite_schema WHERE name = 'b'"), [])


class Redo(DevCase):
    def test_redo_runs_the_newest_file_again_beside_a_server_that_sees_it(self):
        self.write("0001_note.sql", FIRST)
        self.write("0002_fill.sql", "INSERT INTO note (body) VALUES ('from the file');")
        self.serve()
        self.insert("note", {"id": 7, "body": "mine"})
        self.assertEqual(self.request("DELETE", "/rest/v1/note?id=eq.1").status, 204)
        result = self.migrate("redo")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"undone    0002_fill.sql\nkept      2 rows of note .*\napplied   0002_fill.sql")
        self.eventually_rows("/rest/v1/note", [{"id": 7, "body": "mine"}])

    def test_redo_without_a_copy_says_what_keeps_one(self):
        self.write("0001_note.sql", FIRST)
        self.assertEqual(self.migrate().returncode, 0)
        result = self.migrate("redo")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no copy of the database from before 0001_note.sql is kept (--dev keeps them", result.stderr)
        self.assertIn(f"remove {self.project}/data/prodev.db*, keep {self.project}/data/keys", result.stderr)
        # So it is not offered when the file has changed.
        self.write("0001_note.sql", FIRST.replace("body", "text"))
        for result in (self.migrate(), self.migrate("plan")):
            self.assertEqual(result.returncode, 1)
            self.assertIn("0001_note.sql was applied at", result.stderr)
            self.assertIn(f"remove {self.project}/data/prodev.db*, keep {self.project}/data/keys", result.stderr)
            self.assertNotIn("redo", result.stderr)

    def test_the_seed_is_for_development_and_runs_once_after_the_files(self):
        self.write("0001_note.sql", FIRST)
        self.write("seed.sql", "INSERT INTO note (body) VALUES ('seed');")
        other = self.make_folder()
        (other / "schema").mkdir()
        for name in ("0001_note.sql", "seed.sql"):
            (other / "schema" / name).write_text((self.project / "schema" / name).read_text())
        self.start_prodev(folder=other)
        with sqlite3.connect(other / "data/prodev.db") as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM note").fetchall(), [(0,)])
        self.serve().stop()
        self.serve()
        self.assertEqual(self.rows("/rest/v1/note"), [{"id": 1, "body": "seed"}])
        self.insert("note", {"id": 5, "body": "mine"})
        self.write("0002_tag.sql", "ALTER TABLE note ADD COLUMN tag TEXT;")
        self.eventually_rows("/rest/v1/note", [{"id": 1, "body": "seed", "tag": None},
                                               {"id": 5, "body": "mine", "tag": None}])
        self.write("seed.sql", "INSERT INTO note (body) VALUES ('other seed');")
        self.eventually_rows("/rest/v1/note", [{"id": 1, "body": "other seed", "tag": None},
                                               {"id": 5, "body": "mine", "tag": None}])
        # A plain start and a plain migrate leave it alone.
        self.server.stop()
        self.assertEqual(self.migrate().returncode, 0)
        self.start_prodev(folder=self.project)


class Seed(DevCase):
    """A new file runs on what is there: the seed's rows and those that were written by hand."""

    ADD = "ALTER TABLE note ADD COLUMN slug TEXT; UPDATE note SET slug = lower(body);"
    REBUILD = ("CREATE TABLE other (id INTEGER PRIMARY KEY, body TEXT, pages INTEGER NOT NULL);\n"
               "INSERT INTO other SELECT id, body, coalesce(pages, 0) FROM note;\n"
               "DROP TABLE note; ALTER TABLE other RENAME TO note;")

    def start_with_seed(self, first=FIRST):
        self.write("0001_note.sql", first)
        self.write("seed.sql", "INSERT INTO note (id, body) VALUES (100, 'Seed');")
        self.serve()
        self.insert("note", {"id": 1, "body": "Hand Made"})

    def test_a_new_file_runs_on_rows_written_by_hand(self):
        self.start_with_seed()
        self.write("0002_slug.sql", self.ADD)
        self.eventually_rows("/rest/v1/note?select=id,slug&order=id",
                             [{"id": 1, "slug": "hand made"}, {"id": 100, "slug": "seed"}])
        self.assertNotIn("undone", self.server.stderr_text())
        # So it does when it is saved again, and written rows stay when the seed changes after it.
        self.insert("note", {"id": 2, "body": "Later", "slug": "mine"})
        self.write("0002_slug.sql", self.ADD.replace("lower", "upper"))
        self.eventually_rows("/rest/v1/note?select=id,slug&order=id",
                             [{"id": 1, "slug": "HAND MADE"}, {"id": 2, "slug": "mine"}, {"id": 100, "slug": "SEED"}])
        self.write("seed.sql", "INSERT INTO note (id, body, slug) VALUES (101, 'Other', 'o');")
        self.eventually_rows("/rest/v1/note?select=id,slug&order=id",
                             [{"id": 1, "slug": "HAND MADE"}, {"id": 2, "slug": "mine"}, {"id": 101, "slug": "o"}])
        self.write("seed.sql", "INSERT INTO note (id, body, slug) VALUES (102, 'Last', 'l');")
        self.eventually_rows("/rest/v1/note?select=id,slug&order=id",
                             [{"id": 1, "slug": "HAND MADE"}, {"id": 2, "slug": "mine"}, {"id": 102, "slug": "l"}])
        self.assertNotIn("not kept", self.server.stderr_text())

    def test_a_table_that_is_made_anew_keeps_the_rows_written_by_hand(self):
        self.start_with_seed(FIRST.replace("body TEXT", "body TEXT, pages INTEGER"))
        self.write("0002_pages.sql", self.REBUILD)
        self.eventually_rows("/rest/v1/note?order=id", [{"id": 1, "body": "Hand Made", "pages": 0},
                                                        {"id": 100, "body": "Seed", "pages": 0}])
        self.assertNotIn("not kept", self.server.stderr_text())

    def test_new_files_and_another_seed_at_once(self):
        self.start_with_seed()
        self.server.stop()
        self.write("0002_slug.sql", self.ADD)
        self.write("0003_pages.sql", "ALTER TABLE note ADD COLUMN pages INTEGER; UPDATE note SET pages = length(slug);")
        self.write("seed.sql", "INSERT INTO note (id, body, pages) VALUES (101, 'Other', 3);")
        self.serve()
        self.assertEqual(self.rows("/rest/v1/note?order=id"),
                         [{"id": 1, "body": "Hand Made", "slug": "hand made", "pages": 9},
                          {"id": 101, "body": "Other", "slug": None, "pages": 3}])

    def test_a_seed_that_is_added_later_runs_once(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        self.insert("note", {"id": 1, "body": "mine"})
        self.write("seed.sql", "INSERT INTO note VALUES (2, 'new'); INSERT INTO note VALUES (1, 'taken');")
        self.eventually_logged("seed.sql:1:")
        self.assertEqual(self.rows("/rest/v1/note"), [{"id": 1, "body": "mine"}])
        self.write("seed.sql", "INSERT INTO note VALUES (2, 'new');")
        self.eventually_rows("/rest/v1/note?order=id", [{"id": 1, "body": "mine"}, {"id": 2, "body": "new"}])
        result = self.migrate("--dev")
        self.assertEqual((result.returncode, result.stdout), (0, "nothing to apply: 2 files are applied already\n"))

    def test_a_seed_that_stays_is_told_though_somebody_writes_meanwhile(self):
        self.start_with_seed()
        self.server.stop()
        shutil.rmtree(self.project / "data/undo")
        self.write("0002_slug.sql", self.ADD + SLOW)
        self.write("seed.sql", "INSERT INTO note (id, body) VALUES (101, 'Other');")
        results = []
        migrating = threading.Thread(target=lambda: results.append(self.migrate("--dev")))
        migrating.start()
        # The copy in which the files run is made from what is there by now.
        eventually(lambda: any((self.project / "data/undo").glob("work-*/anew.db")), "a copy is worked on")
        with contextlib.closing(sqlite3.connect(self.project / "data/prodev.db", timeout=20)) as connection, connection:
            connection.execute("INSERT INTO note VALUES (2, 'Meanwhile')")
        migrating.join()
        self.assertEqual((results[0].returncode, results[0].stderr), (0, ""))
        self.assertIn("seed.sql has changed, and what it did stays as it is", results[0].stdout)
        self.assertEqual(self.database("SELECT id, slug FROM note ORDER BY id"),
                         [(1, "hand made"), (2, "meanwhile"), (100, "seed")])


class NothingStopsIt(DevCase):
    def test_odd_files_are_told_once_and_the_server_goes_on(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        schema = self.project / "schema"
        (schema / "0002_b.sql").symlink_to("0002_b.sql")
        self.eventually_logged("0002_b.sql: Too many levels of symbolic links")
        (schema / "0002_b.sql").unlink()
        (schema / "0002_b.sql").symlink_to("/root/nosuch/x.sql")
        self.eventually_logged("cannot read", 2)
        (schema / "0002_b.sql").unlink()
        with open(schema / "0002_b.sql", "wb") as file:
            file.truncate(3_000_000_000)
        self.eventually_logged("is larger than 64 MiB")
        (schema / "0002_b.sql").unlink()
        os.mkfifo(schema / "0002_b.sql")
        self.eventually_logged("is not a regular file")
        (schema / "0002_b.sql").unlink()
        (schema / "0003_c.sql").mkdir()
        (schema / "._0001_note.sql").write_bytes(b"\0\5\x16\7")
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE POLICY p ON b USING (true);")
        self.eventually_rows("/rest/v1/b", [])
        self.assertEqual(self.server.stderr_text().count("is not a regular file"), 1)

    def test_a_start_with_a_mistake_in_a_file_serves_what_is_there(self):
        self.write("0001_note.sql", FIRST)
        self.serve().stop()
        for name, wrong in (("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY,);"), ("0002-b.sql", "SELECT 1;")):
            self.write(name, wrong)
            self.serve()
            self.assertEqual(self.rows("/rest/v1/note"), [])
            self.eventually_logged(name)
            (self.project / "schema" / name).unlink()
            self.server.stop()
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY,);")
        self.serve()
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE POLICY p ON b USING (true);")
        self.eventually_rows("/rest/v1/b", [])

    def test_a_file_that_leads_to_what_does_not_work_is_told_once(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        self.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY REFERENCES nobb (id));")
        self.eventually_logged("refers to nobb, which is not there")
        self.write("0003_c.sql", "CREATE TABLE c (id INTEGER PRIMARY KEY); CREATE POLICY p ON c USING (true);")
        self.eventually_rows("/rest/v1/c", [])
        self.assertEqual(self.server.stderr_text().count("refers to nobb, which is not there"), 1)

    def test_a_file_that_never_ends_does_not_delay_the_stop(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        self.write("0002_b.sql", "CREATE TABLE b AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                   " SELECT max(i) FROM n;")
        eventually(lambda: list((self.project / "data/undo").glob("work-*")), "the file runs")
        self.insert("note", {"id": 1})
        started = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - started, 10)
        self.assertEqual(self.database("SELECT name FROM sqlite_schema WHERE name = 'b'"), [])

    def test_a_save_that_empties_the_file_first_loses_nothing(self):
        self.write("0001_note.sql", FIRST)
        self.serve()
        self.insert("note", {"id": 1, "body": "a"})
        self.write("0001_note.sql", "")
        self.eventually_logged("0001_note.sql holds no statement")
        self.assertEqual(len(self.rows("/rest/v1/note")), 1)
        replacement = self.project / "schema/.0001_note.sql.swp"
        replacement.write_text(FIRST.replace("body TEXT", "body TEXT, mark INTEGER"))
        replacement.rename(self.project / "schema/0001_note.sql")
        self.eventually_rows("/rest/v1/note", [{"id": 1, "body": "a", "mark": None}])


if __name__ == "__main__":
    unittest.main()
