"""Byte ranges (RFC 9110 section 14), compared with slices of the file's bytes."""

import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from files import settle  # noqa: E402
from prodev import ServerCase  # noqa: E402

MAX_RANGES = 16
SIZES = {"empty.bin": 0, "one.bin": 1, "small.bin": 1_000, "memory.bin": 65_536, "large.bin": 300_007}


class Spec:
    """One range as a client writes it, and what it means for a file of any size."""

    def __init__(self, first, last):
        self.first, self.last = first, last  # first None: the last `last` bytes; last None: to the end

    def text(self):
        return f"{'' if self.first is None else self.first}-{'' if self.last is None else self.last}"

    def span(self, size):
        """(start, stop) in the file, or None when no byte of it is meant."""
        if self.first is None:
            start, stop = max(size - self.last, 0), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        return (start, stop) if start < stop else None


def random_spec(random_source, size):
    near = lambda: max(0, random_source.choice([  # noqa: E731
        random_source.randrange(size + 1), random_source.randrange(20), size - 1, size, size + 1,
        random_source.randrange(2 * size + 2), size - random_source.randrange(20)]))
    kind = random_source.randrange(4)
    if kind == 0:
        return Spec(None, near())
    if kind == 1:
        return Spec(near(), None)
    first = near()
    length = random_source.choice([0, 1, 9, 99, size, random_source.randrange(size + 1)])
    return Spec(first, first + length)


def parse_parts(response):
    """[(content type, first, last, total, bytes)] of a multipart/byteranges body; strict."""
    boundary = re.fullmatch(r"multipart/byteranges; boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})",
                            response.header("Content-Type"))[1].encode()
    body, parts = response.body, []
    while not body.startswith(b"\r\n--" + boundary + b"--\r\n"):
        opening = b"\r\n--" + boundary + b"\r\n"
        assert body.startswith(opening), body[:100]
        head, _, body = body[len(opening):].partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        assert sorted(fields) == ["Content-Range", "Content-Type"], fields
        first, last, total = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", fields["Content-Range"]).groups())
        parts.append((fields["Content-Type"], first, last, total, body[:last - first + 1]))
        body = body[last - first + 1:]
    assert body == b"\r\n--" + boundary + b"--\r\n", body[:100]
    return parts


