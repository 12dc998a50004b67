"""`prodev sql`: what the owner of a database asks it, from arguments, files, pipes and a terminal."""

import json
import os
import pathlib
import pty
import select
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import DEADLINE_S, Client, FolderCase, binary_path, clean_environment, run_prodev  # noqa: E402

SCHEMA = """
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price REAL, picture BLOB,
  owner TEXT DEFAULT auth.uid()) STRICT;
CREATE INDEX product_price ON product (price);
CREATE TABLE part (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES product (id)) STRICT;
CREATE TABLE ticket (id SERIAL PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE words USING fts5 (name);
CREATE VIEW cheap AS SELECT id, name FROM product WHERE price < 5;
CREATE POLICY all_products ON product FOR SELECT USING (true);
INSERT INTO product (id, name, price, picture) VALUES (1, 'Tea', 4.5, x'00ff'), (2, 'Earl Grey', 12, NULL),
  (3, 'Caf\u00e9', NULL, NULL);
INSERT INTO words SELECT name FROM product;
"""
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "


class SqlCase(FolderCase):
    def setUp(self):
        self.folder = self.make_folder()
        (self.folder / "schema").mkdir()
        (self.folder / "schema/0001_a.sql").write_text(SCHEMA)
        self.assertEqual(run_prodev("migrate", "--dir", self.folder).returncode, 0)

    def sql(self, *arguments):
        return run_prodev("sql", "--dir", self.folder, *arguments)

    def out(self, *arguments):
        done = self.sql(*arguments)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stderr, r"\A(\d+ rows? changed\n)?\Z" if "--write" in arguments else r"\A\Z")
        return done.stdout

    def piped(self, text, *arguments):
        return subprocess.run([binary_path("prodev"), "sql", "--dir", str(self.folder), *arguments], input=text,
                              capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                              env=clean_environment())

    def refusal(self, *arguments):
        done = self.sql(*arguments)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done)
        return done.stderr

    def names(self):
        return self.out("SELECT name FROM product ORDER BY id").splitlines()[1:]


class Answers(SqlCase):
    def test_what_others_say_is_answered_with_the_way_it_is_said_here(self):
        for statement, said in (("SELECT id::text FROM product", ":1:10: SQLite has no :: casts: write CAST("),
                                ("SELECT id FROM product WHERE name ? 'a'", "SQLite has no ?: write"),
                                ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN QUERY PLAN SELECT"),
                                ("EXPLAIN (ANALYZE) SELECT 1", "EXPLAIN QUERY PLAN SELECT"),
                                ("ANALYZE", "keeps SQLite's statistics up to date"),
                                ("VACUUM INTO 'x.db'", "this prompt writes no files: sqlite3 data/prodev.db"),
                                ("VACUUM", "not for this prompt"), ("SHOW TABLES", ".tables"), ("\\d", ".tables")):
            with self.subTest(statement=statement):
                self.assertIn(said, self.refusal(statement))
        self.assertIn("SCAN", self.out("EXPLAIN QUERY PLAN SELECT * FROM product"))

    def test_rows_are_written_in_each_format(self):
        ask = "SELECT id, name, price, picture FROM product ORDER BY id"
        self.assertEqual(self.out(ask), "id,name,price,picture\n1,Tea,4.5,AP8=\n2,Earl Grey,12,\n3,Caf\u00e9,,\n")
        rows = json.loads(self.out("--format", "json", ask))
        self.assertEqual(rows[0], {"id": 1, "name": "Tea", "price": 4.5, "picture": "AP8="})
        lines = self.out("--format", "ndjson", ask).splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        self.assertEqual(self.out("--format", "table", ask), (
            " id | name      | price | picture\n"
            "----+-----------+-------+---------\n"
            "  1 | Tea       |   4.5 | x'00ff'\n"
            "  2 | Earl Grey |    12 | NULL\n"
            "  3 | Caf\u00e9      | NULL  | NULL\n"
            "(3 rows)\n"))

    def test_what_a_terminal_would_obey_is_shown_in_a_table_instead(self):
        shown = self.out("--format", "table", "SELECT 'a' || char(27) || '[31m' || char(10) || char(155) AS x, 1")
        self.assertIn(r" a\x1b[31m\n\xc2\x9b | 1", shown)

    def test_several_statements_run_one_after_the_other_from_each_source(self):
        text = "SELECT 1 AS a; -- one\nSELECT 2 AS b"
        (self.folder / "two.sql").write_text(text)
        for done in [self.sql(text), self.sql("--file", self.folder / "two.sql"), self.piped(text),
                     self.piped(text, "--file", "-")]:
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "a\n1\nb\n2\n", ""))

    def test_functions_are_those_of_the_schema(self):
        row = json.loads(self.out("--format", "json", "SELECT now(), auth.uid(), length(gen_random_uuid()) AS n"))[0]
        self.assertEqual((row["auth.uid()"], row["n"]), (None, 36))
        self.assertRegex(row["now()"], r"\A\d{4}-\d\d-\d\dT[\d:.]+Z\Z")
        self.assertEqual(self.out("SELECT name FROM words WHERE words MATCH 'tea'"), "name\nTea\n")
        self.assertEqual(self.out("SELECT name FROM cheap"), "name\nTea\n")

    def test_what_tells_of_the_schema_can_be_asked(self):
        self.assertIn("product_price", self.out("PRAGMA index_list(product)"))
        self.assertIn("CREATE TABLE product", self.out("SELECT sql FROM sqlite_schema WHERE name = 'product'"))
        self.assertIn("INDEX product_price (price=?)",
                      self.out("EXPLAIN QUERY PLAN SELECT id FROM product WHERE price = 1"))
        self.assertEqual(self.out("PRAGMA integrity_check"), "integrity_check\nok\n")

    def test_a_database_that_somebody_else_made_can_be_asked(self):
        path = self.folder / "other.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t (x)")
            database.execute("INSERT INTO t VALUES (7)")
        self.assertEqual(self.out("--db", path, "SELECT x FROM t"), "x\n7\n")


