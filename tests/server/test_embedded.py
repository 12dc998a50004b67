"""The files built into the executable: all of static/, with compressed variants made at build time."""

import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from prodev import Client, FolderCase, Server, ServerCase, binary_path  # noqa: E402


def embedded_files():
    """{path in URLs: bytes}; pages are made of what is Markdown."""
    root = ROOT / "static"
    return {"/" + str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".md"}


def decode(coding, body):
    if coding == "gzip":
        decoder = zlib.decompressobj(wbits=31)
        plain = decoder.decompress(body) + decoder.flush()
        assert decoder.eof and not decoder.unused_data, "exactly one gzip member"
        return plain
    if coding == "br":
        return subprocess.run(["brotli", "--decompress", "--stdout"], input=body, capture_output=True,
                              check=True).stdout
    assert coding is None, coding
    return body


class Embedded(ServerCase):
    """No static folder at all: what is served comes from the executable."""

    @classmethod
    def prepare(cls):
        cls.files = embedded_files()
        assert cls.files, "the project embeds something"

    def test_every_file_is_served_as_it_is_in_the_source_tree(self):
        self.assertFalse((self.folder / "static").exists())
        with self.connect() as client:
            for path, content in self.files.items():
                with self.subTest(path=path):
                    response = client.get(path)
                    self.assertEqual(response.status, 200)
                    self.assertTrue(response.body == content)

    def test_compressed_variants_decode_to_the_file_and_are_smaller(self):
        codings = {"br": 0, "gzip": 0, None: 0}
        with self.connect() as client:
            for path, content in self.files.items():
                sizes = {}
                for accept in ["br", "gzip"]:
                    with self.subTest(path=path, accept=accept):
                        response = client.get(path, {"Accept-Encoding": accept})
                        coding = response.header("Content-Encoding")
                        codings[coding] += 1
                        self.assertIn(coding, (accept, None))
                        self.assertTrue(decode(coding, response.body) == content)
                        if coding:
                            self.assertLess(len(response.body), len(content))
                            self.assertEqual(response.header("Vary"), "Accept-Encoding")
                        sizes[coding] = len(response.body)
        self.assertGreater(codings["br"], 0, "something is embedded with a brotli variant")
        self.assertGreater(codings["gzip"], 0, "something is embedded with a gzip variant")

    def test_text_of_a_kilobyte_or_more_has_both_variants(self):
        for path, content in self.files.items():
            if len(content) >= 1_024 and path.endswith((".html", ".css", ".js", ".svg", ".json")):
                for accept in ["br", "gzip"]:
                    response = self.get(path, {"Accept-Encoding": accept})
                    self.assertEqual(response.header("Content-Encoding"), accept, path)

    def test_each_variant_has_an_etag_of_its_own_that_a_restart_keeps(self):
        path = max(self.files, key=lambda name: len(self.files[name]) * name.endswith((".js", ".css")))
        other = self.start_prodev()
        etags = []
        for port in [self.server.port, other.port]:
            with Client(port) as client:
                etags.append([client.get(path, {"Accept-Encoding": accept}).header("ETag")
                              for accept in ["identity", "gzip", "br"]])
        self.assertEqual(etags[0], etags[1])
        self.assertEqual(len(set(etags[0])), 3)

    def test_ranges_of_an_embedded_file(self):
        path = max(self.files, key=lambda name: len(self.files[name]))
        content = self.files[path]
        for first, last in [(0, 0), (10, 99), (len(content) - 5, len(content) - 1)]:
            response = self.get(path, {"Range": f"bytes={first}-{last}"})
            self.assertEqual((response.status, response.body), (206, content[first:last + 1]))

    def test_a_folder_of_embedded_files_redirects_to_its_index(self):
        indexes = [path for path in self.files if path.endswith("/index.html") and path != "/index.html"]
        for path in indexes:
            folder = path.removesuffix("/index.html")
            response = self.get(folder)
            self.assertEqual((response.status, response.header("Location")), (308, folder.rsplit("/")[-1] + "/"))
            self.assertTrue(self.get(folder + "/").body == self.files[path])

    def test_what_pages_of_the_documentation_refer_to_is_there(self):
        pages = [path.stem for path in (ROOT / "static/docs").glob("*.md")]
        self.assertIn("rest", pages)
        for path in [f"/docs/{page}.html" for page in pages]:
            page = self.get(path).body.decode()
            targets = {urllib.parse.urljoin(path, target.split("#")[0].split("?")[0])
                       for target in re.findall(r'(?:href|src)="([^"]+)"', page)
                       if not re.match(r"[a-z]+:", target)}
            for target in targets:
                self.assertEqual(self.get(target).status, 200, f"{target} of {path}")

    def test_what_is_embedded_elsewhere_is_not_served(self):
        for path in ["/schema/", "/schema/system/0001.sql", "/static/", "/../schema", "/static/index.html", "/docs/index.md",
                     "/templates/project/prodev.toml", "/packaging/templates/project/prodev.toml"]:
            if path not in self.files:
                self.assertEqual(self.get(path).status in (400, 404), True, path)


class Demo(FolderCase):
    def test_the_demo_makes_its_folder_and_serves_the_embedded_pages(self):
        folder = self.make_folder()
        server = Server([binary_path("prodev"), "demo", "--listen", "127.0.0.1:0"], cwd=folder)
        self.addCleanup(server.stop)
        self.assertEqual((folder / "prodev-demo/data").stat().st_mode & 0o777, 0o700)
        self.assertTrue((folder / "prodev-demo/static").is_dir())
        with Client(server.port) as client:
            for path, content in embedded_files().items():
                self.assertTrue(client.get(path).body == content, path)


if __name__ == "__main__":
    unittest.main()
