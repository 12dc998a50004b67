"""The page of a server without one of its own, in a real browser: tests/browser/welcome.mjs."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from prodev import ROOT, FolderCase  # noqa: E402
from test_storefront import MODULES, install_playwright  # noqa: E402

SCHEMA = """
CREATE TABLE "open notes" (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE secret (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE inbox (id INTEGER PRIMARY KEY, body TEXT) STRICT;
INSERT INTO "open notes" (body) VALUES ('first');
CREATE POLICY all_notes ON "open notes" FOR SELECT USING (true);
CREATE POLICY own ON secret TO authenticated USING (true);
CREATE POLICY anybody_writes ON inbox FOR INSERT WITH CHECK (true);
"""


class Welcome(FolderCase):
    def test_it_leads_to_what_anybody_may_use(self):
        install_playwright()
        folder = self.make_folder()
        (folder / "schema").mkdir()
        (folder / "schema/0001_notes.sql").write_text(SCHEMA)
        server = self.start_prodev(folder=folder)
        visit = subprocess.run(
            ["node", ROOT / "tests/browser/welcome.mjs", server.url, *filter(None, [os.environ.get("SCREENSHOT")])],
            env={**os.environ, "NODE_PATH": str(MODULES / "node_modules")}, capture_output=True, text=True, timeout=240)
        self.assertEqual(visit.returncode, 0, visit.stdout + visit.stderr)
        self.assertEqual(visit.stdout, "passed\n")


if __name__ == "__main__":
    unittest.main()