class Refusals(SqlCase):
    def test_what_is_no_statement_about_rows_is_refused_with_a_sentence(self):
        for statement, word in {
                "SELECT * FROM _prodev_policy": "_prodev_policy is a table of prodev itself",
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM main._PRODEV_policy)": "table of prodev itself",
                "WITH x AS (SELECT name FROM _prodev_policy) SELECT name FROM x": "table of prodev itself",
                "WITH x AS (SELECT name FROM '_prodev_policy') SELECT name FROM x": "table of prodev itself",
                "WITH cheap AS (SELECT 1 FROM [_prodev_policy]) SELECT * FROM cheap": "table of prodev itself",
                "INSERT INTO _prodev_policy DEFAULT VALUES": "_prodev_policy",
                "DELETE FROM sqlite_sequence": "sqlite_sequence",
                "ATTACH ':memory:' AS other": "attached",
                "SELECT load_extension('x')": "extensions",
                "PRAGMA journal_mode = delete": "journal_mode",
                "PRAGMA foreign_keys = off": "foreign_keys",
                "PRAGMA writable_schema = on": "writable_schema",
                "CREATE TABLE x (a)": "prodev migrate new NAME",
                "CREATE TEMP TABLE x (a)": "prodev migrate new NAME",
                "alter table product add x": "prodev migrate new NAME",
                "/* so */ DROP TABLE product": "prodev migrate new NAME",
                "GRANT SELECT ON product TO anon": "prodev migrate new NAME",
                "EXPLAIN DROP TABLE product": "",
                "VACUUM INTO 'copy.db'": "VACUUM",
                "BEGIN": "--write",
                "SAVEPOINT a": "--write",
                "SELECT :a": ":a would be a parameter"}.items():
            for flags in [(), ("--write",)]:
                with self.subTest(statement=statement, flags=flags):
                    self.assertIn(word, self.refusal(*flags, statement))
        self.assertFalse((pathlib.Path.cwd() / "copy.db").exists())

    def test_a_reading_prompt_says_how_to_write(self):
        for statement in ["INSERT INTO product (name) VALUES ('x')", "UPDATE product SET price = 1",
                          "DELETE FROM product", "REPLACE INTO product (id, name) VALUES (1, 'x')"]:
            self.assertIn("--write", self.refusal(statement))
        self.assertEqual(self.names(), ["Tea", "Earl Grey", "Caf\u00e9"])

    def test_errors_say_where(self):
        (self.folder / "bad.sql").write_text("SELECT 1;\n\n  SELECT titel FROM product;\n")
        done = self.sql("--file", self.folder / "bad.sql")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.sql:3:10: no such column: titel, in: SELECT titel", done.stderr)
        self.assertIn("standard input:1:1: ", self.piped("SELEC 1").stderr)

    def test_a_statement_has_a_deadline(self):
        for flags, statement in [((), "SELECT count(*) FROM n"), (("--write",), "INSERT INTO part SELECT i, 1 FROM n")]:
            begun = time.monotonic()
            self.assertIn("--timeout gives it more time",
                          self.refusal(*flags, "--timeout", "200ms", ENDLESS + statement))
            self.assertLess(time.monotonic() - begun, DEADLINE_S / 2)

    def test_wrong_usage(self):
        for arguments, word in {("SELECT 1", "SELECT 2"): "one statement", ("--timeout", "x", "SELECT 1"): "500ms",
                                ("--format", "tsv", "SELECT 1"): "ndjson",
                                ("--dir", "/nowhere", "SELECT 1"): "--dir"}.items():
            done = run_prodev("sql", *(() if "--dir" in arguments else ("--dir", self.folder)), *arguments)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(word, done.stderr)


