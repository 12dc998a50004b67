"""The fallback page of single-page applications, a setting."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, ServerCase, eventually  # noqa: E402

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGE = b"<!doctype html><div id=app></div>"


class WithFallback(ServerCase):
    arguments = ["--spa-fallback", "/app.html"]

    @classmethod
    def prepare(cls):
        cls.root = cls.folder / "static"
        (cls.root / "real").mkdir(parents=True)
        (cls.root / "bare").mkdir()
        (cls.root / "app.html").write_bytes(PAGE)
        (cls.root / "real/index.html").write_bytes(b"a real page")
        (cls.root / "real/data.json").write_bytes(b"{}")

    def test_unknown_paths_show_the_page_to_browsers(self):
        for path in ["/products", "/products/7", "/products/7/", "/a/b/c?x=1", "/@user", "/sp%20ace", "/bare",
                     "/bare/"]:
            with self.subTest(path=path):
                response = self.get(path, BROWSER)
                self.assertEqual((response.status, response.body), (200, PAGE))
                self.assertEqual(response.header("Content-Type"), "text/html; charset=utf-8")

    def test_files_that_exist_are_served_as_they_are(self):
        self.assertEqual(self.get("/real/", BROWSER).body, b"a real page")
        self.assertEqual(self.get("/real/data.json", BROWSER).body, b"{}")
        self.assertEqual(self.get("/real", BROWSER).status, 308)

    def test_missing_assets_are_missing(self):
        for path in ["/missing.js", "/assets/logo.svg", "/favicon.ico", "/real/missing.css"]:
            self.assert_error(self.get(path, BROWSER), 404, "not_found")

    def test_programs_that_do_not_ask_for_html_get_a_404(self):
        for headers in [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "text/html;q=0"},
                        {"Accept": "text/*"}, {"Accept": "xtext/html"}]:
            self.assert_error(self.get("/products", headers), 404, "not_found")

    def test_refused_paths_do_not_show_the_page(self):
        for path in ["/.env", "/../x", "/a%2fb", "/%2e%2e/x", "//products", "/a\\b"]:
            response = self.get(path, BROWSER)
            self.assertIn(response.status, (400, 404), path)
            self.assertNotEqual(response.body, PAGE)

    def test_the_page_is_conditional_and_answers_head(self):
        etag = self.get("/products", BROWSER).header("ETag")
        self.assertEqual(self.get("/other", {**BROWSER, "If-None-Match": etag}).status, 304)
        head = self.request("HEAD", "/products", BROWSER)
        self.assertEqual((head.status, head.header("Content-Length")), (200, str(len(PAGE))))

    def test_routes_of_the_server_and_other_methods_are_not_pages(self):
        self.assertEqual(self.get("/healthz", BROWSER).json(), {"status": "ok"})
        self.assertEqual(self.request("POST", "/products", BROWSER).status, 405)


class Others(FolderCase):
    def test_without_the_setting_unknown_paths_are_missing(self):
        folder = self.make_folder()
        (folder / "static").mkdir()
        (folder / "static/index.html").write_bytes(PAGE)
        server = self.start_prodev(folder=folder)
        with Client(server.port) as client:
            self.assert_error(client.get("/products", BROWSER), 404, "not_found")

    def test_a_fallback_page_that_appears_later_is_found(self):
        folder = self.make_folder()
        (folder / "static").mkdir()
        server = self.start_prodev("--spa-fallback", "/app.html", folder=folder)
        with Client(server.port) as client:
            self.assert_error(client.get("/products", BROWSER), 404, "not_found")
            (folder / "static/app.html").write_bytes(PAGE)
            eventually(lambda: client.get("/products", BROWSER).body == PAGE, "the page")


if __name__ == "__main__":
    unittest.main()
