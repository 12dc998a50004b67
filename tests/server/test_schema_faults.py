"""What a schema file would leave broken is refused at its end, and SQLite's recipe for making a table anew works."""

import json
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, run_prodev  # noqa: E402

BASE = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE tasks (id INTEGER PRIMARY KEY, uid INTEGER REFERENCES users (id), title TEXT);
CREATE TABLE log (m TEXT);
CREATE TRIGGER tasks_ai AFTER INSERT ON tasks BEGIN INSERT INTO log SELECT name FROM users WHERE id = NEW.uid; END;
CREATE VIEW uv AS SELECT id, name FROM users;
CREATE POLICY u ON users FOR ALL TO anon USING (true) WITH CHECK (true);
CREATE POLICY t ON tasks FOR ALL TO anon USING (EXISTS (SELECT 1 FROM users WHERE users.id = uid));
GRANT SELECT ON uv TO anon;
INSERT INTO users VALUES (1, 'ann'), (2, 'bob');
INSERT INTO tasks VALUES (1, 2, 'one');
"""

AWAY = """ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users SELECT * FROM users_old;
DROP TABLE users_old;
"""
IN_PLACE = """CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users_new SELECT * FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
"""
BOTH = """CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users_new SELECT * FROM users;
ALTER TABLE users RENAME TO users_old;
ALTER TABLE users_new RENAME TO users;
DROP TABLE users_old;
"""


class SchemaCase(FolderCase):
    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()
        self.number = 0

    def write(self, sql):
        self.number += 1
        (self.project / f"schema/{self.number:04}_x.sql").write_text(sql)

    def apply(self, sql):
        self.write(sql)
        result = run_prodev("migrate", "--dir", self.project)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refuse(self, sql, *said):
        before = self.schema()
        self.write(sql)
        result = run_prodev("migrate", "--dir", self.project)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        for words in said:
            self.assertRegex(result.stderr, words)
        self.assertEqual(self.schema(), before)
        (self.project / f"schema/{self.number:04}_x.sql").unlink()
        self.number -= 1

    def schema(self):
        return self.rows("SELECT name, sql FROM sqlite_schema ORDER BY name")

    def rows(self, sql):
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            return connection.execute(sql).fetchall()

    def shell(self, sql):
        with sqlite3.connect(self.project / "data/prodev.db") as connection:
            connection.executescript(sql)

    def doctor(self):
        result = run_prodev("doctor", "--dir", self.project)
        return result.stdout + result.stderr


class Advice(SchemaCase):
    """What doctor advises is a schema file as it stands."""

    def advised(self, check):
        lines = self.doctor().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith(f"warn  {check}"))
        self.assertIn("new schema file:", lines[at + 1])
        statements = []
        for line in lines[at + 2:]:
            if not line.startswith(" " * 25):
                break
            statements.append(line)
        return "\n".join(statements)

    def test_uuids_in_capitals_are_told_and_mended_with_those_that_refer_to_them(self):
        upper = "1B8E5F0E-1C2D-4E3F-8A9B-0C1D2E3F4A5B"
        self.apply("CREATE TABLE team (id uuid PRIMARY KEY);\n"
                   "CREATE TABLE player (id INTEGER PRIMARY KEY, team_id uuid NOT NULL REFERENCES team (id));\n"
                   f"INSERT INTO team VALUES ('{upper}'); INSERT INTO player VALUES (1, '{upper}');")
        self.assertIn("1 of player.team_id, 1 of team.id", self.doctor())
        self.apply(self.advised("UUIDs"))
        self.assertIn("ok    UUIDs", self.doctor())
        self.assertEqual(self.rows("SELECT team_id FROM player JOIN team ON team.id = team_id"), [(upper.lower(),)])

    def test_a_full_text_table_without_triggers_is_told_and_mended(self):
        self.apply("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'old');\n"
                   "CREATE VIRTUAL TABLE note_text USING fts5 (body, content='note', content_rowid='id');")
        self.apply(self.advised("full-text"))
        self.apply("INSERT INTO note VALUES (2, 'new'), (3, 'gone'); UPDATE note SET body = 'newer' WHERE id = 2;\n"
                   "DELETE FROM note WHERE id = 3;")
        self.assertIn("ok    full-text", self.doctor())
        found = "SELECT group_concat(rowid) FROM note_text WHERE note_text MATCH "
        for word, rows in (("old", "1"), ("new", None), ("newer", "2"), ("gone", None)):
            self.assertEqual(self.rows(found + f"'{word}'"), [(rows,)], word)


class Faults(SchemaCase):
    def test_what_a_drop_leaves_broken_is_refused_with_its_line_and_the_way_out(self):
        self.apply(BASE.replace("REFERENCES users (id)", ""))
        self.refuse("INSERT INTO log VALUES ('x');\nDELETE FROM tasks;\nDROP POLICY t ON tasks;\nDROP TABLE users;\n",
                    r"0002_x\.sql:4: trigger tasks_ai would refuse every INSERT of tasks after this file: "
                    r"no such table: main\.users \(DROP it, or make it anew so that it fits, in the same file\)",
                    "also broken: uv")
        self.refuse("DROP TRIGGER tasks_ai;\nALTER TABLE users RENAME TO people;\nDROP POLICY t ON tasks;\n"
                    "DELETE FROM tasks;\nDROP TABLE people;\n",
                    r"0002_x\.sql:5: view uv would not work after this file: no such table: main\.people")

    def test_what_a_file_makes_that_names_what_is_not_there_is_refused_at_its_line(self):
        self.apply(BASE)
        for event, verb in (("INSERT", "INSERT"), ("UPDATE OF title", "UPDATE"), ("DELETE", "DELETE")):
            for body, problem in (("UPDATE log SET nope = 1", "no such column: nope"),
                                  ("INSERT INTO log (nope) VALUES (1)", "table log has no column named nope"),
                                  ("DELETE FROM nowhere", r"no such table: main\.nowhere")):
                with self.subTest(event=event, body=body):
                    self.refuse(f"-- first\nCREATE TRIGGER bad AFTER {event} ON tasks BEGIN {body}; END;",
                                rf"0002_x\.sql:2: trigger bad would refuse every {verb} of tasks after this file: {problem}")
        self.refuse("\n\nCREATE VIEW w AS SELECT nope FROM users;", r"0002_x\.sql:3: view w .*no such column: nope")
        self.refuse("CREATE TRIGGER bad INSTEAD OF INSERT ON uv BEGIN DELETE FROM nowhere; END;",
                    r"0002_x\.sql:1: trigger bad would refuse every INSERT of uv")

    def test_inside_a_file_the_schema_may_be_broken_for_a_while(self):
        self.apply("CREATE VIEW v AS SELECT a FROM later; CREATE TABLE later (a TEXT);\n"
                   "CREATE TRIGGER t AFTER INSERT ON later BEGIN INSERT INTO last VALUES (1); END;\n"
                   "CREATE TABLE last (a TEXT);")

    def test_a_full_text_table_must_find_its_content(self):
        self.apply("CREATE TABLE art (id INTEGER PRIMARY KEY, title TEXT);\n"
                   "CREATE VIRTUAL TABLE found USING fts5 (title, content='art', content_rowid='id');\n"
                   "CREATE VIRTUAL TABLE bare USING fts5 (title, content='');\n"
                   "INSERT INTO art VALUES (1, 'tea'); INSERT INTO found (found) VALUES ('rebuild');")
        anew = "'rebuild'"
        self.refuse("ALTER TABLE art RENAME COLUMN title TO name;",
                    r"0002_x\.sql:1: full-text table found would not find its content after this file: "
                    r"no such column: title", anew)
        self.refuse("ALTER TABLE art RENAME TO article;", "full-text table found .*no such table: main.art", anew)
        self.apply("ALTER TABLE art RENAME COLUMN title TO name; DROP TABLE found;\n"
                   "CREATE VIRTUAL TABLE found USING fts5 (name, content='art', content_rowid='id');\n"
                   "INSERT INTO found (found) VALUES ('rebuild');")
        self.assertEqual(self.rows("SELECT name FROM found ('tea')"), [("tea",)])

    def test_what_was_broken_before_is_told_by_doctor_and_hinders_no_file(self):
        self.apply(BASE)
        self.shell("CREATE TRIGGER odd AFTER UPDATE ON tasks BEGIN UPDATE log SET nope = 1; END;\n"
                   "CREATE TABLE art (id INTEGER PRIMARY KEY, title TEXT);\n"
                   "CREATE VIRTUAL TABLE found USING fts5 (titel, content='art', content_rowid='id');")
        self.apply("CREATE TABLE more (id INTEGER PRIMARY KEY);")
        told = self.doctor()
        self.assertIn("tasks cannot be written: no such column: nope, in UPDATE by trigger odd", told)
        self.assertIn("found cannot be read: no such column: titel", told)

    def test_a_request_that_meets_a_fault_is_no_failure_of_the_server(self):
        self.apply(BASE + "CREATE TABLE art (id INTEGER PRIMARY KEY, title TEXT);\n"
                   "CREATE VIRTUAL TABLE found USING fts5 (title, content='art', content_rowid='id');\n"
                   "GRANT SELECT ON found TO anon; CREATE POLICY f ON found FOR SELECT TO anon USING (true);\n")
        self.shell("CREATE TRIGGER odd AFTER UPDATE ON tasks BEGIN UPDATE log SET nope = 1; END;\n"
                   "CREATE TRIGGER odder AFTER INSERT ON users BEGIN INSERT INTO log (nope) VALUES (1); END;\n"
                   "ALTER TABLE art RENAME COLUMN title TO name;")
        server = self.start_prodev(folder=self.project)
        for method, path, body, table in (("PATCH", "tasks?id=eq.1", {"title": "x"}, "tasks"),
                                          ("POST", "users", {"name": "x"}, "users"),
                                          ("GET", "found?select=title", None, "found")):
            with self.subTest(path=path):
                with Client(server.port) as client:
                    response = client.request(method, "/rest/v1/" + path, {"Content-Type": "application/json"},
                                              b"" if body is None else json.dumps(body).encode())
                error = json.loads(response.body)
                self.assertEqual((response.status, error["code"]), (400, "42703"), error)
                self.assertIn(f'"{table}"', error["message"])
                self.assertNotIn("nope", response.body.decode())


class Recipe(SchemaCase):
    """However people make a table anew, what names it elsewhere means the new one."""

    def test_views_triggers_keys_and_policies_mean_the_new_table(self):
        for recipe in (AWAY, IN_PLACE, BOTH):
            for pragma in ("", "PRAGMA foreign_keys = OFF;\n", "PRAGMA legacy_alter_table = ON;\n"):
                with self.subTest(recipe=recipe, pragma=pragma):
                    self.setUp()
                    self.apply(BASE)
                    names = ("SELECT name, sql FROM sqlite_schema WHERE name IN ('tasks', 'tasks_ai', 'uv')"
                             " ORDER BY name")
                    before = self.rows(names), self.policies()
                    self.apply(pragma + recipe)
                    self.assertEqual((self.rows(names), self.policies()), before)
                    self.shell("INSERT INTO tasks VALUES (2, 1, 'two')")
                    self.assertEqual(self.rows("SELECT m FROM log"), [("bob",), ("ann",)])
                    self.assertEqual(self.rows("SELECT name FROM uv"), [("ann",), ("bob",)])
                    # What comes later is not hindered, and a rename that is no rebuild is followed.
                    self.apply("ALTER TABLE log RENAME COLUMN m TO said; ALTER TABLE users RENAME TO people;")
                    self.assertIn("people", self.rows("SELECT sql FROM sqlite_schema WHERE name = 'uv'")[0][0])
                    self.assertIn("people", self.rows("SELECT sql FROM sqlite_schema WHERE name = 'tasks'")[0][0])

    def policies(self):
        return self.rows("SELECT name, table_name, using_expression, check_expression FROM _prodev_policy ORDER BY name")

    def test_a_table_that_is_set_aside_and_kept_takes_its_names_along(self):
        self.apply(BASE)
        self.apply("ALTER TABLE users RENAME TO users_old; CREATE TABLE users (id INTEGER PRIMARY KEY);")
        self.assertIn("users_old", self.rows("SELECT sql FROM sqlite_schema WHERE name = 'uv'")[0][0])

    def test_no_number_is_given_twice(self):
        for recipe in (AWAY, IN_PLACE, BOTH):
            with self.subTest(recipe=recipe):
                self.setUp()
                counted = recipe.replace("INTEGER PRIMARY KEY", "SERIAL PRIMARY KEY")
                self.apply("CREATE TABLE users (id SERIAL PRIMARY KEY, name TEXT);\n"
                           "INSERT INTO users (name) VALUES ('a'), ('b'), ('c'); DELETE FROM users WHERE id = 3;")
                self.apply(counted)
                self.shell("INSERT INTO users (name) VALUES ('d')")
                self.assertEqual(self.rows("SELECT max(id) FROM users"), [(4,)])
                self.assertEqual(self.rows("SELECT name, seq FROM sqlite_sequence WHERE name = 'users'"),
                                 [("users", 4)])


if __name__ == "__main__":
    unittest.main()
