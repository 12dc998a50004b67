"""`prodev migrate`: the files of schema/ become a database, once, and what is wrong is told."""

import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import FolderCase, run_prodev  # noqa: E402


class MigrateCase(FolderCase):
    """A project of each test's own."""

    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()

    def write(self, name, sql):
        (self.project / "schema" / name).write_text(sql)

    def migrate(self, *words):
        return run_prodev("migrate", *words, "--dir", self.project)

    def rows(self, sql):
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            return connection.execute(sql).fetchall()


class Migrate(MigrateCase):
    def test_pending_files_are_applied_once_and_the_status_tells(self):
        self.write("0001_product.sql", "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT) STRICT;")
        self.write("0002_seed.sql", "INSERT INTO product (name) VALUES ('tea'), ('cup');")
        self.assertRegex(self.migrate("status").stdout, r"(?m)^pending +0001_product.sql$")
        result = self.migrate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"applied +0001_product.sql.*\napplied +0002_seed.sql")
        self.assertEqual(self.rows("SELECT name FROM product ORDER BY id"), [("tea",), ("cup",)])
        self.assertIn("nothing to apply: 2 files", self.migrate("up").stdout)
        self.assertRegex(self.migrate("status").stdout, r"(?m)^applied +20\d\d-\S+Z +0002_seed.sql$")
        self.assertEqual((self.project / "data").stat().st_mode & 0o777, 0o700)

    def test_a_failing_statement_is_pointed_at_and_nothing_of_its_file_stays(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);\nINSERT INTO nosuch VALUES (1);\n")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"0001_a\.sql:2:1: no such table: nosuch, in: INSERT INTO nosuch")
        self.assertEqual(self.rows("SELECT name FROM sqlite_schema WHERE name = 'a'"), [])

    def test_a_changed_file_stops_with_its_name_and_status_exits_1(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0001_a.sql", "CREATE TABLE a (x, y);")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertIn("0001_a.sql was applied at", result.stderr)
        status = self.migrate("status")
        self.assertEqual(status.returncode, 1)
        self.assertRegex(status.stdout, r"(?m)^changed ")

    def test_a_new_file_gets_the_next_number(self):
        self.write("0041_a.sql", "SELECT 1;")
        result = self.migrate("new", "add_price")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((self.project / "schema/0042_add_price.sql").is_file())

    def test_a_file_that_is_no_database_is_left_alone(self):
        (self.project / "data").mkdir(mode=0o700)
        (self.project / "data/prodev.db").write_bytes(b"not a database" * 100)
        self.write("0001_a.sql", "CREATE TABLE a (x);")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"^prodev: cannot use the database .*prodev.db: .*not a database")
        self.assertEqual((self.project / "data/prodev.db").read_bytes(), b"not a database" * 100)

    def test_policies_and_grants_are_stored_and_wrong_ones_pointed_at(self):
        self.write("0001_note.sql", "CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT);\n"
                   "CREATE POLICY own ON note USING (owner = auth.uid());\n"
                   "GRANT SELECT (id) ON note TO anon;\n")
        self.assertEqual(self.migrate().returncode, 0)
        self.assertEqual(self.rows("SELECT name, using_expression FROM _prodev_policy"),
                         [("own", "owner = auth.uid()")])
        self.write("0002_bad.sql", "CREATE ROLE staff;\nCREATE POLICY two ON note\n"
                   "  USING (ownr = auth.uid());\n")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"0002_bad\.sql:3:10: no such column: ownr, in: CREATE POLICY two")
        self.assertEqual(self.rows("SELECT name FROM _prodev_role WHERE name = 'staff'"), [])

    def test_a_database_of_a_newer_prodev_is_left_alone(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);")
        self.assertEqual(self.migrate().returncode, 0)
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            connection.execute("INSERT INTO _prodev_system_migration (number, name) VALUES (9999, 'x')")
        self.write("0002_b.sql", "CREATE TABLE b (x);")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertIn("newer prodev", result.stderr)
        self.assertEqual(self.rows("SELECT name FROM sqlite_schema WHERE name = 'b'"), [])

    def test_the_plan_tells_what_would_change_and_changes_nothing(self):
        self.write("0001_note.sql", "CREATE TABLE note (id INTEGER PRIMARY KEY, gone TEXT);\n"
                   "CREATE INDEX note_gone ON note (gone);\n"
                   "CREATE POLICY own ON note USING (id = 1);\nGRANT SELECT (id) ON note TO anon;")
        plan = self.migrate("plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertRegex(plan.stdout, r"would run 0001_note.sql +\d+\.\d{3} ms")
        for line in ["+ table note", "+ column note.id INTEGER PRIMARY KEY",
                     "+ index note_gone CREATE INDEX note_gone ON note (gone)",
                     "+ policy own on note FOR ALL TO public USING (id = 1)",
                     "+ privilege SELECT on note of anon (id)"]:
            self.assertIn(f"  {line}\n", plan.stdout)
        self.assertFalse((self.project / "data").exists())
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_next.sql", "DROP INDEX note_gone; ALTER TABLE note DROP COLUMN gone;\n"
                   "ALTER TABLE note ADD COLUMN body TEXT NOT NULL DEFAULT '';\n"
                   "ALTER POLICY own ON note USING (id = 2); CREATE ROLE staff;")
        before = (self.project / "data/prodev.db").read_bytes()
        plan = self.migrate("plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertEqual(plan.stdout.split("change:\n")[1],
                         "  - column note.gone TEXT\n"
                         "  - index note_gone CREATE INDEX note_gone ON note (gone)\n"
                         "  ~ policy own on note: FOR ALL TO public USING (id = 1)"
                         " -> FOR ALL TO public USING (id = 2)\n"
                         "  + column note.body TEXT NOT NULL DEFAULT ''\n"
                         "  + role staff\n")
        self.assertEqual((self.project / "data/prodev.db").read_bytes(), before)
        self.assertEqual(list((self.project / "data/tmp").iterdir()), [])
        self.assertRegex(self.migrate("status").stdout, r"(?m)^pending +0002_next.sql$")

    def test_the_plan_tells_how_functions_would_change(self):
        self.write("0001_f.sql", "CREATE FUNCTION f(a int, b text[] DEFAULT '[]') RETURNS TABLE (c int, d json)\n"
                   "LANGUAGE sql STRICT STABLE AS $$\n  SELECT :a, :b\n$$; GRANT EXECUTE ON FUNCTION f TO anon;")
        self.assertEqual(self.migrate("plan").stdout.split("change:\n")[1],
                         "  + function f(bigint, text[]) (a int, b text[] DEFAULT '[]') RETURNS SETOF"
                         " (c int, d json) STRICT STABLE AS SELECT :a, :b \n"
                         "  + privilege EXECUTE on f(bigint, text[]) of anon granted\n")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_f.sql", "REVOKE EXECUTE ON FUNCTION f FROM anon; DROP FUNCTION f;")
        self.assertIn("  - function f(bigint, text[])", self.migrate("plan").stdout)

    def test_the_plan_of_a_file_that_fails_fails_alike_and_leaves_no_copy(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "INSERT INTO nosuch VALUES (1);")
        plan = self.migrate("plan")
        self.assertEqual(plan.returncode, 1)
        self.assertRegex(plan.stderr, r"0002_b\.sql:1:1: no such table: nosuch")
        self.assertEqual(list((self.project / "data/tmp").iterdir()), [])

    def test_wrong_words_are_wrong_usage(self):
        for words in [("down",), ("up", "x"), ("new",), ("new", "Bad Name"), ("status", "x")]:
            with self.subTest(words=words):
                self.assertEqual(self.migrate(*words).returncode, 2)


