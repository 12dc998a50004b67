"""Commands on a project say so when its folder is not there, is no folder, or is somebody else's."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import binary_path, clean_environment, run_prodev  # noqa: E402

COMMANDS = (
    ("doctor",), ("sql", "SELECT 1"), ("openapi",), ("types",),
    ("export", "note", "--format", "csv"), ("import", "note", "-", "--format", "csv"),
    ("migrate", "status"), ("migrate", "plan"), ("migrate", "up"), ("migrate", "new", "x"),
    ("migrate", "accept", "0001_a.sql"), ("migrate", "redo"), ("migrate", "baseline"),
    ("token", "--role", "anon"))
NOBODY = 65534


class ProjectFolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_project(self):
        project = self.path("project")
        os.makedirs(project + "/schema")
        with open(project + "/schema/0001_note.sql", "w", encoding="utf-8") as file:
            file.write("CREATE TABLE note (id INTEGER PRIMARY KEY);\n")
        return project

    def run_as_nobody(self, *words):
        return subprocess.run([binary_path("prodev"), *words], capture_output=True, text=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL, user=NOBODY, group=NOBODY,
                              extra_groups=[], env=clean_environment())

    def test_a_folder_that_is_not_there_is_wrong_usage_for_every_command(self):
        for words in COMMANDS:
            with self.subTest(words=words):
                result = run_prodev(*words, "--dir", self.path("nodir"))
                self.assertEqual(2, result.returncode, result.stdout + result.stderr)
                self.assertIn("there is no project", result.stdout + result.stderr)
                self.assertIn(self.path("nodir"), result.stdout + result.stderr)
                self.assertFalse(os.path.exists(self.path("nodir")))

    def test_a_file_in_place_of_the_folder_is_told(self):
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        for words in COMMANDS:
            with self.subTest(words=words):
                result = run_prodev(*words, "--dir", self.path("file"))
                self.assertEqual(2, result.returncode, result.stdout + result.stderr)
                self.assertIn("/file is not a folder", result.stdout + result.stderr)

    def test_doctor_tells_of_a_folder_that_holds_no_project(self):
        os.mkdir(self.path("empty"))
        result = run_prodev("doctor", "--dir", self.path("empty"))
        self.assertRegex(result.stdout, r"warn  project  .*/empty has no schema/")
        self.assertIn("prodev init", result.stdout)
        self.assertEqual([], os.listdir(self.path("empty")))
        told = run_prodev("doctor", "--dir", self.make_project()).stdout
        self.assertRegex(told, r"ok    project +in .*/project\n")

    def test_doctor_fails_where_serve_would_refuse_a_path(self):
        project = self.make_project()
        for setting, told in ((("--schema", self.path("nowhere")), r"fail  schema files +there is no schema folder"),
                              (("--data", self.path("nowhere/x")), r"fail  disk +there is no folder .*/nowhere\n"),
                              (("--db", self.path("nowhere.db")), r"fail  database +there is no database file")):
            with self.subTest(setting=setting):
                doctor = run_prodev("doctor", "--dir", project, *setting)
                self.assertRegex(doctor.stdout, told)
                self.assertEqual(1, doctor.returncode)
                served = run_prodev("serve", "--dir", project, "--listen", "127.0.0.1:0", *setting)
                self.assertIn(served.returncode, (1, 2), served)

    def test_a_folder_without_schema_files_is_wrong_usage_with_the_way_out(self):
        os.mkdir(self.path("empty"))
        for word in ("status", "plan", "up"):
            result = run_prodev("migrate", word, "--dir", self.path("empty"))
            self.assertEqual((2, ""), (result.returncode, result.stdout))
            self.assertRegex(result.stderr, "there is no schema folder .*/empty/schema: prodev migrate new NAME")
        self.assertEqual([], os.listdir(self.path("empty")))

    def test_status_and_plan_only_read(self):
        project = self.make_project()
        self.assertIn("pending", run_prodev("migrate", "status", "--dir", project).stdout)
        self.assertIn("would run", run_prodev("migrate", "plan", "--dir", project).stdout)
        self.assertEqual(["schema"], os.listdir(project))

    @unittest.skipUnless(os.getuid() == 0, "another user can only be taken by root")
    def test_a_folder_of_another_user_is_told_as_that(self):
        project = self.make_project()
        os.chmod(project, 0o700)
        for words in COMMANDS:
            with self.subTest(words=words):
                result = self.run_as_nobody(*words, "--dir", project)
                self.assertEqual(1, result.returncode, result.stdout + result.stderr)
                self.assertRegex(result.stdout + result.stderr,
                                 "cannot look into the project folder .*: Permission denied: run "
                                 "prodev as its owner")

    @unittest.skipUnless(os.getuid() == 0, "another user can only be taken by root")
    def test_data_of_another_user_are_not_taken_for_no_data(self):
        project = self.make_project()
        self.assertEqual(0, run_prodev("migrate", "--dir", project).returncode)
        for words in (("doctor",), ("sql", "SELECT 1"), ("openapi",), ("types",),
                      ("export", "note", "--format", "csv"), ("migrate", "status"),
                      ("migrate", "plan")):
            with self.subTest(words=words):
                result = self.run_as_nobody(*words, "--dir", project)
                self.assertEqual(1, result.returncode, result.stdout + result.stderr)
                self.assertRegex(result.stdout + result.stderr,
                                 "cannot look at the database .*: Permission denied")


if __name__ == "__main__":
    unittest.main()
