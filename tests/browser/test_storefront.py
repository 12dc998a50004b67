"""The demo's shop in a real browser: `prodev demo`, Debian's Chromium, tests/browser/storefront.mjs."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import PATIENCE, ROOT, FolderCase, Server, binary_path  # noqa: E402

MODULES = ROOT / "build/node"
PACKAGES = ("playwright-core@1.48.2", "axe-core@4.10.2")


def install_playwright():
    """The packages that tests in a browser need, as they are pinned here."""
    if all((MODULES / "node_modules" / package.split("@")[0]).is_dir() for package in PACKAGES):
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", MODULES, *PACKAGES],
                   check=True, timeout=240)


class Storefront(FolderCase):
    def test_a_shopper_finds_buys_and_reviews(self):
        install_playwright()
        server = Server([binary_path("prodev"), "demo", "--listen", "127.0.0.1:0"], cwd=self.make_folder())
        self.addCleanup(server.stop)
        walk = subprocess.run(["node", ROOT / "tests/browser/storefront.mjs", f"http://127.0.0.1:{server.port}"],
                              env={**os.environ, "NODE_PATH": str(MODULES / "node_modules")},
                              capture_output=True, text=True, timeout=240 * PATIENCE)
        self.assertEqual(walk.returncode, 0, walk.stdout + walk.stderr)
        self.assertRegex(walk.stdout, r"(?m)^\d+ passed, 0 failed$")


if __name__ == "__main__":
    unittest.main()
