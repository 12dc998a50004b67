"""A database of another version of prodev: upgraded after a copy, or left alone."""

import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, run_prodev  # noqa: E402


def give_former_names(path):
    """Makes the system tables of the database what they were before their names began with _prodev_."""
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE _prodev_migration DROP COLUMN sql")
        connection.execute("DELETE FROM _prodev_system_migration WHERE number > 3")
        for name in ("_prodev_policy", "_prodev_privilege"):
            connection.execute(f"ALTER TABLE {name} DROP COLUMN on_view")
        indexes = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index'"
                                     " AND name LIKE '\\_prodev\\_%' ESCAPE '\\' AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                          " AND name LIKE '\\_prodev\\_%' ESCAPE '\\'").fetchall():
            connection.execute(f"ALTER TABLE {name} RENAME TO {name.removeprefix('_prodev')}")
        for _, sql in indexes:
            connection.execute(sql.replace("_prodev_", "_"))


class Upgrade(FolderCase):
    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()
        (self.project / "schema/0001_a.sql").write_text(
            "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (7); CREATE ROLE staff;\n"
            "CREATE POLICY p ON a FOR SELECT USING (true);\n")
        self.assertEqual(self.prodev("migrate").returncode, 0)
        self.database = self.project / "data/prodev.db"

    def prodev(self, *words):
        return run_prodev(*words, "--dir", self.project)

    def tables(self, path):
        with sqlite3.connect(path) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def test_a_database_of_an_earlier_version_is_upgraded_after_a_copy(self):
        self.assertFalse((self.project / "data/prodev.db.before-upgrade").exists())
        give_former_names(self.database)
        self.assertRegex(self.prodev("migrate", "status").stdout, r"applied +\S+ +0001_a.sql")
        plan = self.prodev("migrate", "plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("nothing to apply", plan.stdout)
        self.assertIn("made by an earlier prodev", self.prodev("doctor").stdout)
        self.assertIn("_role", self.tables(self.database))
        server = self.start_prodev(folder=self.project)
        with Client(server.port) as client:
            self.assertEqual(client.get("/rest/v1/a").json(), [{"id": 7}])
        copy = self.project / "data/prodev.db.before-upgrade"
        self.assertIn(str(copy), server.stderr_text())
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        self.assertIn("_role", self.tables(copy))
        self.assertIn("_prodev_role", self.tables(self.database))
        self.assertNotIn("_role", self.tables(self.database))

    def test_the_copy_is_made_once_and_not_of_a_database_of_this_version(self):
        give_former_names(self.database)
        self.assertEqual(self.prodev("migrate").returncode, 0)
        copy = self.project / "data/prodev.db.before-upgrade"
        before = copy.stat().st_mtime_ns
        self.assertEqual(self.prodev("migrate").returncode, 0)
        self.assertEqual(copy.stat().st_mtime_ns, before)

    def test_a_database_of_a_later_version_is_refused_and_untouched(self):
        with sqlite3.connect(self.database) as connection:
            connection.execute("INSERT INTO _prodev_system_migration (number, name) VALUES (9999, 'x')")
            connection.execute("PRAGMA journal_mode = DELETE")
        (self.project / "schema/0002_b.sql").write_text("CREATE TABLE b (x);")
        for words in (("migrate",), ("migrate", "plan"), ("migrate", "redo"), ("migrate", "baseline"),
                      ("migrate", "accept", "0001_a.sql"), ("serve", "--listen", "127.0.0.1:0")):
            with self.subTest(words=words):
                result = self.prodev(*words)
                self.assertEqual(result.returncode, 1)
                self.assertIn("newer prodev", result.stderr)
        self.assertIn("later prodev", self.prodev("doctor").stdout)
        self.assertNotIn("b", self.tables(self.database))
        self.assertFalse((self.project / "data/prodev.db.before-upgrade").exists())


if __name__ == "__main__":
    unittest.main()
