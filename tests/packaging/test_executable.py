"""What is shipped: one static, hardened, stamped file that needs nothing around it."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from prodev import binary_path  # noqa: E402

LIMIT_BYTES = 16 * 1024 * 1024


def output_of(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True,
                          text=True, timeout=60).stdout


class Executable(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = binary_path("prodev")
        cls.dynamic = output_of("readelf", "--wide", "--dynamic", cls.path)
        cls.segments = output_of("readelf", "--wide", "--segments", cls.path)

    def test_it_is_one_static_position_independent_file(self):
        self.assertIn("static-pie linked", output_of("file", "--brief", self.path))
        self.assertNotIn("(NEEDED)", self.dynamic)
        self.assertNotIn("INTERP", self.segments)

    def test_it_is_stripped_and_at_most_16_mib(self):
        self.assertNotIn(".debug_info", output_of("readelf", "--wide", "--sections", self.path))
        self.assertNotIn(".symtab", output_of("readelf", "--wide", "--sections", self.path))
        self.assertLessEqual(os.stat(self.path).st_size, LIMIT_BYTES)

    def test_relocations_are_read_only_and_bound_at_start(self):
        self.assertIn("GNU_RELRO", self.segments)
        self.assertRegex(self.dynamic, r"\(FLAGS\).*BIND_NOW")
        self.assertRegex(self.dynamic, r"\(FLAGS_1\).*\bNOW\b.*\bPIE\b")

    def test_no_memory_is_both_writable_and_executable(self):
        stack = re.search(r"GNU_STACK.*", self.segments)[0]
        self.assertRegex(stack, r"\bRW\b")
        self.assertNotRegex(self.segments, r"\bRWE\b")

    def test_stack_protector_and_checked_library_calls_are_in_it(self):
        # Their names are gone with the symbols; the sentences they die with are not.
        with open(self.path, "rb") as file:
            content = file.read()
        self.assertIn(b"stack smashing detected", content)
        self.assertIn(b"buffer overflow detected", content)

    def test_our_code_is_compiled_with_the_protections(self):
        database = (ROOT / "build" / "release" / "compile_commands.json").read_text("utf-8")
        ours = [line for line in database.splitlines()
                if '"command"' in line and "prodev_core.dir" in line and ".cpp" in line]
        self.assertGreater(len(ours), 40)
        for line in ours:
            self.assertRegex(line, r"-D_FORTIFY_SOURCE=[23]")
            self.assertIn("-fstack-protector-strong", line)
            self.assertIn("-flto", line)

    def test_it_says_its_version_and_commit(self):
        declared = re.search(r"project\(prodev VERSION (\S+)",
                             (ROOT / "CMakeLists.txt").read_text("utf-8"))[1]
        printed = output_of(self.path, "version").splitlines()[0]
        found = re.fullmatch(r"prodev (\S+) \((unknown|[0-9a-f]{7,40}(?:-dirty)?)\)", printed)
        self.assertIsNotNone(found, printed)
        self.assertEqual(found[1], declared)
        self.assertEqual(found[2].removesuffix("-dirty"), self.commit())

    @staticmethod
    def commit():
        asked = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "rev-parse", "--short=7", "HEAD"],
            capture_output=True, text=True, check=False)
        return asked.stdout.strip() if asked.returncode == 0 else "unknown"


if __name__ == "__main__":
    unittest.main()
