"""The pages that are built in: what they lead to, and that one setting turns them off."""

import os
import pathlib
import pty
import re
import select
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import DEADLINE_S, Client, FolderCase, Server, ServerCase, binary_path, clean_environment  # noqa: E402

BUILT_IN = ["/", "/index.html", "/welcome.js", "/docs/", "/docs/api/", "/docs/api/swagger-ui-bundle.js", "/demo/",
            "/demo/live/", "/favicon.svg", "/robots.txt"]


class On(ServerCase):
    def test_the_first_page_leads_to_api_documentation_keys_and_the_next_step(self):
        page = self.get("/").body.decode()
        for part in ['href="docs/api/"', 'href="docs/"', 'href="openapi.json"', "prodev token --role anon",
                     "prodev migrate new", "CREATE POLICY"]:
            self.assertIn(part, page)
        self.assertNotRegex(page, r"eyJ[A-Za-z0-9_-]{20}")  # a key

    def test_none_leads_to_the_shop_where_there_may_be_none(self):
        self.assertIn('<li id="shop" hidden><a href="demo/">', self.get("/").body.decode())
        self.assertIn("demo/live/", self.get("/").body.decode())
        self.assertNotIn("shop", self.get("/demo/live/").body.decode().lower())

    def test_all_are_there(self):
        for path in BUILT_IN:
            self.assertEqual(self.get(path).status, 200, path)


class Off(ServerCase):
    arguments = ["--builtin-pages=false"]

    @classmethod
    def prepare(cls):
        (cls.folder / "static/docs").mkdir(parents=True)
        (cls.folder / "static/app.html").write_text("mine")
        (cls.folder / "static/docs/mine.html").write_text("also mine")

    def test_none_is_there(self):
        for path in [*BUILT_IN, "/docs", "/demo"]:
            self.assertEqual(self.get(path).status, 404, path)

    def test_the_projects_own_files_are(self):
        self.assertEqual(self.get("/app.html").body, b"mine")
        self.assertEqual(self.get("/docs/mine.html").body, b"also mine")
        self.assertEqual(self.get("/openapi.json").status, 200)
        self.assertEqual(self.get("/healthz").status, 200)

    def test_the_start_tells_of_no_built_in_files(self):
        static = next(line for line in self.server.lines if line.startswith("static "))
        self.assertNotIn("built-in", static)


class Starts(FolderCase):
    def test_the_demo_names_the_shop(self):
        server = Server([binary_path("prodev"), "demo", "--listen", "127.0.0.1:0"], cwd=self.make_folder())
        self.addCleanup(server.stop)
        with Client(server.port) as client:
            self.assertEqual(client.get("/demo/").status, 200)
        self.assertIn(f"open      {server.url}/demo/ (the shop)", server.lines)

    def shown_at_a_terminal(self, *arguments):
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.make_folder())
            os.execve(binary_path("prodev"), ["prodev", "serve", "--listen", "127.0.0.1:0", *arguments],
                      clean_environment())
        text, end = "", time.monotonic() + DEADLINE_S
        while "next " not in text and "service " not in text and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                text += os.read(terminal, 4096).decode()
        os.kill(process, signal.SIGTERM)
        while time.monotonic() < end:
            try:
                text += os.read(terminal, 4096).decode()
            except OSError:
                break
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
        os.close(terminal)
        return text.replace("\r", "")

    def test_a_start_by_hand_names_what_to_open_and_the_next_step(self):
        shown = self.shown_at_a_terminal()
        url = re.search(r"serving +(\S+)", shown)[1]
        self.assertIn(f"open      {url}/\n", shown)
        self.assertIn(f"api       {url}/docs/api/", shown)
        self.assertIn("next      prodev migrate new NAME", shown)
        self.assertNotIn("open  ", self.shown_at_a_terminal("--builtin-pages=false"))

    def test_a_log_has_what_it_had(self):
        server = self.start_prodev()
        self.assertFalse([line for line in server.lines if line.startswith(("open", "api", "next"))])


if __name__ == "__main__":
    unittest.main()
