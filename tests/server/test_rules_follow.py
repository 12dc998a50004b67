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

    def test_a_name_in_a_policy_never_comes_to_mean_another_column(self):
        self.apply(DOC + "CREATE TABLE share (doc_id INTEGER, name TEXT); INSERT INTO share VALUES (1, 'a');"
                   "CREATE POLICY p ON doc FOR SELECT USING (EXISTS (SELECT 1 FROM share WHERE name = doc.name));")
        needs = "policy p on doc needs share.name"
        self.assertRegex(self.refuse("SELECT 1;\nALTER TABLE share DROP COLUMN name;"), r"_step\.sql:2:1: " + needs)
        made = "CREATE TABLE fresh (doc_id INTEGER, title TEXT);\nDROP TABLE share;\nALTER TABLE fresh RENAME TO share;\n"
        self.assertRegex(self.refuse(made), r"_step\.sql:3:1: policy p on doc says name of share, and would mean "
                                            r"doc\.name after this file: put the table in front of the name")
        self.assertEqual([row["id"] for row in self.rows("doc")], [1])
        self.apply(made + "ALTER POLICY p ON doc USING (EXISTS (SELECT 1 FROM share WHERE share.title = doc.name));")
        self.assertEqual(self.rows("doc"), [])

    def test_a_view_has_no_rules_of_a_table_of_its_name(self):
        rules = "CREATE POLICY p ON doc USING (owner = 'ann'); GRANT ALL ON doc TO anon;"
        self.apply(DOC + rules)
        self.write("CREATE TABLE base (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO base SELECT id, owner FROM doc;"
                   "DROP TABLE doc; CREATE VIEW doc AS SELECT * FROM base;")
        told = "doc was a table and is a view now: its rules end: policy p, privilege DELETE of anon"
        self.assertIn(told, run_prodev("migrate", "plan", "--dir", self.folder).stdout)
        self.assertIn(told, run_prodev("migrate", "--dir", self.folder).stdout)
        self.assertIn(self.read("doc")[0], (401, 403))

    def test_a_view_that_the_shell_makes_has_no_rules_of_a_table(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (owner = 'ann'); GRANT SELECT ON doc TO anon;")
        self.assertEqual(len(self.rows("doc")), 1)
        self.shell("ALTER TABLE doc RENAME TO base; CREATE VIEW doc AS SELECT * FROM base;")
        eventually(lambda: self.read("doc")[0] in (401, 403), "the view is closed")
        self.assertIn("there is no table doc", run_prodev("doctor", "--dir", self.folder).stdout)
        said = run_prodev("migrate", "--dir", self.folder)
        self.assertIn("doc was a table and is a view now: its rules end: policy p, privilege SELECT of anon",
                      said.stdout + said.stderr)

    def test_a_policy_by_rowid_judges_rows_that_are_written(self):
        self.apply(DOC + "CREATE POLICY p ON doc USING (rowid > 1 AND doc.rowid < 9);")
        self.assertEqual([row["id"] for row in self.rows("doc")], [2])
        with Client(self.server.port) as client:
            status = [client.request("POST", "/rest/v1/doc", {"Content-Type": "application/json"},
                                     b'{"id": %d}' % number).status for number in (3, 9)]
        self.assertEqual(status[0], 201)
        self.assertIn(status[1], (401, 403))

    def test_a_role_can_go_after_revoke_and_takes_its_memberships(self):
        self.apply(DOC + "CREATE ROLE staff; CREATE ROLE boss IN ROLE staff; GRANT SELECT ON doc TO staff;"
                   "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION f() TO staff;")
        self.assertIn("is needed by a privilege on doc", self.refuse("DROP ROLE staff;"))
        self.apply("REVOKE ALL ON doc FROM staff; REVOKE EXECUTE ON FUNCTION f() FROM staff;", "DROP ROLE staff;")
        left = [line for line in self.dump() if "'staff'" in line and "migration" not in line]
        self.assertEqual(left, [])

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
