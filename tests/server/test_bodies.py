"""Request bodies: in memory, in files, in chunks, invited, refused, and cut short."""

import hashlib
import os
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

MEMORY_BYTES = 100_000
MAX_BYTES = 2_000_000


def in_chunks(body, seed):
    """`body` in chunks of random sizes."""
    source = random.Random(seed)
    pieces = []
    while body:
        size = min(len(body), source.choice((1, 7, 4_096, 65_536, 300_000)))
        pieces.append(b"%x\r\n" % size + body[:size] + b"\r\n")
        body = body[size:]
    return b"".join(pieces) + b"0\r\n\r\n"


class BodyTest(prodev.ProbeCase):
    arguments = ["--body-memory-bytes", MEMORY_BYTES, "--max-body-bytes", MAX_BYTES]

    def check_info(self, response, body):
        self.assertEqual(response.status, 200, response)
        expected = {"size": len(body), "in_file": len(body) > MEMORY_BYTES,
                    "blake2b": hashlib.blake2b(body, digest_size=32).hexdigest()}
        self.assertEqual(response.json(), expected)

    def test_a_body_beyond_the_memory_limit_goes_to_a_file_and_arrives_whole(self):
        client = self.connect()
        for size in (0, 1, 65_535, 65_537, MEMORY_BYTES, MEMORY_BYTES + 1, MAX_BYTES):
            body = random.Random(size).randbytes(size)
            self.check_info(client.request("POST", "/body-info", body=body), body)

    def test_a_chunked_body_is_the_same_as_one_with_a_length(self):
        client = self.connect()
        for size in (0, 1, MEMORY_BYTES, MEMORY_BYTES + 1, MAX_BYTES):
            body = random.Random(size).randbytes(size)
            client.send(prodev.make_request("POST", "/body-info", {"Transfer-Encoding": "chunked"}))
            client.send(in_chunks(body, size))
            self.check_info(client.read_response(), body)

    def test_files_of_bodies_have_no_name_and_are_gone_afterwards(self):
        body = b"x" * MAX_BYTES
        clients = [self.connect() for _ in range(5)]
        for client in clients:
            client.send(prodev.make_request("POST", "/body-info", body=body)[:-1])
        prodev.eventually(lambda: len(self.server.unnamed_files(self.folder)) == 5, "five bodies in files")
        self.assertEqual(os.listdir(self.folder), [])
        for client in clients[:3]:
            client.send(b"x")
            self.check_info(client.read_response(), body)
        clients[3].reset()
        clients[4].close()
        for client in clients[:3]:
            client.close()
        prodev.eventually(lambda: self.server.unnamed_files(self.folder) == [], "all files gone")

    def test_a_body_on_each_lane_comes_back(self):
        client = self.connect()
        for path in ("/echo", "/echo-write", "/echo-blocking"):
            for size in (1, 70_000, MEMORY_BYTES + 1):
                body = random.Random(size).randbytes(size)
                self.assertEqual(client.request("PUT", path, body=body).body, body)


