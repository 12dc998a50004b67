"""A folder laid over the embedded files: changes on disk, precompressed siblings, the cache's limit."""

import os
import pathlib
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from prodev import Client, FolderCase, ServerCase, eventually  # noqa: E402

LARGE = 200_000  # sent from its descriptor, not from memory


class Changes(ServerCase):
    """What changes on disk is what is served, without a restart.

    All requests of a test go over one connection: every loop notices a change by itself, within a
    tenth of a second of the others.
    """

    @classmethod
    def prepare(cls):
        cls.root = cls.folder / "static"
        cls.root.mkdir()

    def setUp(self):
        self.client = self.connect()
        self.get = self.client.get

    def assert_becomes(self, path, body, status=200):
        def arrived():
            response = self.get(path)
            return response.status == status and (body is None or response.body == body)
        eventually(arrived, f"{path} answers {status} {body and body[:20]}")

    def test_a_file_that_was_missing_appears(self):
        self.assertEqual(self.get("/new.txt").status, 404)
        (self.root / "new.txt").write_bytes(b"new")
        self.assert_becomes("/new.txt", b"new")

    def test_a_file_that_is_removed_is_gone(self):
        (self.root / "gone.txt").write_bytes(b"here")
        self.assert_becomes("/gone.txt", b"here")
        (self.root / "gone.txt").unlink()
        self.assert_becomes("/gone.txt", None, status=404)

    def test_a_changed_file_has_new_bytes_and_a_new_etag(self):
        for name, size in [("small.txt", 100), ("large.txt", LARGE)]:
            (self.root / name).write_bytes(b"1" * size)
            self.assert_becomes(f"/{name}", b"1" * size)
            first = self.get(f"/{name}").header("ETag")
            (self.root / name).write_bytes(b"2" * size)
            self.assert_becomes(f"/{name}", b"2" * size)
            # A large file is sent from its descriptor: its bytes may be newer than its ETag for as
            # long as the server does not look at it again.
            eventually(lambda: self.get(f"/{name}").header("ETag") != first, "a new ETag")
            again = self.get(f"/{name}", {"If-None-Match": first})
            self.assertEqual(again.status, 200, "the old ETag is not current")

    def test_a_file_written_again_in_the_same_tick_of_the_clock_is_noticed(self):
        for turn in range(20):
            path = self.root / f"tick-{turn}.txt"
            path.write_bytes(b"first!")
            first = self.get(f"/{path.name}").body
            path.write_bytes(b"second")
            self.assertIn(first, (b"first!", b"second"))
            self.assert_becomes(f"/{path.name}", b"second")

    def test_a_change_that_keeps_size_and_time_is_noticed(self):
        path = self.root / "same.txt"
        path.write_bytes(b"old")
        stamp = path.stat()
        self.assert_becomes("/same.txt", b"old")
        path.write_bytes(b"new")
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        self.assert_becomes("/same.txt", b"new")

    def test_a_file_becomes_a_folder_and_a_folder_a_file(self):
        path = self.root / "shape"
        path.write_bytes(b"file")
        self.assert_becomes("/shape", b"file")
        path.unlink()
        path.mkdir()
        (path / "index.html").write_bytes(b"folder")
        self.assert_becomes("/shape", None, status=308)
        self.assert_becomes("/shape/", b"folder")
        (path / "index.html").unlink()
        path.rmdir()
        path.write_bytes(b"file again")
        self.assert_becomes("/shape", b"file again")

    def test_a_file_in_the_folder_covers_the_embedded_one_until_it_is_removed(self):
        embedded = next(path for path in sorted((ROOT / "static").rglob("*")) if path.is_file())
        name = embedded.relative_to(ROOT / "static")
        self.assertEqual(self.get(f"/{name}").body, embedded.read_bytes())
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(b"mine")
        self.assert_becomes(f"/{name}", b"mine")
        (self.root / name).unlink()
        self.assert_becomes(f"/{name}", embedded.read_bytes())

    def test_a_precompressed_sibling_is_used_while_it_is_not_older_than_the_file(self):
        path, sibling = self.root / "sib.js", self.root / "sib.js.gz"
        path.write_bytes(b"plain")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        accept = {"Accept-Encoding": "gzip"}
        self.assertIsNone(self.get("/sib.js", accept).header("Content-Encoding"))
        sibling.write_bytes(b"pretend gzip")
        os.utime(sibling, (1_700_000_000, 1_700_000_000))
        eventually(lambda: self.get("/sib.js", accept).header("Content-Encoding") == "gzip",
                   "the new sibling is used")
        self.assertEqual(self.get("/sib.js", accept).body, b"pretend gzip")
        os.utime(sibling, (1_600_000_000, 1_600_000_000))
        eventually(lambda: self.get("/sib.js", accept).body == b"plain", "a stale sibling is not used")
        os.utime(sibling, (1_800_000_000, 1_800_000_000))
        eventually(lambda: self.get("/sib.js", accept).body == b"pretend gzip", "a fresh one is")
        sibling.unlink()
        eventually(lambda: self.get("/sib.js", accept).body == b"plain", "a removed one is not")

    def test_a_sibling_without_its_file_is_a_file_of_its_own(self):
        (self.root / "alone.js.br").write_bytes(b"br")
        self.assertEqual(self.get("/alone.js", {"Accept-Encoding": "br"}).status, 404)
        self.assertEqual(self.get("/alone.js.br").body, b"br")
        self.assertIsNone(self.get("/alone.js.br").header("Content-Encoding"))

    def test_a_file_replaced_under_load_is_always_one_version_or_the_other(self):
        """Every response must be a whole version whose ETag stands for it alone."""
        sizes = {b"a": 5_000, b"b": 70_000, b"c": 300_000}
        path = self.root / "swap.bin"
        path.write_bytes(b"a" * sizes[b"a"])
        stop, problems, seen = threading.Event(), [], {}

        def read():
            try:
                with Client(self.server.port) as client:
                    while not stop.is_set():
                        response = client.get("/swap.bin")
                        mark = response.body[:1]
                        if response.status != 200 or response.body != mark * sizes.get(mark, -1):
                            problems.append(f"mixed: {response}")
                        if seen.setdefault(response.header("ETag"), mark) != mark:
                            problems.append("one ETag for two versions")
            except AssertionError as error:
                problems.append(str(error))

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for turn in range(60):
            mark = b"abc"[turn % 3:turn % 3 + 1]
            (self.root / "swap.next").write_bytes(mark * sizes[mark])
            os.replace(self.root / "swap.next", path)
            threading.Event().wait(0.02)  # the load, not a wait for the server
        stop.set()
        for reader in readers:
            reader.join()
        self.assertEqual(problems, [])
        self.assertGreater(len(seen), 3, "changes were seen while they were made")