class Rebuilds(MigrateCase):
    """What SQLite's own recipe for a change that ALTER TABLE cannot make does to other tables: nothing."""

    REBUILD = ("CREATE TABLE author_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
               "INSERT INTO author_new SELECT * FROM author;\nDROP TABLE author;\n"
               "ALTER TABLE author_new RENAME TO author;\n")

    def make_library(self, action):
        self.write("0001_library.sql",
                   "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);\n"
                   "CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER DEFAULT 1\n"
                   f"  REFERENCES author (id) {action});\n"
                   "INSERT INTO author VALUES (1, 'a'), (2, 'b'); INSERT INTO book VALUES (1, 1), (2, 2);\n")
        self.assertEqual(self.migrate().returncode, 0)

    def test_a_table_that_is_made_anew_keeps_the_rows_that_refer_to_it(self):
        for action in ("", "ON DELETE CASCADE", "ON DELETE SET NULL", "ON DELETE SET DEFAULT",
                       "ON DELETE RESTRICT", "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"):
            for pragma in ("", "foreign_keys = OFF", "defer_foreign_keys = ON", "legacy_alter_table = ON"):
                with self.subTest(action=action, pragma=pragma):
                    self.setUp()
                    self.make_library(action)
                    self.write("0002_rebuild.sql", (f"PRAGMA {pragma};\n" if pragma else "") + self.REBUILD)
                    result = self.migrate()
                    self.assertEqual(result.returncode, 0, result.stderr)
                    self.assertEqual(self.rows("SELECT * FROM book ORDER BY id"), [(1, 1), (2, 2)])
                    self.assertEqual(self.rows("SELECT \"table\" FROM pragma_foreign_key_list('book')"),
                                     [("author",)])

    def test_rows_left_without_their_parent_are_refused_and_the_file_named(self):
        self.make_library("ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
        self.write("0002_gone.sql", "DELETE FROM author WHERE id = 2;")
        result = self.migrate()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"0002_gone\.sql: book row 2 \(author_id = 2\) refers to a row of author")
        self.assertEqual(self.rows("SELECT count(*) FROM author"), [(2,)])

    def test_rules_that_are_dropped_and_made_again_keep_nothing_of_the_old_ones(self):
        self.write("0001_note.sql", "CREATE ROLE staff; CREATE TABLE note (id INTEGER PRIMARY KEY, secret TEXT);\n"
                   "CREATE POLICY p ON note TO anon USING (true);\n"
                   "GRANT SELECT (id, secret) ON note TO anon;\n"
                   "DROP POLICY p ON note; CREATE POLICY q ON note TO staff USING (true);\n"
                   "REVOKE SELECT (secret) ON note FROM anon;\n"
                   "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n"
                   "GRANT EXECUTE ON FUNCTION f TO anon; DROP FUNCTION f;\n"
                   "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n")
        result = self.migrate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.rows("SELECT role FROM _prodev_policy_role"), [("staff",)])
        self.assertEqual(self.rows("SELECT column_name FROM _prodev_privilege_column"), [("id",)])
        self.assertEqual(self.rows("SELECT * FROM _prodev_function_privilege"), [])

    def test_statements_that_cannot_do_what_they_say_are_refused_at_their_spot(self):
        for sql, said in (("PRAGMA journal_mode = DELETE;", "always a write-ahead log"),
                          ("PRAGMA recursive_triggers = ON;", "WITH RECURSIVE"),
                          ("VACUUM;", "VACUUM cannot run in a schema file"),
                          ("ATTACH 'other.db' AS other;", "prodev import"),
                          ("BEGIN; SELECT 1; COMMIT;", "leave out BEGIN and COMMIT")):
            with self.subTest(sql=sql):
                self.write("0001_a.sql", "CREATE TABLE a (x);\n" + sql)
                result = self.migrate()
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, r"0001_a\.sql:2:\d+: ")
                self.assertIn(said, result.stderr)
                self.assertEqual(self.rows("SELECT 1 FROM sqlite_schema WHERE name = 'a'"), [])


