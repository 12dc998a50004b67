"""Requests in pieces, and many of them at once."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

GET = b"GET /request?q HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
           b"5;a=b\r\nhello\r\n00006\r\n world\r\n0\r\nT: u\r\n\r\n")
WRITE = b"POST /echo-write HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nwrite"
ANSWERS = {GET: b"GET\n/request\nq\na\nHost=a\nA=b\n", POST: b"hello", CHUNKED: b"hello world",
           WRITE: b"write"}


class SplitTest(prodev.ProbeCase):
    """With one loop, which takes ready sockets in turn: once another connection has been answered,
    what was sent before on this one has been read."""

    arguments = ["--loops", "1"]

    def setUp(self):
        self.other = self.connect()

    def let_the_server_read(self):
        self.assertEqual(self.other.get("/ok").status, 200)

    def check_cut(self, requests, cut):
        stream = b"".join(requests)
        with prodev.Client(self.server.port) as client:
            client.send(stream[:cut])
            self.let_the_server_read()
            client.send(stream[cut:])
            for request in requests:
                response = client.read_response()
                self.assertEqual((response.status, response.body), (200, ANSWERS[request]), f"cut at {cut}")

    def test_a_request_may_be_split_at_every_byte(self):
        for request in ANSWERS:
            for cut in range(1, len(request)):
                self.check_cut([request], cut)

    def test_pipelined_requests_may_be_split_at_every_byte(self):
        requests = [CHUNKED, GET, WRITE, POST, GET]
        for cut in range(1, sum(map(len, requests))):
            self.check_cut(requests, cut)

    def test_requests_may_come_byte_by_byte(self):
        requests = [POST, WRITE, CHUNKED, GET]
        client = self.connect()
        for byte in b"".join(requests):
            client.send(bytes([byte]))
            self.let_the_server_read()
        self.assertEqual([client.read_response().body for _ in requests],
                         [ANSWERS[request] for request in requests])

    def test_a_large_body_may_be_split_around_its_end(self):
        body = b"b" * 70_000
        head = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n"
        stream = head + body + GET
        for cut in (len(head), len(head) + 1, len(head) + 69_999, len(head) + 70_000, len(head) + 70_001):
            client = self.connect()
            client.send(stream[:cut])
            self.let_the_server_read()
            client.send(stream[cut:])
            self.assertEqual(client.read_response().body, body)
            self.assertEqual(client.read_response().body, ANSWERS[GET])
            client.close()


class OrderTest(prodev.ProbeCase):

    def test_hundreds_of_pipelined_requests_are_answered_in_order_whatever_their_lane(self):
        paths = ["/echo", "/echo-write", "/echo-blocking", "/echo", "/echo"]
        bodies = [b"number %d" % number for number in range(600)]
        client = self.connect()
        client.send(b"".join(prodev.make_request("POST", paths[number % len(paths)], body=body)
                             for number, body in enumerate(bodies)))
        for body in bodies:
            self.assertEqual(client.read_response().body, body)

    def test_pipelined_requests_are_answered_to_a_client_that_has_shut_its_side(self):
        client = self.connect()
        client.send((GET + WRITE + CHUNKED) * 20)
        client.shut_write()
        answers = [response.body for response in client.read_responses_until_close()]
        self.assertEqual(answers, [ANSWERS[GET], ANSWERS[WRITE], ANSWERS[CHUNKED]] * 20)

    def test_small_and_large_responses_keep_their_order(self):
        sizes = [0, 1, 16_384, 16_385, 300_000, 5, 2_000_000, 16_384, 3]
        client = self.connect()
        client.send(b"".join(prodev.make_request("GET", f"/big?bytes={size}") for size in sizes))
        for size in sizes:
            self.assertEqual(client.read_response().body, b"b" * size)

    def test_a_stream_between_pipelined_requests_ends_where_it_should(self):
        client = self.connect()
        client.send(GET + prodev.make_request("GET", "/stream?mb=3") + POST)
        self.assertEqual(client.read_response().body, ANSWERS[GET])
        self.assertEqual(client.read_response().body, b"s" * (3 << 20))
        self.assertEqual(client.read_response().body, ANSWERS[POST])

    def test_more_requests_than_the_output_buffer_holds_are_all_answered(self):
        client = self.connect()
        count = 300
        request = prodev.make_request("GET", "/big?bytes=16000")
        client.send(request * count)  # 4.8 MB of responses before the first is read
        for _ in range(count):
            self.assertEqual(len(client.read_response().body), 16_000)


if __name__ == "__main__":
    unittest.main()