class ExpectTest(prodev.ProbeCase):
    arguments = ["--max-body-bytes", 100_000]

    def test_a_client_that_expects_it_is_told_to_continue(self):
        client = self.connect()
        for _ in range(2):
            client.send(prodev.make_request("POST", "/echo", {"Expect": "100-Continue", "Content-Length": 5}))
            self.assertEqual(client.read_response().status, 100)
            client.send(b"hello")
            self.assertEqual(client.read_response().body, b"hello")

    def test_a_client_that_sends_chunks_is_told_to_continue(self):
        client = self.connect()
        client.send(prodev.make_request("POST", "/echo", {"Expect": "100-continue",
                                                           "Transfer-Encoding": "chunked"}))
        self.assertEqual(client.read_response().status, 100)
        client.send(b"5\r\nhello\r\n0\r\n\r\n")
        self.assertEqual(client.read_response().body, b"hello")

    def test_a_client_that_has_sent_its_body_is_not_told_to_continue(self):
        client = self.connect()
        client.send(prodev.make_request("POST", "/echo", {"Expect": "100-continue", "Content-Length": 5},
                                        b"hello"))
        self.assertEqual(client.read_response().body, b"hello")

    def test_a_body_that_will_be_refused_is_not_invited(self):
        for path, length, status in (("/echo", 100_001, 413), ("/limited", 11, 413), ("/nothing", 5, 404),
                                     ("/stream", 5, 405)):
            client = self.connect()
            client.send(prodev.make_request("POST", path, {"Expect": "100-continue",
                                                            "Content-Length": length}))
            response = client.read_response()
            self.assert_error(response, status)
            self.assertTrue(response.closes())
            client.expect_close()

    def test_no_other_expectation_is_understood(self):
        client = self.connect()
        self.assert_error(client.get("/ok", {"Expect": "tea"}), 417, "expectation_failed")
        self.assertEqual(client.get("/ok").status, 200)
        self.assert_error(self.request("POST", "/echo", {"Expect": "100-continue, tea"}, b"a"), 417)

    def test_an_HTTP_1_0_client_is_not_told_to_continue(self):
        client = self.connect()
        client.send(b"POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        self.assertTrue(client.is_silent(0.2))
        client.send(b"hello")
        self.assertEqual(client.read_response().body, b"hello")


class TooLargeTest(prodev.ProbeCase):
    arguments = ["--max-body-bytes", 100_000, "--body-memory-bytes", 1_000]

    def test_a_length_over_the_limit_is_refused_before_the_body_is_read(self):
        for length in ("100001", "999999999999999999"):
            client = self.connect()
            client.send(prodev.make_request("POST", "/echo", {"Content-Length": length}))
            self.assert_error(client.read_response(), 413, "too_large")
            client.expect_close()

    def test_chunks_over_the_limit_are_refused_as_soon_as_they_are(self):
        client = self.connect()
        client.send(prodev.make_request("POST", "/echo", {"Transfer-Encoding": "chunked"}))
        client.send(b"fffffff\r\n" + b"x" * 100_001)
        self.assert_error(client.read_response(), 413, "too_large")
        client.expect_close()

    def test_a_chunk_size_over_the_limit_is_refused_before_its_data_comes(self):
        for chunks in (b"1000000000000000\r\n", b"186a1\r\n", b"1\r\nx\r\n186a0\r\n", b"fffffffffffffff"):
            client = self.connect()
            client.send(prodev.make_request("POST", "/echo", {"Transfer-Encoding": "chunked"}) + chunks)
            self.assert_error(client.read_response(), 413, "too_large")
            client.expect_close()

    def test_extensions_and_trailers_of_chunks_are_bounded(self):
        for chunks in (b"1;" + b"e" * 20_000, b"0\r\n" + b"t" * 20_000, b"1;e\r\nx\r\n" * 10_000 + b"0;" + b"e" * 20_000):
            client = self.connect()
            client.send(prodev.make_request("POST", "/echo", {"Transfer-Encoding": "chunked"}) + chunks)
            self.assert_error(client.read_response(), 400, "bad_chunk")

    def test_a_route_may_have_a_limit_of_its_own(self):
        client = self.connect()
        self.assertEqual(client.request("POST", "/limited", body=b"0123456789").status, 200)
        self.assert_error(client.request("POST", "/limited", body=b"0123456789a"), 413)
        client.send(prodev.make_request("POST", "/limited", {"Transfer-Encoding": "chunked"},
                                        b"b\r\n0123456789a\r\n0\r\n\r\n"))
        self.assert_error(client.read_response(), 413)

    def test_a_client_that_sends_on_still_gets_the_refusal(self):
        body = b"x" * 3_000_000
        for version, fields in (("1.1", ""), ("1.1", "Connection: close\r\n"), ("1.0", "")):
            for framing in ("Content-Length: 3000000", "Transfer-Encoding: chunked"):
                if version == "1.0" and "chunked" in framing:
                    continue
                client = self.connect()
                client.send(f"POST /echo HTTP/{version}\r\nHost: a\r\n{fields}{framing}\r\n\r\n")
                if "chunked" in framing:
                    client.send(b"2dc6c0\r\n")
                client.send(body)  # blocks unless somebody reads it
                self.assert_error(client.read_response(), 413)
                client.expect_close()


class CutShortTest(prodev.ProbeCase):

    def test_a_body_that_ends_early_is_refused(self):
        for request in (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
                        b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                        b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        b"5\r\nhello\r\n0\r\n"):
            client = self.connect()
            client.send(request)
            client.shut_write()
            self.assert_error(client.read_response(), 400, "body_cut_short")
            client.expect_close()

    def test_a_client_that_has_shut_its_side_gets_its_response(self):
        for path in ("/echo", "/echo-write", "/echo-blocking"):
            client = self.connect()
            client.send(prodev.make_request("POST", path, body=b"hello"))
            client.shut_write()
            self.assertEqual(client.read_response().body, b"hello")
            client.expect_close()

    def test_a_connection_reset_in_the_middle_of_a_body_harms_nobody(self):
        for _ in range(20):
            client = self.connect()
            client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + b"x" * 300_000)
            client.reset()
        self.assertEqual(self.get("/ok").body, b"ok")


class NoRoomTest(prodev.ProbeCase):
    arguments = ["--body-memory-bytes", 1_000, "--body-directory", "/nonexistent"]

    def test_a_body_that_cannot_be_stored_is_answered_503(self):
        client = self.connect()
        client.send(prodev.make_request("POST", "/echo", {"Content-Length": 200_000}) + b"x" * 200_000)
        self.assert_error(client.read_response(), 503, "unavailable")
        client.expect_close()
        self.assertEqual(self.request("POST", "/echo", body=b"small").body, b"small")


if __name__ == "__main__":
    unittest.main()