class Plan(MigrateCase):
    def plan(self):
        result = self.migrate("plan")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_rows_that_a_file_adds_removes_and_changes_are_told_per_table(self):
        self.write("0001_a.sql", "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);\n"
                   "CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER); CREATE TABLE log (x);\n"
                   "INSERT INTO author VALUES (1, 'a'), (2, 'b'); INSERT INTO book VALUES (1, 1), (2, 2), (3, 2);\n"
                   "INSERT INTO log VALUES (1);\n")
        self.assertRegex(self.plan(), r"would run 0001_a.sql .* ms\n          author: 2 rows added\n"
                         r"          book: 3 rows added\n          log: 1 row added\n")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "DELETE FROM book WHERE author_id = 2; INSERT INTO book VALUES (9, 1);\n"
                   "UPDATE author SET name = 'A' WHERE id = 1; DROP TABLE log;")
        self.write("0003_c.sql", "ALTER TABLE author ADD COLUMN born INTEGER;")
        self.assertRegex(self.plan(), r"would run 0002_b.sql .* ms\n          author: 1 row changed\n"
                         r"          book: 1 row added, 2 rows removed\n          log: 1 row removed\n"
                         r"would run 0003_c.sql .* ms\n\n")

    def test_the_whole_difference_is_told_in_the_order_of_the_columns(self):
        self.write("0001_a.sql", "CREATE TABLE a (z INTEGER PRIMARY KEY, b TEXT UNIQUE, c INTEGER CHECK (c > 0));\n"
                   "CREATE TABLE t (y TEXT, x INTEGER REFERENCES a (z) ON DELETE CASCADE, UNIQUE (y, x));\n"
                   "CREATE VIRTUAL TABLE words USING fts5 (body);\n"
                   "CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1; END;\nCREATE VIEW v AS SELECT c FROM a;")
        self.assertEqual(self.plan().split("change:\n")[1],
                         "  + table a\n  + column a.z INTEGER PRIMARY KEY\n  + column a.b TEXT\n  + column a.c INTEGER\n"
                         "  + unique a (b)\n  + check a (c > 0)\n"
                         "  + table t\n  + column t.y TEXT\n  + column t.x INTEGER\n"
                         "  + foreign key t (x) REFERENCES a (z) ON DELETE CASCADE\n  + unique t (y, x)\n"
                         "  + table words CREATE VIRTUAL TABLE words USING fts5 (body)\n"
                         "  + trigger tr CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1; END\n"
                         "  + view v CREATE VIEW v AS SELECT c FROM a\n")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "DROP VIEW v;\nCREATE TABLE t2 (y TEXT COLLATE NOCASE, x INTEGER REFERENCES a (z));\n"
                   "INSERT INTO t2 SELECT y, x FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t;\n"
                   "CREATE TABLE a2 (z INTEGER PRIMARY KEY, b TEXT UNIQUE, c INTEGER CHECK (c > 1));\n"
                   "DROP TABLE a; ALTER TABLE a2 RENAME TO a;")
        self.assertEqual(self.plan().split("change:\n")[1],
                         "  - check a (c > 0)\n  ~ column t.y: TEXT -> TEXT COLLATE NOCASE\n"
                         "  ~ foreign key t (x): REFERENCES a (z) ON DELETE CASCADE -> REFERENCES a (z)\n"
                         "  - unique t (y, x)\n"
                         "  - trigger tr CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1; END\n"
                         "  - view v CREATE VIEW v AS SELECT c FROM a\n  + check a (c > 1)\n")

    def test_a_rename_is_told_as_that_and_what_is_renamed_compared_with_what_it_was(self):
        self.write("0001_a.sql", "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, born INTEGER);\n"
                   "CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id));\n"
                   "CREATE INDEX by_name ON author (name); CREATE VIEW v AS SELECT name FROM author;\n"
                   "CREATE POLICY own ON author USING (name = 'a'); GRANT SELECT (id, name) ON author TO anon;\n"
                   "COMMENT ON TABLE author IS 'who writes';\n"
                   "INSERT INTO author VALUES (1, 'a', 1900), (2, 'b', 1950); INSERT INTO book VALUES (1, 1), (2, 2);")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "ALTER TABLE author RENAME TO writer; ALTER TABLE writer RENAME COLUMN name TO title;\n"
                   "ALTER TABLE writer ADD COLUMN died INTEGER; UPDATE writer SET title = 'c' WHERE id = 2;")
        told = self.plan()
        self.assertRegex(told, r"would run 0002_b.sql .* ms\n          renames author to writer\n"
                         r"          renames writer.name to title\n          writer: 1 row changed\n\n")
        self.assertEqual(told.split("change:\n")[1],
                         "  + column writer.died INTEGER\n  ~ columns of view v: - name, + title\n")
        # A later file goes on with the new names; a rebuild under the old one is none.
        self.write("0003_c.sql", "ALTER TABLE writer RENAME TO person; DELETE FROM person WHERE id = 1;\n"
                   "CREATE TABLE book_new (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES person (id));\n"
                   "INSERT INTO book_new SELECT * FROM book WHERE author_id = 2; DROP TABLE book;\n"
                   "ALTER TABLE book_new RENAME TO book;")
        told = self.plan()
        self.assertRegex(told, r"would run 0003_c.sql .* ms\n          renames writer to person\n"
                         r"          book: 1 row removed\n          person: 1 row removed\n\n")
        self.assertEqual(told.split("change:\n")[1],
                         "  + column person.died INTEGER\n  ~ columns of view v: - name, + title\n")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0004_d.sql", "ALTER TABLE person RENAME COLUMN title TO name; DROP VIEW v;")
        self.assertIn("renames person.title to name\n\nThe schema would change:\n  - view v", self.plan())
        self.assertEqual(list((self.project / "data/tmp").iterdir()), [])

    def test_a_name_that_was_anothers_before_is_told_as_a_loss_and_a_gain(self):
        self.write("0001_a.sql", "CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1), (2);")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "DROP TABLE b; ALTER TABLE a RENAME TO b;")
        told = self.plan()
        self.assertNotIn("renames", told)
        self.assertRegex(told, r"          b: 2 rows added\n          a: 2 rows removed\n")
        self.write("0002_b.sql", "ALTER TABLE b RENAME TO c; ALTER TABLE a RENAME TO b;")
        told = self.plan()
        self.assertRegex(told, r"ms\n          renames b to c\n          renames a to b\n\n"
                         r"The schema stays as it is.\n")

    def test_what_has_no_line_of_its_own_is_told_as_a_whole_and_a_rebuild_as_nothing(self):
        self.write("0001_a.sql", "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT);")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "CREATE TABLE n (x TEXT COLLATE NOCASE); DROP TABLE a; ALTER TABLE n RENAME TO a;\n"
                   "CREATE TABLE m (x text); DROP TABLE b; ALTER TABLE m RENAME TO b;")
        self.assertEqual(self.plan().split("change:\n")[1],
                         "  ~ column a.x: TEXT -> TEXT COLLATE NOCASE\n")
        self.write("0002_b.sql", "CREATE TABLE n (x TEXT, CONSTRAINT c CHECK (x > 0)); DROP TABLE a;\n"
                   "ALTER TABLE n RENAME TO a;")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0003_c.sql", "CREATE TABLE n (x TEXT, CONSTRAINT d CHECK (x > 0)); DROP TABLE a;\n"
                   "ALTER TABLE n RENAME TO a;")
        self.assertEqual(self.plan().split("change:\n")[1],
                         '  ~ table a: CREATE TABLE "a" (x TEXT, CONSTRAINT c CHECK (x > 0))'
                         ' -> CREATE TABLE "a" (x TEXT, CONSTRAINT d CHECK (x > 0))\n')

    def test_a_view_that_shows_another_column_after_a_renaming_is_told(self):
        self.write("0001_a.sql", "CREATE TABLE writer (id INTEGER PRIMARY KEY, name TEXT);\n"
                   "CREATE VIEW av AS SELECT id, name FROM writer; CREATE VIEW every AS SELECT * FROM writer;\n"
                   "CREATE VIEW other AS SELECT id, name AS name FROM writer;")
        self.assertEqual(self.migrate().returncode, 0)
        self.write("0002_b.sql", "ALTER TABLE writer RENAME COLUMN name TO full_name;\n"
                   "ALTER TABLE writer ADD COLUMN salary INTEGER;")
        self.assertEqual(self.plan().split("change:\n")[1],
                         "  + column writer.salary INTEGER\n"
                         "  ~ columns of view av: - name, + full_name\n"
                         "  ~ columns of view every: - name, + full_name, + salary\n")


