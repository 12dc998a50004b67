"""Sources are formatted as .clang-format says."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]


def check(paths):
    return subprocess.run(
        ["clang-format", "--dry-run", "-Werror", f"--style=file:{ROOT / '.clang-format'}", *paths],
        capture_output=True, text=True)


class Format(unittest.TestCase):
    def test_every_source_is_formatted(self):
        paths = [path for folder in ("src", "tests") for path in sorted((ROOT / folder).rglob("*"))
                 if path.suffix in {".h", ".cpp"}]
        self.assertGreater(len(paths), 50)
        result = check(paths)
        self.assertEqual(result.returncode, 0, result.stderr[:4000])

    def test_a_badly_formatted_source_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "bad.cpp")
            source.write_text("int  main( ){return 0;}\n")
            self.assertNotEqual(check([source]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
