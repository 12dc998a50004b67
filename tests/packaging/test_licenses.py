"""`prodev licenses` lists all that is linked in or compiled in, each with its text."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from prodev import binary_path, run_prodev  # noqa: E402

BUILD = pathlib.Path(os.environ.get("PRODEV_BUILD_DIR", pathlib.Path(binary_path("prodev")).parent))
# The kernel's interface is no code of anybody, and cpp-httplib is compiled from its source.
NO_CODE = {"linux-libc-dev"}


def output_of(*command):
    return subprocess.run([str(part) for part in command], cwd=BUILD, check=True, capture_output=True, text=True,
                          timeout=120).stdout


def packages_of(paths):
    """The Debian packages that the files are of; a header that only forwards may be in several."""
    owners = output_of("dpkg-query", "-S", *sorted({os.path.realpath(path) for path in paths}))
    return {name.split(":")[0].strip() for line in owners.splitlines()
            for name in line.rpartition(": ")[0].split(",")}


def components():
    """name -> (licence, from) of the table."""
    rows = [[cell.strip() for cell in line.split(" | ")] for line in run_prodev("licenses").stdout.splitlines()]
    return {row[0]: (row[2], row[3]) for row in rows[2:]}


class Licenses(unittest.TestCase):
    def test_every_archive_that_is_linked_is_listed(self):
        link = output_of("ninja", "-t", "commands", "prodev").splitlines()[-1]
        archives = [path for path in re.findall(r"(/\S+\.a)\b", link) if not path.startswith(str(ROOT))]
        archives += [output_of("c++", f"-print-file-name={name}").strip() for name in ("libc.a", "libstdc++.a")]
        self.assertGreater(len(archives), 8)
        listed = {source for _, source in components().values()}
        self.assertEqual(packages_of(archives) - listed, set())

    def test_every_header_that_is_compiled_in_is_of_something_listed(self):
        headers = set(re.findall(r"(?m)^ +(/usr/\S+)$", output_of("ninja", "-t", "deps")))
        self.assertGreater(len(headers), 500)
        listed = {source for _, source in components().values()} | NO_CODE
        # What tests and build tools use is not shipped; libgcc's headers are of the compiler that is listed.
        shipped = {name for name in packages_of(headers) if not re.match(r"(catch2|libgcc-\d+-dev)$", name)}
        self.assertEqual(shipped - listed, set())

    def test_each_has_its_text(self):
        for name, (licence, _) in components().items():
            with self.subTest(name=name):
                text = run_prodev("licenses", name).stdout
                self.assertGreater(len(text), 500)
                self.assertIn("opyright", text)
                if licence in ("MIT", "Expat"):
                    self.assertRegex(text, r"Permission\s+is\s+hereby\s+granted")
                if licence == "Apache-2.0":
                    self.assertIn("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION", text)
                if licence.startswith("LGPL"):
                    self.assertIn("GNU LESSER GENERAL PUBLIC LICENSE", text)

    def test_full_is_all_of_them(self):
        text = run_prodev("licenses", "--full").stdout
        self.assertEqual(text.count("\n==== "), len(components()))

    def test_a_name_that_is_not_there_is_wrong_usage(self):
        done = run_prodev("licenses", "OpenSLL")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean OpenSSL?", done.stderr)


if __name__ == "__main__":
    unittest.main()
