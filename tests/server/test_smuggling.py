"""Request smuggling: no bytes that one reader takes for a body are another's second request.

Each case is sent in front of a request for /ok. A server that reads the case in two ways would
answer /ok, or something inside the case, as a request of its own.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

SMUGGLED = b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"


def post(*fields, body=b"", version=b"1.1"):
    head = b"POST /echo HTTP/" + version + b"\r\nHost: a\r\n"
    return head + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def chunked(body):
    return post(b"Transfer-Encoding: chunked", body=body)


REFUSED_HEADS = {
    "CL.TE": (post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "TE.CL": (post(b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"0\r\n\r\n"), 400),
    "CL.TE with a length of zero": (
        post(b"Content-Length: 0", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "TE.TE": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), 400),
    "TE.TE with identity": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), 400),
    "TE.TE, the first unknown": (post(b"Transfer-Encoding: x", b"Transfer-Encoding: chunked"), 501),
    "TE list": (post(b"Transfer-Encoding: gzip, chunked"), 501),
    "TE list, chunked twice": (post(b"Transfer-Encoding: chunked, chunked"), 501),
    "TE list, chunked not last": (post(b"Transfer-Encoding: chunked, identity"), 501),
    "TE with a prefix": (post(b"Transfer-Encoding: xchunked"), 501),
    "TE with a parameter": (post(b"Transfer-Encoding: chunked;a=b"), 501),
    "TE in quotes": (post(b'Transfer-Encoding: "chunked"'), 501),
    "TE with a vertical tab": (post(b"Transfer-Encoding: \x0bchunked"), 400),
    "TE with a NUL": (post(b"Transfer-Encoding: chunked\0"), 400),
    "TE with a space before the colon": (post(b"Transfer-Encoding : chunked"), 400),
    "TE folded": (post(b"Transfer-Encoding:", b" chunked"), 400),
    "TE behind a bare LF": (post(b"A: b\nTransfer-Encoding: chunked"), 400),
    "TE behind a bare CR": (post(b"A: b\rTransfer-Encoding: chunked"), 400),
    "an empty TE": (post(b"Transfer-Encoding:"), 501),
    "TE in HTTP/1.0": (post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n", version=b"1.0"), 400),
    "two lengths": (post(b"Content-Length: 5", b"Content-Length: 6"), 400),
    "two lengths that agree": (post(b"Content-Length: 5", b"Content-Length: 5"), 400),
    "two lengths in one field": (post(b"Content-Length: 5, 5"), 400),
    "an empty length": (post(b"Content-Length:"), 400),
    "a length with a plus": (post(b"Content-Length: +5"), 400),
    "a length with a minus": (post(b"Content-Length: -1"), 400),
    "a length in hexadecimal": (post(b"Content-Length: 0x5"), 400),
    "a length with a space inside": (post(b"Content-Length: 1 0"), 400),
    "a length with letters behind": (post(b"Content-Length: 5a"), 400),
    "a length with a point": (post(b"Content-Length: 5.0"), 400),
    "a length in quotes": (post(b'Content-Length: "5"'), 400),
    "a length with an underscore": (post(b"Content-Length: 1_0"), 400),
    "a length of other digits": (post("Content-Length: \u0665".encode()), 400),
    "a length beyond 64 bits": (post(b"Content-Length: 18446744073709551621"), 400),
    "a length of twenty zeros": (post(b"Content-Length: " + b"0" * 20), 400),
    "a length with a space before the colon": (post(b"Content-Length : 5"), 400),
    "a length folded": (post(b"Content-Length:", b" 5"), 400),
    "a length behind a bare LF": (post(b"A: b\nContent-Length: 5"), 400),
    "a length with a NUL": (post(b"Content-Length: 5\0"), 400),
}

REFUSED_CHUNKS = {
    "no size": b"\r\nabc\r\n0\r\n\r\n",
    "a size that is no number": b"x\r\nabc\r\n0\r\n\r\n",
    "a size with a sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "a negative size": b"-3\r\nabc\r\n0\r\n\r\n",
    "a size with 0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "a size with a space before": b" 3\r\nabc\r\n0\r\n\r\n",
    "a size with a space behind": b"3 \r\nabc\r\n0\r\n\r\n",
    "a size with a tab behind": b"3\t\r\nabc\r\n0\r\n\r\n",
    "a size with an underscore": b"1_0\r\n" + b"a" * 16 + b"\r\n0\r\n\r\n",
    "a size with a NUL": b"3\0\r\nabc\r\n0\r\n\r\n",
    "a size beyond 64 bits": b"10000000000000003\r\nabc\r\n0\r\n\r\n",
    "a size of very many zeros": b"0" * 40 + b"3\r\nabc\r\n0\r\n\r\n",
    "a bare LF after the size": b"3\nabc\r\n0\r\n\r\n",
    "a bare CR after the size": b"3\rabc\r\n0\r\n\r\n",
    "a bare LF in an extension": b"3;a\nabc\r\n0\r\n\r\n",
    "a NUL in an extension": b"3;a\0\r\nabc\r\n0\r\n\r\n",
    "extensions without end": b"3;" + b"a" * 20_000 + b"\r\nabc\r\n0\r\n\r\n",
    "data longer than its size": b"3\r\nabcd\r\n0\r\n\r\n",
    "data shorter than its size": b"4\r\nabc\r\n0\r\n\r\n",
    "a bare LF after the data": b"3\r\nabc\n0\r\n\r\n",
    "a bare CR after the data": b"3\r\nabc\rX0\r\n\r\n",
    "CR CR LF after the data": b"3\r\nabc\r\r\n0\r\n\r\n",
    "no line end after the data": b"3\r\nabc0\r\n\r\n",
    "a bare LF at the end": b"3\r\nabc\r\n0\r\n\n",
    "a bare LF after the last size": b"3\r\nabc\r\n0\n\r\n",
    "a bare LF in a trailer": b"3\r\nabc\r\n0\r\nA: b\n\r\n",
    "a bare CR in a trailer": b"3\r\nabc\r\n0\r\nA: b\rc\r\n\r\n",
    "a NUL in a trailer": b"3\r\nabc\r\n0\r\nA: \0\r\n\r\n",
    "trailers without end": b"3\r\nabc\r\n0\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
}


class SmugglingTest(prodev.ProbeCase):

    def refuse(self, request, status):
        client = self.connect()
        client.send(request + SMUGGLED)
        responses = client.read_responses_until_close()
        self.assertEqual(len(responses), 1, responses)
        self.assert_error(responses[0], status)
        self.assertTrue(responses[0].closes())
        client.close()

    def test_a_head_that_could_be_framed_in_two_ways_is_refused(self):
        for name, (request, status) in REFUSED_HEADS.items():
            with self.subTest(name):
                self.refuse(request, status)

    def test_a_malformed_chunk_is_refused(self):
        for name, body in REFUSED_CHUNKS.items():
            with self.subTest(name):
                # Such a size is a number, and beyond what any body may have.
                self.refuse(chunked(body), 413 if name == "a size beyond 64 bits" else 400)

    def test_a_malformed_chunk_is_refused_when_it_comes_byte_by_byte(self):
        for name in ("a bare LF after the size", "data longer than its size", "a bare LF at the end"):
            client = self.connect()
            client.send(chunked(b""))
            try:
                for byte in REFUSED_CHUNKS[name]:
                    client.send(bytes([byte]))
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused already
            response = client.read_response()
            self.assert_error(response, 400, "bad_chunk")
            client.close()

    def test_a_request_inside_a_body_is_not_answered(self):
        client = self.connect()
        inside = post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED)
        inside_chunk = chunked(b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n")
        client.send(inside + inside_chunk + post(b"Connection: close"))
        responses = client.read_responses_until_close()
        self.assertEqual([r.body for r in responses], [SMUGGLED, SMUGGLED, b""])

    def test_a_request_inside_a_refused_body_is_not_answered(self):
        client = self.connect()
        client.send(b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED))
        self.assertEqual(client.read_response().status, 404)
        client.send(SMUGGLED)
        client.expect_close()

    def test_a_body_of_a_get_is_not_answered_as_a_request(self):
        client = self.connect()
        client.send(b"GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) +
                    SMUGGLED + b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        responses = client.read_responses_until_close()
        self.assertEqual([r.status for r in responses], [200, 404])

    def test_leading_zeros_of_a_length_do_not_make_it_octal(self):
        client = self.connect()
        client.send(post(b"Content-Length: 010", body=b"0123456789") + post(b"Connection: close"))
        self.assertEqual([r.body for r in client.read_responses_until_close()], [b"0123456789", b""])

    def test_chunk_sizes_with_leading_zeros_and_both_cases_are_taken(self):
        client = self.connect()
        client.send(chunked(b"00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n") +
                    post(b"Connection: close"))
        self.assertEqual([r.body for r in client.read_responses_until_close()], [b"0123456789" * 2, b""])

    def test_after_connection_close_nothing_more_is_answered(self):
        client = self.connect()
        client.send(post(b"Connection: close") + SMUGGLED)
        self.assertEqual(len(client.read_responses_until_close()), 1)


if __name__ == "__main__":
    unittest.main()
