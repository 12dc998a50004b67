"""The API pages of the demo in a real browser: tests/browser/api_docs.mjs in Debian's Chromium."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from prodev import PATIENCE, ROOT, FolderCase, Server, binary_path, run_prodev  # noqa: E402
from test_storefront import MODULES, install_playwright  # noqa: E402


class ApiDocs(FolderCase):
    def test_the_tables_are_listed_and_can_be_tried_out_offline(self):
        install_playwright()
        folder = self.make_folder()
        server = Server([binary_path("prodev"), "demo", "--listen", "127.0.0.1:0"], cwd=folder)
        self.addCleanup(server.stop)
        token = run_prodev("token", "--role", "staff", "--dir", folder / "prodev-demo").stdout.strip()
        visit = subprocess.run(
            ["node", ROOT / "tests/browser/api_docs.mjs", server.url, token, *filter(None, [os.environ.get("SCREENSHOT")])],
            env={**os.environ, "NODE_PATH": str(MODULES / "node_modules")}, capture_output=True, text=True, timeout=240 * PATIENCE)
        self.assertEqual(visit.returncode, 0, visit.stdout + visit.stderr)
        self.assertEqual(visit.stdout, "passed\n")


if __name__ == "__main__":
    unittest.main()
