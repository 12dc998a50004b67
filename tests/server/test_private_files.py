"""The files of a data folder are for the server's own user."""

import os
import pathlib
import sqlite3
import stat
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

SCHEMA = "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"
DATABASE = ("prodev.db", "prodev.db-wal", "prodev.db-shm")


class PrivateFilesTest(prodev.FolderCase):

    def setUp(self):
        self.project = self.make_folder()
        (self.project / "schema").mkdir()
        (self.project / "schema/0001_note.sql").write_text(SCHEMA)
        self.data = self.project / "data"

    def modes(self):
        """Of each regular file below data."""
        return {str(path.relative_to(self.data)): stat.S_IMODE(path.stat().st_mode)
                for path in self.data.rglob("*") if path.is_file()}

    def check_all_private(self):
        modes = self.modes()
        for name in DATABASE:
            self.assertIn(name, modes)
        self.assertEqual({name: oct(mode) for name, mode in modes.items() if mode & 0o077}, {})

    def warnings(self, server):
        return [line for line in server.lines if line.startswith("warning")]

    def start(self):
        before = os.umask(0)
        try:
            return self.start_prodev(folder=self.project)
        finally:
            os.umask(before)

    def test_files_are_private_whatever_the_umask(self):
        server = self.start()
        self.check_all_private()
        self.assertEqual(self.warnings(server), [])

    def test_files_in_a_folder_that_others_can_read_are_private_and_the_folder_is_told_of(self):
        self.data.mkdir()
        self.data.chmod(0o755)
        server = self.start()
        self.check_all_private()
        self.assertEqual(self.warnings(server), [
            f"warning   {self.data} is open to other users (mode 755): chmod 700 {self.data}"])

    def test_a_database_that_was_open_to_others_is_closed_and_told_of(self):
        self.start().stop()
        (self.data / "prodev.db").chmod(0o664)
        server = self.start()
        self.check_all_private()
        self.assertEqual(self.warnings(server), [
            f"warning   {self.data}/prodev.db was open to other users (mode 664): its mode is now 600"])

    def test_a_database_that_is_served_as_it_is_keeps_its_mode(self):
        adopted = self.make_folder() / "own.db"
        sqlite3.connect(adopted).executescript(SCHEMA)
        adopted.chmod(0o644)
        self.start_prodev("--db", adopted)
        self.assertEqual(stat.S_IMODE(adopted.stat().st_mode), 0o644)


if __name__ == "__main__":
    unittest.main()
