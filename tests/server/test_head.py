"""The request head: what is refused, how, and what is taken."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

HOST = b"Host: a\r\n"


def get(*fields, line=b"GET /ok HTTP/1.1"):
    """A request with `fields` and a Host."""
    return line + b"\r\n" + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


REFUSED = {
    # request line (RFC 9112 section 3)
    "no version": (b"GET /ok\r\n" + HOST + b"\r\n", 400),
    "no target": (b"GET  HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "only a method": (b"GET\r\n" + HOST + b"\r\n", 400),
    "two spaces before the version": (get(line=b"GET /ok  HTTP/1.1"), 400),
    "two spaces before the target": (get(line=b"GET  /ok HTTP/1.1"), 400),
    "a tab instead of a space": (get(line=b"GET\t/ok HTTP/1.1"), 400),
    "a space at the end of the line": (get(line=b"GET /ok HTTP/1.1 "), 400),
    "a space before the method": (get(line=b" GET /ok HTTP/1.1"), 400),
    "a space inside the target": (get(line=b"GET /o k HTTP/1.1"), 400),
    "two empty lines first": (b"\r\n\r\n" + get(), 400),
    "a lower-case version": (get(line=b"GET /ok http/1.1"), 400),
    "a version with three parts": (get(line=b"GET /ok HTTP/1.1.1"), 400),
    "a version of letters": (get(line=b"GET /ok HTTP/x.y"), 400),
    "HTTP/0.9": (get(line=b"GET /ok HTTP/0.9"), 505),
    "HTTP/2.0": (get(line=b"GET /ok HTTP/2.0"), 505),
    "the HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "a method with a bad character": (get(line=b"G(T /ok HTTP/1.1"), 400),
    "an unknown method": (get(line=b"BREW /ok HTTP/1.1"), 501),
    "a lower-case method": (get(line=b"get /ok HTTP/1.1"), 501),
    "CONNECT": (get(line=b"CONNECT a:443 HTTP/1.1"), 501),
    "TRACE": (get(line=b"TRACE /ok HTTP/1.1"), 501),
    # target
    "a target without a slash": (get(line=b"GET ok HTTP/1.1"), 400),
    "a target with a NUL": (get(line=b"GET /o\0k HTTP/1.1"), 400),
    "a target with a byte above 127": (get(line=b"GET /\xc3\xa9 HTTP/1.1"), 400),
    "a target with a DEL": (get(line=b"GET /o\x7fk HTTP/1.1"), 400),
    "a target with a fragment": (get(line=b"GET /ok#a HTTP/1.1"), 400),
    "the target * with GET": (get(line=b"GET * HTTP/1.1"), 400),
    "an unknown scheme": (get(line=b"GET ftp://a/ok HTTP/1.1"), 400),
    "a scheme without a host": (get(line=b"GET http:///ok HTTP/1.1"), 400),
    "a host with user information": (get(line=b"GET http://me@a/ok HTTP/1.1"), 400),
    "a query right behind the host": (get(line=b"GET http://a?q HTTP/1.1"), 400),
    # fields (RFC 9112 section 5)
    "a bare LF after the request line": (b"GET /ok HTTP/1.1\n" + HOST + b"\r\n", 400),
    "a bare LF after a field": (b"GET /ok HTTP/1.1\r\nHost: a\n\r\n", 400),
    "a bare LF as the empty line": (b"GET /ok HTTP/1.1\r\nHost: a\r\n\n", 400),
    "a bare CR in a field": (get(b"A: b\rc"), 400),
    "a bare CR in the request line": (get(line=b"GET /ok\r HTTP/1.1"), 400),
    "CR CR LF": (b"GET /ok HTTP/1.1\r\r\n" + HOST + b"\r\n", 400),
    "a folded field": (get(b"A: b", b" c"), 400),
    "a folded field with a tab": (get(b"A: b", b"\tc"), 400),
    "a fold before the first field": (b"GET /ok HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    "white space before the colon": (get(b"A : b"), 400),
    "a tab before the colon": (get(b"A\t: b"), 400),
    "a field without a colon": (get(b"A"), 400),
    "a field without a name": (get(b": b"), 400),
    "a name with a bad character": (get(b"A(b: c"), 400),
    "a name with a byte above 127": (get(b"\xc3\xa9: c"), 400),
    "a name with a NUL": (get(b"A\0: c"), 400),
    "a value with a NUL": (get(b"A: b\0c"), 400),
    "a value with a control character": (get(b"A: b\x01c"), 400),
    "a value with a DEL": (get(b"A: b\x7f"), 400),
    # Host (RFC 9112 section 3.2)
    "no Host": (b"GET /ok HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (get(b"Host: b"), 400),
    "the same Host twice": (get(b"host: a"), 400),
    "a Host with a slash": (b"GET /ok HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "a Host with user information": (b"GET /ok HTTP/1.1\r\nHost: me@a\r\n\r\n", 400),
    "a Host with a space": (b"GET /ok HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    # no HTTP at all
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\r\n\r\n", 400),
    "garbage": (b"\xff\xfe\xfd\r\n\r\n", 400),
}

# What is unusual and yet well formed: the lines of /request's answer, or those of them that matter.
TAKEN = {
    "one empty line first": (b"\r\n" + get(line=b"GET /request HTTP/1.1"), ["GET", "/request", "", "a"]),
    "no white space after the colon": (get(b"A:b", line=b"GET /request HTTP/1.1"), ["A=b"]),
    "white space around the value": (get(b"A: \t b \t ", line=b"GET /request HTTP/1.1"), ["A=b"]),
    "an empty value": (get(b"A:", line=b"GET /request HTTP/1.1"), ["A="]),
    "a tab inside a value": (get(b"A: b\tc", line=b"GET /request HTTP/1.1"), ["A=b\tc"]),
    "every character of a token": (get(b"!#$%&'*+-.^_`|~09azAZ: b", line=b"GET /request HTTP/1.1"),
                                   ["!#$%&'*+-.^_`|~09azAZ=b"]),
    "a value above 127": (get(b"A: \xc3\xa9", line=b"GET /request HTTP/1.1"), ["A=\u00e9"]),
    "a repeated field": (get(b"A: 1", b"A: 2", line=b"GET /request HTTP/1.1"), ["A=1", "A=2"]),
    "a query": (get(line=b"GET /request?a=b&c=?/ HTTP/1.1"), ["GET", "/request", "a=b&c=?/", "a"]),
    "a percent-encoded path": (get(line=b"GET /%72equest HTTP/1.1"), ["GET", "/request"]),
    "the absolute form": (get(line=b"GET http://b:80/request?q HTTP/1.1"),
                          ["GET", "/request", "q", "b:80"]),
    "the absolute form in capitals": (get(line=b"GET HTTPS://b/request HTTP/1.1"),
                                      ["GET", "/request", "", "b"]),
    "a minor version above 1": (get(line=b"GET /request HTTP/1.7"), ["GET", "/request"]),
    "an IPv6 host": (b"GET /request HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                     ["GET", "/request", "", "[::1]:80"]),
    "an empty Host": (b"GET /request HTTP/1.1\r\nHost:\r\n\r\n", ["GET", "/request", "", ""]),
}


class HeadTest(prodev.ProbeCase):

    def refuse(self, request, status):
        """`request` gets one response, a refusal that closes; what follows it is not looked at."""
        client = self.connect()
        client.send(request + b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\n")
        responses = client.read_responses_until_close()
        self.assertEqual(len(responses), 1, responses)
        self.assert_error(responses[0], status)
        self.assertTrue(responses[0].closes(), responses[0])
        self.assertTrue(responses[0].header("X-Request-Id"))

    def test_a_malformed_head_is_refused_and_the_connection_closed(self):
        for name, (request, status) in REFUSED.items():
            with self.subTest(name):
                self.refuse(request, status)

    def test_a_malformed_head_is_refused_however_it_is_split(self):
        for name in ("a bare LF after a field", "a folded field", "white space before the colon",
                     "CR CR LF", "two empty lines first", "no Host"):
            request, status = REFUSED[name]
            for cut in range(1, len(request)):
                client = self.connect()
                client.send(request[:cut])
                try:
                    client.send(request[cut:])
                except (BrokenPipeError, ConnectionResetError):
                    pass  # refused already
                response = client.read_response()
                self.assertEqual(response.status, status, f"{name}, cut at {cut}")
                client.close()

    def test_an_unusual_but_well_formed_head_is_taken(self):
        for name, (request, expected) in TAKEN.items():
            with self.subTest(name):
                client = self.connect()
                client.send(request)
                response = client.read_response()
                self.assertEqual(response.status, 200, response)
                text = response.body.decode("utf-8")
                lines = text.split("\n")
                if expected[0] == "GET":
                    self.assertEqual(lines[:len(expected)], expected)
                else:
                    for line in expected:
                        self.assertIn(line, lines)
                self.assertFalse(response.closes())

    def test_a_path_with_a_bad_escape_is_refused_and_the_connection_goes_on(self):
        client = self.connect()
        for path in ("/%", "/%1", "/%zz", "/ok%00", "/%00"):
            self.assert_error(client.get(path), 400, "bad_path")
        self.assertEqual(client.get("/ok").status, 200)

    def test_a_head_that_stops_halfway_gets_no_response(self):
        client = self.connect()
        client.send(b"GET /ok HTTP/1.1\r\nHost: a\r\n")
        client.shut_write()
        client.expect_close()


if __name__ == "__main__":
    unittest.main()