class Writes(SqlCase):
    def test_what_has_changed_is_told_beside_the_rows(self):
        for statements, told in (
                ("UPDATE product SET price = 2 WHERE id = 1", "1 row changed\n"),
                ("UPDATE product SET price = 2 WHERE id < 0", "0 rows changed\n"),
                ("UPDATE product SET price = 2 WHERE id = 1; UPDATE product SET price = 1 WHERE id = 2", "2 rows changed\n"),
                ("SELECT 1 AS a", ""), ("UPDATE product SET price = 2 WHERE id = 1 RETURNING id AS a", "")):
            for arguments in ((), ("--format", "json"), ("--format", "csv")):
                done = self.sql("--write", statements, *arguments)
                self.assertEqual((done.returncode, done.stderr), (0, told), statements)
                self.assertEqual(done.stdout == "", told != "", done)
        done = self.sql("--write", "--format", "table", "UPDATE product SET price = 3 WHERE id = 1")
        self.assertEqual((done.stdout, done.stderr), ("1 row changed\n", ""))
        failed = self.sql("--write", "UPDATE product SET price = 2; nonsense")
        self.assertNotIn("changed\n", failed.stderr.replace("nothing was changed\n", ""))

    def test_a_script_is_done_as_a_whole_or_not_at_all(self):
        self.assertEqual(self.out("--write", "INSERT INTO product (name) VALUES ('a') RETURNING id, owner"),
                         "id,owner\n4,\n")
        failing = "INSERT INTO product (name) VALUES ('b'); INSERT INTO product (name) VALUES ('a')"
        self.assertIn("nothing was changed", self.refusal("--write", failing))
        dangling = "INSERT INTO part VALUES (1, 99)"
        self.assertIn("FOREIGN KEY", self.refusal("--write", dangling))
        self.assertIn("FOREIGN KEY", self.refusal("--write", "PRAGMA defer_foreign_keys = on; " + dangling))
        self.out("--write", "PRAGMA defer_foreign_keys = on; " + dangling + "; INSERT INTO product (id, name) VALUES (99, 'c')")
        self.assertEqual(self.names(), ["Tea", "Earl Grey", "Caf\u00e9", "a", "c"])

    def test_triggers_and_numbered_columns_may_use_what_they_stand_on(self):
        self.out("--write", "INSERT INTO ticket (body) VALUES ('x'), ('y')")
        self.assertEqual(self.out("SELECT id FROM ticket"), "id\n1\n2\n")

    def test_a_running_server_sees_what_was_written_and_goes_on(self):
        server = self.start_prodev(folder=self.folder)
        self.out("--write", "UPDATE product SET name = 'Oolong' WHERE id = 1")
        self.assertEqual(json.loads(self.get(server, "/rest/v1/product?select=name&id=eq.1")), [{"name": "Oolong"}])
        # A reader that is in the middle of its rows holds up nobody.
        reader = subprocess.Popen([binary_path("prodev"), "sql", "--dir", str(self.folder), "--timeout", "20s",
                                   ENDLESS + "SELECT i FROM n"], stdout=subprocess.PIPE, env=clean_environment())
        reader.stdout.read(10)
        self.out("--write", "UPDATE product SET name = 'Sencha' WHERE id = 1")
        self.assertEqual(json.loads(self.get(server, "/rest/v1/product?select=name&id=eq.1")), [{"name": "Sencha"}])
        reader.kill()
        reader.communicate()

    def get(self, server, path):
        with Client(server.port) as client:
            return client.get(path).body


