"""Files of a folder: content, headers, folders, sizes, streaming to slow and to vanished readers."""

import os
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, Malformed, ServerCase, eventually  # noqa: E402

# Around every size at which the server changes how it sends a file.
SIZES = [0, 1, 299, 300, 4_095, 4_096, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 1_048_575,
         1_048_577, 3_000_001]


def some_bytes(size, seed=1):
    return random.Random(seed * 1_000_003 + size).randbytes(size)


class StaticFiles(ServerCase):
    @classmethod
    def prepare(cls):
        root = cls.root = cls.folder / "static"
        for folder in ("pages/deep", "bare", "assets", "sp ace", "späß"):
            (root / folder).mkdir(parents=True)
        (root / "index.html").write_text("<h1>front</h1>")
        (root / "pages/index.html").write_text("<h1>pages</h1>")
        (root / "pages/deep/index.html").write_text("<h1>deep</h1>")
        (root / "bare/file.txt").write_text("no index here")
        (root / "a.txt").write_text("a")
        (root / "sp ace/a b+c.txt").write_text("spaces")
        (root / "späß/ö.txt").write_text("umlauts")
        (root / "100%.txt").write_text("percent")
        (root / "q?.txt").write_text("question")
        for size in SIZES:
            (root / f"size-{size}.bin").write_bytes(some_bytes(size))
        (root / "huge.bin").write_bytes(some_bytes(48 << 20))

    def test_a_file_is_sent_with_its_type_length_and_validators(self):
        os.utime(self.root / "a.txt", (1_700_000_000, 1_700_000_000))
        response = self.get("/a.txt")
        self.assertEqual((response.status, response.body), (200, b"a"))
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")
        self.assertEqual(response.header("Content-Length"), "1")
        self.assertEqual(response.header("Accept-Ranges"), "bytes")
        self.assertEqual(response.header("Cache-Control"), "no-cache")
        self.assertRegex(response.header("ETag"), r'^"[0-9a-f-]+"$')
        self.assertEqual(response.header("X-Content-Type-Options"), "nosniff")
        self.assertIsNone(response.header("Vary"), "a file without variants does not vary")
        self.assertIsNone(response.header("Content-Encoding"))
        eventually(lambda: self.get("/a.txt").header("Last-Modified") == "Tue, 14 Nov 2023 22:13:20 GMT",
                   "the date of the file")

    def test_every_size_arrives_as_it_is(self):
        with self.connect() as client:
            for size in SIZES:
                with self.subTest(size=size):
                    response = client.get(f"/size-{size}.bin")
                    self.assertEqual(response.header("Content-Length"), str(size))
                    self.assertTrue(response.body == some_bytes(size), "the bytes differ")

    def test_head_answers_with_the_header_of_get_and_no_body(self):
        volatile = ("Date", "X-Request-Id")
        with self.connect() as client:
            for path in ["/a.txt", "/", "/size-65537.bin", "/size-0.bin", "/missing", "/pages"]:
                with self.subTest(path=path):
                    get = client.get(path)
                    head = client.request("HEAD", path)
                    self.assertEqual(head.status, get.status)
                    self.assertEqual([h for h in head.headers if h[0] not in volatile],
                                     [h for h in get.headers if h[0] not in volatile])
            self.assertEqual(client.get("/a.txt").body, b"a", "nothing of a HEAD's body is left over")

    def test_large_and_small_files_asked_for_at_once_come_in_order(self):
        names = ["size-1.bin", "size-3000001.bin", "size-0.bin", "size-65537.bin", "size-16385.bin"] * 4
        client = self.connect()
        client.send("".join(f"GET /{name} HTTP/1.1\r\nHost: h\r\n\r\n" for name in names))
        for name in names:
            size = int(name[5:-4])
            self.assertTrue(client.read_response().body == some_bytes(size), name)

    def test_requests_behind_large_responses_are_not_forgotten(self):
        """Whichever way the sending of a large response ends, what waits behind it is answered."""
        names = ["size-3000001.bin", "size-1.bin", "size-1048577.bin"]
        request = "".join(f"GET /{name} HTTP/1.1\r\nHost: h\r\n\r\n" for name in names)
        for receive_buffer in [None, 4_096, 65_536, 1_000_000, 4_000_000] * 4:
            client = self.connect(receive_buffer=receive_buffer)
            client.send(request)
            for name in names:
                size = int(name[5:-4])
                self.assertTrue(client.read_response().body == some_bytes(size), name)

    def test_a_folder_shows_its_index_page(self):
        self.assertEqual(self.get("/").body, b"<h1>front</h1>")
        self.assertEqual(self.get("/?x=1").body, b"<h1>front</h1>")
        self.assertEqual(self.get("/pages/").body, b"<h1>pages</h1>")
        self.assertEqual(self.get("/pages/deep/").body, b"<h1>deep</h1>")

    def test_a_folder_without_its_slash_is_redirected_with_the_query_kept(self):
        for path, location in [("/pages", "pages/"), ("/pages/deep", "deep/"),
                               ("/pages?a=1&b=%20", "pages/?a=1&b=%20")]:
            response = self.get(path)
            self.assertEqual((response.status, response.header("Location")), (308, location))

    def test_no_redirect_leads_to_another_host(self):
        for path in ["//pages", "/%2Fpages", "///pages", "/\\pages", "/%5Cpages", "//example.com/.."]:
            response = self.get(path)
            self.assertIn(response.status, (400, 404), path)
            self.assertIsNone(response.header("Location"), path)

    def test_a_folder_without_an_index_is_not_listed(self):
        self.assert_error(self.get("/bare/"), 404, "not_found")
        self.assert_error(self.get("/bare"), 404, "not_found")
        self.assertEqual(self.get("/bare/file.txt").status, 200)

    def test_a_file_is_not_a_folder(self):
        self.assert_error(self.get("/a.txt/"), 404)
        self.assert_error(self.get("/a.txt/index.html"), 404)

    def test_names_are_percent_decoded_once(self):
        self.assertEqual(self.get("/sp%20ace/a%20b+c.txt").body, b"spaces")
        self.assertEqual(self.get("/sp%C3%A4%c3%9F/%C3%B6.txt").body, b"umlauts")
        self.assertEqual(self.get("/100%25.txt").body, b"percent")
        self.assertEqual(self.get("/%71%3F.txt").body, b"question")
        self.assertEqual(self.get("/%2561.txt").status, 404, "%2561 is %61 and not a")
        self.assertEqual(self.get("/sp+ace/a%20b+c.txt").status, 404, "a plus is a plus in a path")

    def test_the_query_does_not_choose_the_file(self):
        self.assertEqual(self.get("/a.txt?v=/../x%00").body, b"a")

    def test_a_missing_file_is_a_404_in_one_line_of_json(self):
        for path in ["/missing", "/missing/", "/pages/missing.js", "/a.txt.", "/A.TXT"]:
            self.assert_error(self.get(path), 404, "not_found")

    def test_methods_that_change_things_are_refused_with_what_is_allowed(self):
        for method in ["POST", "PUT", "PATCH", "DELETE"]:
            response = self.request(method, "/a.txt")
            self.assert_error(response, 405, "method_not_allowed")
            self.assertEqual(response.header("Allow"), "GET, HEAD, OPTIONS")

    def test_types_follow_the_extension(self):
        types = {"x.html": "text/html; charset=utf-8", "x.HTML": "text/html; charset=utf-8",
                 "x.css": "text/css; charset=utf-8", "x.js": "text/javascript; charset=utf-8",
                 "x.mjs": "text/javascript; charset=utf-8", "x.json": "application/json",
                 "x.svg": "image/svg+xml; charset=utf-8", "x.png": "image/png", "x.jpg": "image/jpeg",
                 "x.wasm": "application/wasm", "x.woff2": "font/woff2", "x.pdf": "application/pdf",
                 "x.webmanifest": "application/manifest+json", "x.tar.gz": "application/gzip",
                 "x.unknown": "application/octet-stream", "noextension": "application/octet-stream",
                 "x.averyveryverylongextension": "application/octet-stream"}
        for name, expected in types.items():
            (self.root / "assets" / name).write_bytes(b"x")
        with self.connect() as client:
            for name, expected in types.items():
                self.assertEqual(client.get(f"/assets/{name}").header("Content-Type"), expected, name)

    def test_pages_carry_a_content_security_policy_and_images_do_not(self):
        page = self.get("/")
        self.assertIn("default-src 'self'", page.header("Content-Security-Policy"))
        self.assertEqual(page.header("X-Frame-Options"), "DENY")
        self.assertIsNone(self.get("/size-1.bin").header("Content-Security-Policy"))

    def test_names_with_a_hash_of_the_content_are_cached_for_ever(self):
        immutable = ["app.3f9a1c0b.js", "index-D1wrgTda.css", "chunk.0123456789abcdef.mjs"]
        checked = ["app.js", "app-settings.js", "jquery-3.7.1.js", "page.3f9a1c0b.html", "a-12345678.js",
                   "deadbeef.js", "theme-DarkMode.css", "my-document.pdf"]
        for name in immutable + checked:
            (self.root / "assets" / name).write_bytes(b"x")
        for name in immutable:
            self.assertEqual(self.get(f"/assets/{name}").header("Cache-Control"),
                             "public, max-age=31536000, immutable", name)
        for name in checked:
            self.assertEqual(self.get(f"/assets/{name}").header("Cache-Control"), "no-cache", name)

    def test_the_age_that_caches_may_give_other_files_is_a_setting(self):
        folder = self.make_folder()
        (folder / "static").mkdir()
        (folder / "static/app.js").write_text("x")
        server = self.start_prodev("--static-max-age-s", "1h", folder=folder)
        with Client(server.port) as client:
            self.assertEqual(client.get("/app.js").header("Cache-Control"), "public, max-age=3600")

    def test_a_slow_reader_of_a_large_file_does_not_grow_the_server(self):
        self.get("/size-3000001.bin")
        before = self.server.status_bytes("VmRSS")
        clients = [self.connect(receive_buffer=4_096) for _ in range(16)]
        for client in clients:
            client.send("GET /huge.bin HTTP/1.1\r\nHost: h\r\n\r\n")
            client.read_exactly(100_000)
        grown = self.server.status_bytes("VmRSS") - before
        self.assertLess(grown, 16 << 20, "16 half-read files of 48 MB cost their pages")
        self.assertEqual(self.get("/a.txt").body, b"a", "others are served meanwhile")

    def test_a_large_file_that_is_replaced_is_still_sent_whole(self):
        old, new = some_bytes(8 << 20, 7), some_bytes(8 << 20, 8)
        path = self.root / "replaced.bin"
        path.write_bytes(old)
        client = self.connect(receive_buffer=4_096)
        client.send("GET /replaced.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        head = client.read_until(b"\r\n\r\n")
        self.assertIn(b"Content-Length: 8388608", head)
        (self.root / "next.bin").write_bytes(new)
        os.replace(self.root / "next.bin", path)
        self.assertTrue(client.read_exactly(8 << 20) == old)
        eventually(lambda: self.get("/replaced.bin").body == new, "the new file")

    def test_a_large_file_that_shrinks_while_it_is_sent_ends_the_connection(self):
        path = self.root / "shrinks.bin"
        path.write_bytes(some_bytes(16 << 20))
        client = self.connect(receive_buffer=4_096)
        client.send("GET /shrinks.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        client.read_until(b"\r\n\r\n")
        os.truncate(path, 1_000_000)
        with self.assertRaises(Malformed):
            client.read_exactly(16 << 20)

    def test_readers_that_vanish_leave_nothing_behind(self):
        self.get("/huge.bin")
        before = self.server.open_descriptors()
        for _ in range(30):
            with self.connect(receive_buffer=4_096) as client:
                client.send("GET /huge.bin HTTP/1.1\r\nHost: h\r\n\r\n")
                client.read_exactly(5_000)
                client.reset()
        # Each loop may keep the file itself open.
        eventually(lambda: self.server.open_descriptors() <= before + os.cpu_count(),
                   "the descriptors of lost connections are closed")


if __name__ == "__main__":
    unittest.main()
