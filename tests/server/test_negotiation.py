"""Content codings: which variant is sent, Vary, an ETag for each variant."""

import itertools
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from files import settle  # noqa: E402
from prodev import ServerCase  # noqa: E402

BODIES = {None: b"identity " * 100, "br": b"pretend brotli", "gzip": b"pretend gzip"}


def expected_coding(offered, weights):
    """The coding of the answer; `weights`: coding or "*" -> quality, as the client sent them."""
    def quality(coding):
        if coding in weights:
            return weights[coding]
        if "*" in weights:
            return weights["*"]
        return 0.001 if coding == "identity" else 0  # acceptable, and the last choice
    order = [coding for coding in ("br", "gzip") if coding in offered] + ["identity"]
    best = max(order, key=quality)  # the first of equals
    return None if best == "identity" or quality(best) == 0 else best


class Negotiation(ServerCase):
    @classmethod
    def prepare(cls):
        root = cls.root = cls.folder / "static"
        root.mkdir()
        cls.offers = {"/both.js": ["br", "gzip"], "/br.js": ["br"], "/gzip.js": ["gzip"], "/plain.js": []}
        for path, offered in cls.offers.items():
            (root / path[1:]).write_bytes(BODIES[None])
            for coding in offered:
                suffix = {"br": ".br", "gzip": ".gz"}[coding]
                (root / (path[1:] + suffix)).write_bytes(BODIES[coding])
        settle(root)

    def assert_variant(self, response, coding):
        self.assertEqual(response.status, 200)
        self.assertEqual(response.header("Content-Encoding"), coding)
        self.assertEqual(response.body, BODIES[coding])
        self.assertEqual(response.header("Content-Type"), "text/javascript; charset=utf-8")

    def test_every_combination_of_weights_gets_the_best_variant(self):
        choices = [None, 0, 0.001, 0.5, 1]
        with self.connect() as client:
            for br, gzip, identity, rest in itertools.product(choices, repeat=4):
                weights = {name: quality for name, quality in
                           [("br", br), ("gzip", gzip), ("identity", identity), ("*", rest)]
                           if quality is not None}
                value = ", ".join(f"{name};q={quality}" for name, quality in weights.items())
                headers = {"Accept-Encoding": value} if value else {}
                for path, offered in self.offers.items():
                    with self.subTest(path=path, accept=value):
                        self.assert_variant(client.get(path, headers), expected_coding(offered, weights))

    def test_the_ways_to_write_weights(self):
        for value, coding in [("gzip, deflate, br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"),
                              ("GZIP", "gzip"), ("gzip;q=1.0", "gzip"), ("gzip;q=1.000,br;q=0.999", "gzip"),
                              ("gzip ; q=0.8 , br ; q=0.2", "gzip"), ("gzip;Q=0.8,br;q=0.2", "gzip"),
                              ("br;q=0, *", "gzip"), ("*", "br"), ("*;q=0.1", "br"), ("deflate", None),
                              ("identity", None), ("identity;q=1, br;q=0.5", None), ("", None), (",", None),
                              ("br;q=0.000", None), ("brx, xgzip", None), ("x-gzip-not", None),
                              ("br;q=abc", None), ("gzip;q=2, br;q=", None)]:
            with self.subTest(accept=value):
                self.assert_variant(self.get("/both.js", {"Accept-Encoding": value}), coding)

    def test_no_accept_encoding_gets_the_file_itself(self):
        self.assert_variant(self.get("/both.js"), None)

    def test_vary_is_sent_by_every_answer_that_could_have_differed(self):
        for path, offered in self.offers.items():
            expected = "Accept-Encoding" if offered else None
            for accept in ["identity", "gzip", "br", "*;q=0"]:
                response = self.get(path, {"Accept-Encoding": accept})
                self.assertEqual(response.header("Vary"), expected, (path, accept))
                again = self.get(path, {"Accept-Encoding": accept, "If-None-Match": response.header("ETag")})
                self.assertEqual((again.status, again.header("Vary")), (304, expected))

    def test_each_variant_has_a_strong_etag_of_its_own(self):
        etags = {accept: self.get("/both.js", {"Accept-Encoding": accept}).header("ETag")
                 for accept in ["identity", "gzip", "br"]}
        self.assertEqual(len(set(etags.values())), 3)
        for etag in etags.values():
            self.assertRegex(etag, r'^"[^"]+"$')
        for accept, other in itertools.product(etags, repeat=2):
            response = self.get("/both.js", {"Accept-Encoding": accept, "If-None-Match": etags[other]})
            self.assertEqual(response.status, 304 if accept == other else 200, (accept, other))

    def test_the_variants_have_the_date_of_the_file(self):
        os.utime(self.root / "br.js", (1_600_000_000, 1_600_000_000))
        with self.connect() as client:
            for accept in ["identity", "br"]:
                response = client.get("/br.js", {"Accept-Encoding": accept})
                first = response.header("Last-Modified")
                self.assertTrue(first.endswith("GMT"))
                self.assertEqual(client.get("/br.js").header("Last-Modified"), first)

    def test_a_range_is_one_of_the_file_itself(self):
        response = self.get("/both.js", {"Accept-Encoding": "br, gzip", "Range": "bytes=0-7"})
        self.assertEqual((response.status, response.body), (206, b"identity"))
        self.assertIsNone(response.header("Content-Encoding"))
        self.assertEqual(response.header("Content-Range"), "bytes 0-7/900")
        self.assertEqual(response.header("Vary"), "Accept-Encoding")

    def test_a_range_of_a_compressed_version_is_not_mixed_with_the_file_itself(self):
        etag = self.get("/both.js", {"Accept-Encoding": "br"}).header("ETag")
        response = self.get("/both.js", {"Accept-Encoding": "br", "Range": "bytes=3-", "If-Range": etag})
        self.assertEqual(response.status, 200, "the etag is another variant's")
        self.assertIn(response.body, (BODIES[None], BODIES["br"]))
        coding = response.header("Content-Encoding")
        self.assertEqual(response.body, BODIES[coding])

    def test_head_negotiates_as_get_does(self):
        response = self.request("HEAD", "/both.js", {"Accept-Encoding": "br"})
        self.assertEqual(response.header("Content-Encoding"), "br")
        self.assertEqual(response.header("Content-Length"), str(len(BODIES["br"])))


if __name__ == "__main__":
    unittest.main()
