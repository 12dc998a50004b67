"""Conditional requests (RFC 9110 section 13) for files in memory, large files and embedded ones."""

import email.utils
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from files import settle  # noqa: E402
from prodev import ServerCase  # noqa: E402

MODIFIED = 1_700_000_000


def http_date(offset_s=0):
    return email.utils.formatdate(MODIFIED + offset_s, usegmt=True)


class Conditional(ServerCase):
    @classmethod
    def prepare(cls):
        root = cls.folder / "static"
        root.mkdir()
        cls.paths = ["/small.txt", "/large.txt", "/empty.txt"]
        for path, size in zip(cls.paths, [100, 200_000, 0]):
            (root / path[1:]).write_bytes(b"x" * size)
            os.utime(root / path[1:], (MODIFIED, MODIFIED + 0.75))
        settle(root)
        embedded = next(path for path in sorted((ROOT / "static").rglob("*")) if path.is_file())
        cls.embedded = "/" + str(embedded.relative_to(ROOT / "static"))

    def each_file(self):
        with self.connect() as client:
            for path in self.paths + [self.embedded]:
                with self.subTest(path=path):
                    whole = client.get(path)
                    self.assertEqual(whole.status, 200)
                    yield client, path, whole

    def assert_not_modified(self, response, whole):
        self.assertEqual(response.status, 304)
        self.assertEqual(response.body, b"")
        for name in ["ETag", "Last-Modified", "Cache-Control", "Vary"]:
            self.assertEqual(response.header(name), whole.header(name), "as in the 200 (section 15.4.5)")
        self.assertIsNone(response.header("Content-Type"))
        self.assertIn(response.header("Content-Length"), (None,))

    def test_the_current_etag_is_answered_with_304(self):
        for client, path, whole in self.each_file():
            etag = whole.header("ETag")
            for value in [etag, "W/" + etag, f'"x", {etag}', f'{etag}, "x"', f'"x",W/"y" ,{etag}', "*", " * "]:
                self.assert_not_modified(client.get(path, {"If-None-Match": value}), whole)

    def test_other_and_malformed_etags_are_answered_with_the_file(self):
        for client, path, whole in self.each_file():
            etag = whole.header("ETag")
            for value in ['"other"', etag[1:-1], etag[:-1], etag.upper() + "x", '""', 'W/"other"', ",",
                          '"' + etag + '"', "w/" + etag]:
                response = client.get(path, {"If-None-Match": value})
                self.assertEqual((response.status, len(response.body)), (200, len(whole.body)), value)

    def test_head_is_answered_with_304_as_well(self):
        for client, path, whole in self.each_file():
            response = client.request("HEAD", path, {"If-None-Match": whole.header("ETag")})
            self.assert_not_modified(response, whole)

    def test_the_connection_goes_on_after_a_304(self):
        for client, path, whole in self.each_file():
            client.get(path, {"If-None-Match": whole.header("ETag")})
            self.assertTrue(client.get(path).body == whole.body)

    def test_if_modified_since_compares_whole_seconds(self):
        with self.connect() as client:
            for path in self.paths:
                whole = client.get(path)
                self.assertEqual(whole.header("Last-Modified"), http_date())
                for offset, status in [(-1, 200), (0, 304), (1, 304), (10 ** 8, 304)]:
                    response = client.get(path, {"If-Modified-Since": http_date(offset)})
                    self.assertEqual(response.status, status, offset)
                    if status == 304:
                        self.assert_not_modified(response, whole)

    def test_old_date_formats_are_understood_and_others_ignored(self):
        with self.connect() as client:
            for value in ["Tuesday, 14-Nov-23 22:13:20 GMT", "Tue Nov 14 22:13:20 2023"]:
                self.assertEqual(client.get("/small.txt", {"If-Modified-Since": value}).status, 304, value)
            for value in ["", "now", "2023-11-14T22:13:20Z", "Tue, 14 Nov 2023 22:13:20", "1700000000",
                          "Tue, 99 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13:20 CET", "*"]:
                self.assertEqual(client.get("/small.txt", {"If-Modified-Since": value}).status, 200, value)

    def test_if_none_match_is_stronger_than_if_modified_since(self):
        for client, path, whole in self.each_file():
            future = "Fri, 01 Jan 2100 00:00:00 GMT"
            response = client.get(path, {"If-None-Match": '"other"', "If-Modified-Since": future})
            self.assertEqual(response.status, 200)
            past = "Thu, 01 Jan 1970 00:00:01 GMT"
            response = client.get(path, {"If-None-Match": whole.header("ETag"), "If-Modified-Since": past})
            self.assertEqual(response.status, 304)

    def test_if_match_refuses_other_versions(self):
        for client, path, whole in self.each_file():
            etag = whole.header("ETag")
            for value in [etag, f'"x", {etag}', "*"]:
                self.assertEqual(client.get(path, {"If-Match": value}).status, 200, value)
            for value in ['"x"', "W/" + etag, etag[1:-1]]:
                self.assert_error(client.get(path, {"If-Match": value}), 412, "precondition_failed")

    def test_if_unmodified_since_refuses_newer_versions(self):
        with self.connect() as client:
            for offset, status in [(-1, 412), (0, 200), (1, 200)]:
                response = client.get("/small.txt", {"If-Unmodified-Since": http_date(offset)})
                self.assertEqual(response.status, status, offset)
            self.assertEqual(client.get("/small.txt", {"If-Unmodified-Since": "nonsense"}).status, 200)

    def test_if_match_is_stronger_than_if_unmodified_since(self):
        with self.connect() as client:
            etag = client.get("/small.txt").header("ETag")
            response = client.get("/small.txt", {"If-Match": etag, "If-Unmodified-Since": http_date(-100)})
            self.assertEqual(response.status, 200)

    def test_if_match_is_looked_at_before_if_none_match(self):
        with self.connect() as client:
            etag = client.get("/small.txt").header("ETag")
            response = client.get("/small.txt", {"If-Match": '"x"', "If-None-Match": etag})
            self.assertEqual(response.status, 412)

    def test_a_304_wins_over_a_range(self):
        for client, path, whole in self.each_file():
            response = client.get(path, {"If-None-Match": whole.header("ETag"), "Range": "bytes=0-0"})
            self.assert_not_modified(response, whole)

    def test_equal_content_has_an_equal_etag_on_every_connection(self):
        for path in self.paths + [self.embedded]:
            self.assertEqual(len({self.get(path).header("ETag") for _ in range(8)}), 1, path)

    def test_a_missing_file_is_missing_whatever_the_conditions(self):
        for headers in [{"If-None-Match": "*"}, {"If-Match": "*"}, {"If-Modified-Since": http_date()}]:
            self.assert_error(self.get("/missing", headers), 404)


if __name__ == "__main__":
    unittest.main()
