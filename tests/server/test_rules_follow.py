"""Rules stay with the tables and columns that they are about, whatever later schema files do to these."""

import json
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, eventually, run_prodev  # noqa: E402

DOC = """
CREATE TABLE doc (id INTEGER PRIMARY KEY, owner TEXT, secret TEXT, name TEXT);
INSERT INTO doc VALUES (1, 'ann', 's1', 'a'), (2, 'bob', 's2', 'b');
"""


class RulesFollow(FolderCase):
    def setUp(self):
        self.folder = self.make_folder()
        (self.folder / "schema").mkdir()
        self.number = 0
        self.server = None

    def write(self, sql):
        self.number += 1
        name = f"{self.number:04}_step.sql"
        (self.folder / "schema" / name).write_text(sql)
        return name

    def apply(self, *files):
        """Applies each, which must succeed; returns what the last one said."""
        for sql in files:
            self.write(sql)
            result = run_prodev("migrate", "--dir", self.folder)
            self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refuse(self, sql):
        """What is said of a file that must not be applied, and of which nothing must stay."""
        before = self.dump()
        name = self.write(sql)
        result = run_prodev("migrate", "--dir", self.folder)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(name, result.stderr)
        (self.folder / "schema" / name).unlink()
        self.number -= 1
        self.assertEqual(self.dump(), before)
        return result.stderr

    def dump(self):
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            return list(connection.iterdump())

    def shell(self, sql):
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            connection.executescript(sql)

    def read(self, path):
        """Status and rows of an anonymous GET."""
        if self.server is None:
            self.server = self.start_prodev(folder=self.folder)
        with Client(self.server.port) as client:
            response = client.get("/rest/v1/" + path)
        return response.status, json.loads(response.body)

    def rows(self, path):
        status, rows = self.read(path)
        self.assertEqual(status, 200, rows)
        return rows

    def test_another_table_of_a_dropped_name_is_closed(self):
        said = self.apply(DOC + "CREATE POLICY p ON doc FOR SELECT USING (true);", "DROP TABLE doc;")
        self.assertIn("with doc end its rules: policy p", said)
        self.apply("CREATE TABLE doc (id INTEGER PRIMARY KEY, salary INTEGER); INSERT INTO doc VALUES (1, 9);")
        self.assertEqual(self.rows("doc"), [])

    def test_another_view_of_a_dropped_name_is_closed(self):
        self.apply(DOC + "CREATE VIEW v AS SELECT id FROM doc; GRANT SELECT ON v TO anon;", "DROP VIEW v;",
                   "CREATE VIEW v AS SELECT * FROM doc;")
        self.assertIn(self.read("v")[0], (401, 403))

    def test_a_restrictive_policy_goes_with_its_table(self):
        self.apply(DOC + "CREATE POLICY r ON doc AS RESTRICTIVE USING (doc.owner = 'ann');",
                   "ALTER TABLE doc RENAME TO paper; CREATE POLICY p ON paper USING (true);")
        self.assertEqual([row["id"] for row in self.rows("paper")], [1])

    def test_a_granted_column_that_is_dropped_grants_no_other_of_its_name(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (true); GRANT SELECT (id, name) ON doc TO anon;",
                   "ALTER TABLE doc DROP COLUMN name;", "ALTER TABLE doc RENAME COLUMN secret TO name;")
        self.assertIn(self.read("doc?select=name")[0], (401, 403))
        self.assertEqual(self.rows("doc?select=id&order=id"), [{"id": 1}, {"id": 2}])

    def test_a_policy_follows_a_column_and_keeps_it_from_being_dropped(self):
        self.apply(DOC + "CREATE POLICY p ON doc FOR SELECT USING (owner = 'ann');",
                   "ALTER TABLE doc RENAME COLUMN owner TO boss;")
        self.assertRegex(self.refuse("SELECT 1;\nALTER TABLE doc DROP COLUMN boss;"),
                         r"_step\.sql:2:1: policy p on doc needs doc.boss: drop or alter the policy before")
        self.assertEqual([row["boss"] for row in self.rows("doc")], ["ann"])

    def test_a_rebuild_keeps_the_rules_in_either_order(self):
        rules = ("CREATE POLICY p ON doc USING (true); GRANT SELECT (id, owner) ON doc TO anon;"
                 "CREATE POLICY r ON doc AS RESTRICTIVE USING (doc.owner = 'ann');")
        made = "(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, secret TEXT, name TEXT)"
        self.apply(DOC + rules,
                   f"CREATE TABLE fresh {made}; INSERT INTO fresh SELECT * FROM doc; DROP TABLE doc;"
                   "ALTER TABLE fresh RENAME TO doc;",
                   f"ALTER TABLE doc RENAME TO old; CREATE TABLE doc {made};"
                   "INSERT INTO doc SELECT * FROM old; DROP TABLE old;")
        self.assertEqual(self.rows("doc?select=id,owner"), [{"id": 1, "owner": "ann"}])
        self.assertIn(self.read("doc?select=secret")[0], (401, 403))

    def test_a_drop_that_another_policy_or_a_function_needs_is_refused_whole(self):
        self.apply(DOC + "CREATE TABLE note (id INTEGER PRIMARY KEY, doc_id INTEGER); INSERT INTO note VALUES (1, 1);"
                   "CREATE POLICY n ON note FOR SELECT USING (doc_id IN (SELECT id FROM doc));"
                   "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS $$ SELECT name FROM doc $$;")
        self.assertIn("policy n on note needs doc, which this file drops",
                      self.refuse("INSERT INTO note VALUES (2, 2); DROP FUNCTION names; DROP TABLE doc;"))
        self.assertIn("function names() would fit no longer after this file",
                      self.refuse("DROP POLICY n ON note; DROP TABLE doc;"))
        self.assertEqual(self.rows("note?select=id"), [{"id": 1}])
        self.apply("DROP POLICY n ON note; DROP FUNCTION names; DROP TABLE doc;")

    def test_rules_of_an_earlier_prodev_without_their_table_are_told_of_and_never_wake(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (true); GRANT SELECT ON doc TO anon;")
        self.shell("DROP TABLE doc;")
        doctor = run_prodev("doctor", "--dir", self.folder)
        self.assertIn("there is no table doc", doctor.stdout)
        self.apply("CREATE TABLE doc (id INTEGER PRIMARY KEY); INSERT INTO doc VALUES (7);")
        self.assertEqual(self.rows("doc"), [])

    def test_a_table_that_the_shell_renames_is_closed(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (true);")
        self.assertEqual(len(self.rows("doc")), 2)
        self.shell("ALTER TABLE doc RENAME TO paper;")
        eventually(lambda: self.read("doc")[0] == 404, "the new name is known")
        self.assertEqual(self.rows("paper"), [])

    def test_the_plan_tells_what_would_end(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (true); GRANT SELECT (id, name) ON doc TO anon;")
        self.write("ALTER TABLE doc DROP COLUMN name;")
        self.write("DROP TABLE doc;")
        plan = run_prodev("migrate", "plan", "--dir", self.folder)
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("with doc.name end its rules: privilege SELECT (name) of anon", plan.stdout)
        self.assertIn("with doc end its rules: policy p, privilege SELECT of anon", plan.stdout)


if __name__ == "__main__":
    unittest.main()
