"""The cpp-httplib that is compiled has Debian's security patches in it."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "third_party" / "cpp-httplib"


class Httplib(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.header = (FOLDER / "httplib.h").read_text("utf-8")
        cls.source = (FOLDER / "httplib.cc").read_text("utf-8")

    def test_every_security_patch_of_the_package_was_applied(self):
        patches = (FOLDER / "patches").read_text("utf-8")
        for cve in ("CVE-2025-46728", "CVE-2025-52887", "CVE-2025-53629"):
            self.assertIn(cve, patches)

    def test_a_line_has_a_limit(self):  # CVE-2025-46728
        self.assertRegex(self.header, r"#define CPPHTTPLIB_MAX_LINE_LENGTH \d+")
        self.assertIn("size() >= CPPHTTPLIB_MAX_LINE_LENGTH", self.source)

    def test_header_and_trailer_fields_have_a_limit(self):  # CVE-2025-52887
        self.assertRegex(self.header, r"#define CPPHTTPLIB_HEADER_MAX_COUNT \d+")
        self.assertGreaterEqual(self.source.count(">= CPPHTTPLIB_HEADER_MAX_COUNT"), 2)

    def test_a_body_without_a_length_has_a_limit(self):  # CVE-2025-53629
        for reader in ("read_content_without_length", "read_content_chunked"):
            body = re.search(reader + r"\(Stream &strm.*?\n}\n", self.source, re.DOTALL)[0]
            self.assertIn("payload_max_length", body)
            self.assertIn("PayloadTooLarge", body)

    def test_the_build_compiles_this_copy(self):
        for build in ("release", "dev", "tsan"):
            database = (ROOT / "build" / build / "compile_commands.json").read_text("utf-8")
            self.assertIn(str(FOLDER / "httplib.cc"), database, build)


if __name__ == "__main__":
    unittest.main()