class Ranges(ServerCase):
    @classmethod
    def prepare(cls):
        root = cls.folder / "static"
        root.mkdir()
        cls.content = {name: random.Random(size).randbytes(size) for name, size in SIZES.items()}
        for name, content in cls.content.items():
            (root / name).write_bytes(content)
        settle(root)

    def assert_answer(self, response, content, specs):
        """`response` is the right answer to a request for `specs` of `content`."""
        spans = [span for span in (spec.span(len(content)) for spec in specs) if span]
        too_much = len(spans) > 1 and sum(stop - start for start, stop in spans) > len(content)
        if len(specs) > MAX_RANGES or too_much:
            self.assertEqual(response.status, 200)
            self.assertTrue(response.body == content)
        elif not spans:
            self.assert_error(response, 416, "range_not_satisfiable")
            self.assertEqual(response.header("Content-Range"), f"bytes */{len(content)}")
        elif len(spans) == 1:
            start, stop = spans[0]
            self.assertEqual(response.status, 206)
            self.assertEqual(response.header("Content-Range"), f"bytes {start}-{stop - 1}/{len(content)}")
            self.assertEqual(response.header("Content-Type"), "application/octet-stream")
            self.assertTrue(response.body == content[start:stop])
        else:
            self.assertEqual(response.status, 206)
            self.assertIsNone(response.header("Content-Range"), "each part has its own")
            expected = [("application/octet-stream", start, stop - 1, len(content), content[start:stop])
                        for start, stop in spans]
            self.assertTrue(parse_parts(response) == expected)

    def test_random_ranges_are_slices_of_the_file(self):
        random_source = random.Random(20_24)
        kinds = {200: 0, 206: 0, 416: 0}
        with self.connect() as client:
            for _ in range(1_500):
                name = random_source.choice(list(SIZES))
                content = self.content[name]
                count = random_source.choice([1, 1, 1, 2, 2, 3, 5, 16, 17])
                specs = [random_spec(random_source, len(content)) for _ in range(count)]
                separator = random_source.choice([",", ", ", " ,", ",,", "\t,"])
                value = "bytes=" + separator.join(spec.text() for spec in specs)
                with self.subTest(name=name, range=value):
                    response = client.get(f"/{name}", {"Range": value})
                    kinds[response.status] += 1
                    self.assert_answer(response, content, specs)
        self.assertGreater(min(kinds.values()), 50, "the generator reaches every kind of answer")

    def test_single_ranges_at_every_edge(self):
        content = self.content["small.bin"]
        for first, last in [(0, 0), (0, None), (999, 999), (999, None), (999, 5_000), (0, 999), (0, 1_000),
                            (None, 1), (None, 999), (None, 1_000), (None, 1_001), (None, 0), (1_000, None),
                            (1_000, 1_000), (5, 5)]:
            spec = Spec(first, last)
            with self.subTest(range=spec.text()):
                self.assert_answer(self.get("/small.bin", {"Range": f"bytes={spec.text()}"}), content, [spec])

    def test_numbers_beyond_64_bits_mean_what_they_say(self):
        content = self.content["small.bin"]
        for digits in ["9" * 18, "9" * 19, "18446744073709551615", "18446744073709551616", "9" * 40]:
            self.assert_answer(self.get("/small.bin", {"Range": f"bytes=990-{digits}"}), content,
                               [Spec(990, int(digits))])
            self.assert_answer(self.get("/small.bin", {"Range": f"bytes={digits}-"}), content,
                               [Spec(int(digits), None)])
            self.assert_answer(self.get("/small.bin", {"Range": f"bytes=-{digits}"}), content,
                               [Spec(None, int(digits))])

    def test_a_malformed_range_or_another_unit_is_ignored(self):
        for value in ["bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1", "bytes 0-1", "items=0-1",
                      "bytes=0-1,x", "bytes=--1", "bytes=0x0-1", "bytes=+1-2", "bytes=1-2-3", "bytes=,",
                      "bytes=1 -2", "0-1", ""]:
            with self.subTest(value=value):
                response = self.get("/small.bin", {"Range": value})
                self.assertEqual(response.status, 200)
                self.assertTrue(response.body == self.content["small.bin"])

    def test_overlapping_ranges_that_ask_for_more_than_the_file_get_it_whole(self):
        value = "bytes=" + ",".join(["0-"] * 10)
        response = self.get("/large.bin", {"Range": value})
        self.assertEqual((response.status, len(response.body)), (200, SIZES["large.bin"]))

    def test_head_and_other_methods_ignore_ranges(self):
        response = self.request("HEAD", "/small.bin", {"Range": "bytes=0-1"})
        self.assertEqual((response.status, response.header("Content-Length")), (200, "1000"))
        self.assertEqual(self.request("POST", "/small.bin", {"Range": "bytes=0-1"}).status, 405)

    def test_a_part_carries_the_validators_of_the_whole(self):
        whole = self.get("/large.bin")
        for value in ["bytes=0-9", "bytes=0-9,20-29"]:
            part = self.get("/large.bin", {"Range": value})
            self.assertEqual(part.status, 206)
            for name in ["ETag", "Last-Modified", "Cache-Control"]:
                self.assertEqual(part.header(name), whole.header(name))

    def test_if_range_sends_the_part_only_of_the_version_it_names(self):
        whole = self.get("/large.bin")
        etag, date = whole.header("ETag"), whole.header("Last-Modified")
        current = [etag, date]
        other = ['"other"', "W/" + etag, etag.strip('"'), "Thu, 01 Jan 1970 00:00:00 GMT",
                 "Fri, 01 Jan 2100 00:00:00 GMT", "nonsense", "*"]
        for value in current:
            response = self.get("/large.bin", {"Range": "bytes=5-9", "If-Range": value})
            self.assertEqual((response.status, response.body), (206, self.content["large.bin"][5:10]), value)
        for value in other:
            response = self.get("/large.bin", {"Range": "bytes=5-9", "If-Range": value})
            self.assertEqual((response.status, len(response.body)), (200, SIZES["large.bin"]), value)

    def test_a_stale_if_range_also_silences_416(self):
        response = self.get("/small.bin", {"Range": "bytes=5000-", "If-Range": '"other"'})
        self.assertEqual(response.status, 200)

    def test_a_download_in_pieces_adds_up_to_the_file(self):
        content = self.content["large.bin"]
        with self.connect() as client:
            etag = client.get("/large.bin").header("ETag")
            pieces, at, step = [], 0, 1
            while at < len(content):
                response = client.get("/large.bin", {"Range": f"bytes={at}-{at + step - 1}", "If-Range": etag})
                self.assertEqual(response.status, 206)
                pieces.append(response.body)
                at += len(response.body)
                step = step * 3 + 1
        self.assertTrue(b"".join(pieces) == content)


if __name__ == "__main__":
    unittest.main()
