"""`prodev init`: a new project that is served as it is, and nothing that was there is touched."""

import pathlib
import re
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ROOT, Client, FolderCase, run_prodev  # noqa: E402

TEMPLATES = ROOT / "packaging/templates/project"


def files_under(folder):
    """Relative path -> bytes of each file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Init(FolderCase):
    def init(self, folder, cwd=None):
        result = run_prodev("init", folder, cwd=cwd)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.splitlines()

    def assert_refused(self, folder, says):
        result = run_prodev("init", folder)
        self.assertEqual((result.returncode, result.stdout), (2, ""), result)
        self.assertIn(says, result.stderr)

    def test_every_file_of_the_template_is_made_and_named(self):
        folder = self.make_folder() / "new/shop"
        lines = self.init(folder)
        wanted = files_under(TEMPLATES)
        wanted[".gitignore"] = wanted.pop("gitignore")
        self.assertEqual(files_under(folder), wanted)
        self.assertEqual(sorted(lines[:-1]), sorted(f"made      {folder / name}" for name in wanted))
        self.assertEqual(lines[-1], f"next      prodev serve --dir {folder}")

    def test_the_next_command_can_be_pasted_into_a_shell(self):
        folder = self.make_folder()
        self.assertEqual(self.init("it's new", cwd=folder)[-1], "next      prodev serve --dir 'it'\\''s new'")

    def test_an_empty_folder_is_filled(self):
        folder = self.make_folder()
        self.init(".", cwd=folder)
        self.assertTrue((folder / "prodev.toml").is_file())

    def test_a_folder_with_anything_in_it_is_refused_and_left_alone(self):
        for name in (".hidden", "prodev.toml", "x"):
            folder = self.make_folder()
            (folder / name).write_bytes(b"mine")
            self.assert_refused(folder, name)
            self.assertEqual(files_under(folder), {name: b"mine"})

    def test_what_is_no_folder_is_refused(self):
        path = self.make_folder() / "file"
        path.write_bytes(b"mine")
        self.assert_refused(path, "is not a folder")
        self.assertEqual(path.read_bytes(), b"mine")
        self.assert_refused("", "prodev init my-project")

    def test_wrong_usage_exits_2(self):
        for arguments in ((), ("a", "b"), ("--force", "a")):
            result = run_prodev("init", *arguments, cwd=self.make_folder())
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)

    def test_the_project_is_served_with_its_page(self):
        folder = self.make_folder() / "p"
        self.init(folder)
        server = self.start_prodev(folder=folder)
        for path, name in (("/", "index.html"), ("/app.js", "app.js"), ("/style.css", "style.css")):
            with Client(server.port) as client:
                response = client.get(path)
            self.assertEqual(response.status, 200, path)
            self.assertEqual(response.body, (folder / "static" / name).read_bytes())

    def test_the_page_obeys_the_policy_against_inline_scripts(self):
        page = (TEMPLATES / "static/index.html").read_text()
        self.assertIn('<script type="module" src="app.js">', page)
        self.assertNotRegex(page, r"<script(?![^>]*\bsrc=)|<style|\sstyle=|<[^>]*\son[a-z]+=")
        for field in re.findall(r"<input id=\"(\w+)\"", page):
            self.assertIn(f'<label for="{field}">', page)

    def test_the_settings_that_the_file_suggests_exist(self):
        known = set(re.findall(r"^\| `(\w+)` \|", run_prodev("settings").stdout, re.M))
        suggested = re.findall(r"^(?:# )?(\w+) = ", (TEMPLATES / "prodev.toml").read_text(), re.M)
        self.assertGreater(len(suggested), 4)
        self.assertEqual(set(suggested) - known, set())

    def test_the_table_takes_notes_and_the_list_has_an_index(self):
        sql = (TEMPLATES / "schema/0001_notes.sql").read_text()
        self.assertEqual(len(re.findall(r"^CREATE POLICY \w+ ON notes FOR ", sql, re.M)), 2)
        with sqlite3.connect(":memory:") as database:
            database.executescript(re.sub(r"^CREATE POLICY [^;]*;", "", sql, flags=re.M))
            database.execute("INSERT INTO notes (body) VALUES ('tea')")
            self.assertRegex(database.execute("SELECT created_at FROM notes").fetchone()[0], r"T.*Z$")
            for body in ("", "  ", "x" * 1_001, None):
                with self.assertRaises(sqlite3.IntegrityError):
                    database.execute("INSERT INTO notes (body) VALUES (?)", (body,))
            plan = database.execute("EXPLAIN QUERY PLAN SELECT id, body, created_at FROM notes"
                                    " ORDER BY created_at DESC, id DESC LIMIT 50").fetchall()
            self.assertIn("notes_by_time", str(plan))
            self.assertNotIn("TEMP B-TREE", str(plan))


if __name__ == "__main__":
    unittest.main()
