"""The documentation in a real browser: search, copying, colours, phones: tests/browser/docs.mjs."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from prodev import PATIENCE, ROOT, ServerCase  # noqa: E402
from test_storefront import MODULES, install_playwright  # noqa: E402


class Docs(ServerCase):
    def test_pages_can_be_searched_copied_from_and_read_in_any_light(self):
        install_playwright()
        pages = sorted(f"{path.stem}.html" for path in (ROOT / "static/docs").glob("*.md"))
        visit = subprocess.run(["node", ROOT / "tests/browser/docs.mjs", self.server.url, *pages],
                               env={**os.environ, "NODE_PATH": str(MODULES / "node_modules")},
                               capture_output=True, text=True, timeout=300 * PATIENCE)
        self.assertEqual(visit.returncode, 0, visit.stdout + visit.stderr)
        self.assertEqual(visit.stdout, "passed\n")


if __name__ == "__main__":
    unittest.main()