class Repairs(MigrateCase):
    """Files that are not what they were, that other tools made, or that are still to be written."""

    def apply(self):
        result = self.migrate()
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_comments_white_space_and_line_ends_may_change(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);\n")
        self.apply()
        self.write("0001_a.sql", "-- what a is for\r\nCREATE TABLE a ( x ) ;\r\n")
        self.assertIn("nothing to apply: 1 files", self.apply())

    def test_accept_shows_the_difference_and_takes_the_file_as_it_is(self):
        self.write("0001_a.sql", "CREATE TABLE a (x);\nCREATE TABLE b (x);\n")
        self.apply()
        self.write("0001_a.sql", "CREATE TABLE a (x);\nCREATE TABLE b (y);\n")
        self.assertIn("prodev migrate accept 0001_a.sql", self.migrate().stderr)
        self.assertEqual(self.migrate("accept", "0001_a.sql").stdout,
                         "accepted  0001_a.sql  as it is now; nothing of it is run\n"
                         "  - CREATE TABLE b (x);\n  + CREATE TABLE b (y);\n")
        self.apply()
        (self.project / "schema/0001_a.sql").unlink()
        self.assertIn("prodev migrate accept 0001_a.sql", self.migrate().stderr)
        self.assertIn("forgotten 0001_a.sql", self.migrate("accept", "0001_a.sql").stdout)
        self.assertIn("nothing to apply: 0 files", self.apply())
        self.assertEqual(self.migrate("accept", "0001_a.sql").returncode, 2)

    def test_a_baseline_takes_the_database_as_it_is_and_tells_what_differs(self):
        (self.project / "data").mkdir(mode=0o700)
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            connection.execute("CREATE TABLE a (x INTEGER)")
        self.write("0001_a.sql", "CREATE TABLE a (x INTEGER);\nCREATE INDEX a_x ON a (x);\n")
        result = self.migrate("baseline")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("recorded  0001_a.sql  without running it\n", result.stdout)
        self.assertIn("  - index a_x CREATE INDEX a_x ON a (x)\n", result.stdout)
        self.assertIn("nothing to apply: 1 files", self.apply())

    def test_a_baseline_beside_applied_files_is_compared_with_what_all_of_them_make(self):
        self.write("0001_a.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        self.apply()
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            connection.execute("CREATE TABLE u (id INTEGER PRIMARY KEY)")
        self.write("0002_u.sql", "CREATE TABLE u (id INTEGER PRIMARY KEY);")
        self.assertEqual(self.migrate("baseline").stdout, "recorded  0002_u.sql  without running it\n\n"
                         "The database is as its files make it.\n")
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            connection.execute("ALTER TABLE t ADD COLUMN x TEXT")
        self.write("0003_t.sql", "ALTER TABLE t ADD COLUMN x TEXT; CREATE POLICY p ON t USING (true);")
        self.write("0004_later.sql", "CREATE TABLE later (x);")
        told = self.migrate("baseline", "0003_t.sql").stdout
        self.assertIn("(-: missing in it, +: only in it)", told)
        self.assertEqual([line for line in told.splitlines() if line.startswith("  ")],
                         ["  - policy p on t FOR ALL TO public USING (true)"])

    def test_of_files_of_other_tools_the_way_forward_runs(self):
        self.write("0001_a.sql", "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (x);\n"
                   "-- +goose StatementEnd\n-- +goose Down\nDROP TABLE a;\n")
        self.write("20260101120000_b.sql", "-- migrate:up\nCREATE TABLE b (x);\n\n-- migrate:down\nDROP TABLE b;\n")
        self.apply()
        self.assertEqual(self.rows("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b') ORDER BY 1"),
                         [("a",), ("b",)])

    def test_files_in_another_encoding_are_refused_and_no_bytes_reach_the_database(self):
        for text, encoding, said in (("INSERT INTO t VALUES ('gr\u00fc\u00df');", "latin-1", ":2:28: is not UTF-8"),
                                     ("INSERT INTO t VALUES ('x');", "utf-16", "is in UTF-16")):
            with self.subTest(encoding=encoding):
                path = self.project / "schema/0001_a.sql"
                path.write_bytes(("CREATE TABLE t (x);\n" + text).encode(encoding))
                result = self.migrate()
                self.assertEqual(result.returncode, 1)
                self.assertIn("0001_a.sql", result.stderr)
                self.assertIn(said.replace(":28", ":26"), result.stderr)
        self.write("0001_a.sql", "\ufeffCREATE TABLE t (x);\nINSERT INTO t VALUES ('gr\u00fc\u00df');")
        self.apply()
        self.assertEqual(self.rows("SELECT x FROM t"), [("gr\u00fc\u00df",)])

    def test_names_that_could_be_meant_are_not_passed_over_in_silence(self):
        (self.project / "schema/._0001_a.sql").write_bytes(b"\0\5\x16\7")
        self.apply()
        for name in ("0001_init.SQL", "0001_init.down.sql"):
            with self.subTest(name=name):
                self.write(name, "CREATE TABLE a (x);")
                result = self.migrate()
                self.assertEqual(result.returncode, 1)
                self.assertIn(name, result.stderr)
                (self.project / "schema" / name).unlink()

    def test_a_file_without_a_statement_waits(self):
        self.assertEqual(self.migrate("new", "tags").returncode, 0)
        self.assertIn("waits     0001_tags.sql", self.apply())
        self.assertRegex(self.migrate("status").stdout, r"(?m)^waits +0001_tags.sql$")
        self.write("0001_tags.sql", "CREATE TABLE tag (x);")
        self.assertIn("applied   0001_tags.sql", self.apply())


class WhatIsTold(MigrateCase):
    """What a file leaves behind that works, but not as it was meant."""

    REBUILD = ("CREATE TABLE t_new (id INTEGER PRIMARY KEY, x TEXT, y TEXT); INSERT INTO t_new SELECT id, x, '' FROM t;\n"
               "DROP TABLE t; ALTER TABLE t_new RENAME TO t;\n")

    def make_table(self):
        self.write("0001_t.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE); CREATE INDEX t_x ON t (x);\n"
                   "CREATE INDEX t_old ON t (x, id); CREATE TABLE log (x TEXT);\n"
                   "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.x); END;")
        result = self.migrate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("ended", result.stdout)

    def test_triggers_and_indexes_that_end_with_a_table_made_anew(self):
        self.make_table()
        self.write("0002_t.sql", "DROP INDEX IF EXISTS main.\"T_old\";\n" + self.REBUILD)
        told = "with the former t ended: trigger t_ai, index t_x (CREATE again"
        self.assertIn(told, self.migrate("plan").stdout)
        self.assertIn(told, self.migrate().stdout)
        self.write("0003_none.sql", "CREATE TABLE u (id INTEGER PRIMARY KEY);")
        self.assertNotIn("ended", self.migrate().stdout)

    def test_nothing_is_told_of_those_that_were_made_again_or_went_along(self):
        self.make_table()
        self.write("0002_t.sql", self.REBUILD + "CREATE INDEX t_x ON t (x); CREATE INDEX t_old ON t (x, id);\n"
                   "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.x || '!'); END;")
        self.write("0003_t.sql", "ALTER TABLE t RENAME TO u; CREATE TABLE t (id INTEGER PRIMARY KEY);")
        self.write("0004_t.sql", "DROP TABLE u;")
        result = self.migrate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("ended", result.stdout)

    def test_a_foreign_key_to_a_table_that_is_not_there(self):
        self.write("0001_t.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, b INTEGER REFERENCES nobb (id));")
        told = 'the foreign key of t ("b") refers to nobb, which is not there: rows cannot be written'
        self.assertIn("! " + told, self.migrate("plan").stdout)
        self.assertIn("warning   " + told, self.migrate().stdout)
        # A later file may make the table.
        self.write("0002_b.sql", "CREATE TABLE nobb (id INTEGER PRIMARY KEY);")
        self.assertNotIn("warning", self.migrate().stdout)


if __name__ == "__main__":
    unittest.main()
