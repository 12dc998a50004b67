"""What the command line says of itself: a screen for each command, and all settings where asked for."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import FolderCase, run_prodev  # noqa: E402

SCREEN_LINES, SCREEN_COLUMNS = 30, 100


def commands():
    overview = run_prodev("--help").stdout
    return re.findall(r"(?m)^  ([a-z]+) ", overview.partition("Commands\n")[2])


class Help(FolderCase):
    def test_the_help_of_each_command_fits_a_screen_and_has_two_examples(self):
        names = commands()
        self.assertGreater(len(names), 14)
        for name in names:
            with self.subTest(command=name):
                done = run_prodev(name, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                lines = done.stdout.splitlines()
                self.assertLessEqual(len(lines), SCREEN_LINES)
                self.assertLessEqual(max(map(len, lines)), SCREEN_COLUMNS)
                self.assertTrue(lines[0].startswith(f"Usage: prodev {name}"), lines[0])
                examples = done.stdout.partition("Examples\n")[2].partition("\n\n")[0].splitlines()
                self.assertEqual(len(examples), 2)
                self.assertIn(f"prodev {name}".removesuffix("version"), examples[0])

    def test_help_all_has_every_setting(self):
        short, long = run_prodev("import", "--help").stdout, run_prodev("import", "--help=all").stdout
        self.assertIn("--help=all", short)
        self.assertNotIn("--max-body-bytes", short)
        for flag in ["--on-conflict", "--max-body-bytes SIZE", "--builtin-pages"]:
            self.assertIn(flag, long)
        self.assertEqual(run_prodev("help", "import", "all").stdout, long)

    def test_help_of_a_command_is_its_help(self):
        for name in commands():
            self.assertEqual(run_prodev("help", name).stdout, run_prodev(name, "--help").stdout)
        self.assertEqual(run_prodev("help", "--help").stdout, run_prodev("--help").stdout)
        wrong = run_prodev("help", "imprt")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn('did you mean "import"?', wrong.stderr)

    def test_a_format_that_is_missing_is_told_of_what_was_given(self):
        for arguments, sentence in {
                ("export", "product"): "or a file with --output, whose name tells",
                ("export", "product", "--output", "x.txt"): "the name x.txt does not end in one",
                ("export", "product", "--format", "xml"): "there is no format xml: --format takes csv, json or ndjson",
                ("import", "product", "-"): "standard input has no name that tells",
                ("import", "product", "x.txt"): "give --format csv, tsv, json or ndjson: the name x.txt"}.items():
            done = run_prodev(*arguments, "--dir", self.make_folder())
            self.assertEqual(done.returncode, 2)
            self.assertIn(sentence, done.stderr)

    def test_every_flag_of_a_short_help_is_a_flag(self):
        for name in commands():
            for flag in re.findall(r"(?m)^  (--[a-z-]+)", run_prodev(name, "--help").stdout):
                if flag == "--help":
                    continue
                done = run_prodev(name, flag, "x", "--no-such-flag")
                self.assertEqual(done.returncode, 2)
                self.assertNotIn(f"has no flag {flag};", done.stderr)


if __name__ == "__main__":
    unittest.main()