class SmallCache(ServerCase):
    """More files than the cache may hold: all are served, memory and descriptors stay bounded."""

    FILES = 400
    arguments = ["--static-cache-bytes", "1MiB", "--loops", "1"]
    # AddressSanitizer keeps what is freed for a while; that is not what is measured here.
    environment = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}

    @classmethod
    def prepare(cls):
        cls.root = cls.folder / "static"
        cls.root.mkdir()
        for i in range(cls.FILES):
            (cls.root / f"{i}.txt").write_bytes(f"{i} ".encode() * 4_000)
            (cls.root / f"{i}.large").write_bytes(f"{i} ".encode() * 20_000)

    def test_every_file_is_served_however_often_the_cache_is_emptied(self):
        with self.connect() as client:
            for turn in range(2):
                for i in range(self.FILES):
                    self.assertTrue(client.get(f"/{i}.txt").body == f"{i} ".encode() * 4_000, i)

    def test_descriptors_of_large_files_stay_few(self):
        with self.connect() as client:
            before = self.server.open_descriptors()
            for i in range(self.FILES):
                self.assertTrue(client.get(f"/{i}.large").body == f"{i} ".encode() * 20_000, i)
            self.assertLess(self.server.open_descriptors() - before, 64)

    def test_guessed_names_do_not_grow_the_server(self):
        with self.connect() as client:
            def ask(turn):
                names = [f"/guess-{turn}-{i}" for i in range(100)]
                client.send("".join(f"GET {name} HTTP/1.1\r\nHost: h\r\n\r\n" for name in names))
                for _ in names:
                    self.assertEqual(client.read_response().status, 404)
            for turn in range(30):
                ask(turn)
            before = self.server.status_bytes("VmRSS")
            for turn in range(30, 430):
                ask(turn)
            self.assertLess(self.server.status_bytes("VmRSS") - before, 4 << 20)


class Disabled(FolderCase):
    def test_a_cache_of_no_bytes_still_serves(self):
        folder = self.make_folder()
        (folder / "static").mkdir()
        (folder / "static/a.txt").write_bytes(b"a")
        (folder / "static/b.bin").write_bytes(b"b" * LARGE)
        server = self.start_prodev("--static-cache-bytes", "0", folder=folder)
        with Client(server.port) as client:
            for _ in range(20):
                self.assertEqual(client.get("/a.txt").body, b"a")
                self.assertEqual(client.get("/b.bin").body, b"b" * LARGE)


if __name__ == "__main__":
    unittest.main()
