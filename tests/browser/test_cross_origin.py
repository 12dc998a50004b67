"""The unmodified supabase-js bundle in a real browser, on pages of other origins than the server's."""

import functools
import http.server
import os
import pathlib
import subprocess
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "clients"), str(HERE)]
from prodev import FolderCase  # noqa: E402
from test_clients import FOLDER, install_packages  # noqa: E402
from test_storefront import MODULES, install_playwright  # noqa: E402

BUNDLE = FOLDER / "node_modules/@supabase/supabase-js/dist/umd/supabase.js"
SCHEMA = """
CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT;
INSERT INTO film (title) VALUES ('Alien'), ('Brazil'), ('Casablanca');
CREATE POLICY read_films ON film FOR SELECT USING (true);
CREATE POLICY add_films ON film FOR ALL TO authenticated USING (true) WITH CHECK (true);
CREATE FUNCTION longer(than integer) RETURNS SETOF film LANGUAGE sql STABLE
  AS $$ SELECT * FROM film WHERE length(title) > :than ORDER BY id $$;
GRANT EXECUTE ON FUNCTION longer TO anon, authenticated;
"""


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class CrossOrigin(FolderCase):
    def serve_page(self):
        """The port of a server of a page with the bundle."""
        folder = self.make_folder()
        (folder / "supabase.js").write_bytes(BUNDLE.read_bytes())
        (folder / "index.html").write_text('<!doctype html><title>page</title><link rel="icon" href="data:,">'
                                           '<script src="supabase.js"></script>')
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietFiles, directory=folder))
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        self.addCleanup(pages.server_close)
        self.addCleanup(pages.shutdown)
        return pages.server_port

    def visit(self, page, *arguments):
        """Runs cross_origin.mjs for a page of the origin `page`, which must be allowed, and one that is not."""
        folder = self.make_folder()
        (folder / "schema").mkdir()
        (folder / "schema/0001_films.sql").write_text(SCHEMA)
        server = self.start_prodev("--anonymous-sign-in", *arguments, folder=folder)
        anon = next(line.split()[-1] for line in server.lines if line.startswith("anon key "))
        visit = subprocess.run(
            ["node", HERE / "cross_origin.mjs", page, server.url, anon],
            env={**os.environ, "NODE_PATH": str(MODULES / "node_modules")}, capture_output=True, text=True, timeout=120)
        self.assertEqual(visit.returncode, 0, visit.stdout + visit.stderr)
        self.assertEqual(visit.stdout, "passed\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install_playwright()
        install_packages()

    def test_a_listed_origin(self):
        port = self.serve_page()
        self.visit(f"http://127.0.0.1:{port}", "--cors-origins", f"http://127.0.0.1:{port}")

    def test_any_port_of_this_machine_under_dev(self):
        self.visit(f"http://localhost:{self.serve_page()}", "--dev")


if __name__ == "__main__":
    unittest.main()