class Prompt(SqlCase):
    """On a terminal of its own."""

    def start(self, *flags):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execve(binary_path("prodev"), ["prodev", "sql", "--dir", str(self.folder), *flags], clean_environment())
        self.addCleanup(os.close, self.terminal)
        self.seen = self.until("prodev> ")

    def until(self, mark):
        """What was printed up to and with `mark`."""
        text, end = "", time.monotonic() + DEADLINE_S
        while not text.endswith(mark):
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if ready:
                text += os.read(self.terminal, 1).decode("latin-1")
            if time.monotonic() > end:
                raise AssertionError(f"no {mark!r} in {text!r}")
        return text

    def type(self, line, mark="prodev> "):
        os.write(self.terminal, line.encode())
        return self.until(mark)

    def finish(self):
        os.write(self.terminal, b"\x04")
        _, status = os.waitpid(self.process, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    def test_statements_over_lines_and_several_in_one(self):
        self.start()
        self.assertIn("read-only", self.seen)
        self.type("SELECT name,\n", "   ...> ")
        self.assertIn(" Tea ", self.type("price FROM product WHERE id = 1;\n"))
        self.assertEqual(self.type("SELECT 1; SELECT 2;\n").count("(1 row)"), 2)
        self.assertIn("--write", self.type("DELETE FROM product;\n"))
        self.finish()

    def test_commands(self):
        self.start()
        tables = self.type(".tables\n")
        self.assertIn("cheap  (view)\r\n", tables)
        self.assertIn("product\r\n", tables)
        self.assertNotIn("_prodev_", tables)
        self.assertNotIn("words_", tables)
        schema = self.type(".schema product\n")
        for part in ["owner TEXT DEFAULT auth.uid()", "CREATE INDEX product_price", "-- policy all_products FOR SELECT"]:
            self.assertIn(part, schema)
        self.assertIn("there is no table nope", self.type(".schema nope\n"))
        self.type(".format json\n")
        self.assertIn('[{"id":1}]', self.type("SELECT id FROM product WHERE id = 1;\n"))
        self.assertIn(".help lists them", self.type(".nope\n"))
        self.assertIn(".schema [TABLE]", self.type(".help\n"))
        os.write(self.terminal, b".quit\n")
        _, status = os.waitpid(self.process, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    def test_ctrl_c_ends_the_statement_and_not_the_prompt(self):
        self.start("--write")
        os.write(self.terminal, (ENDLESS + "INSERT INTO part SELECT i, 1 FROM n;\n").encode())
        time.sleep(0.3)  # it may be interrupted before it has begun, too
        self.assertIn("interrupted", self.type("\x03"))
        self.type("SELECT 1,\n", "   ...> ")
        self.type("\x03")
        self.assertIn("(1 row)", self.type("SELECT count(*) FROM part;\n"))
        self.assertIn("1 row changed", self.type("UPDATE product SET price = 1 WHERE id = 1;\n"))
        self.finish()


if __name__ == "__main__":
    unittest.main()
