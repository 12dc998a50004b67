"""What every response carries, methods, versions of HTTP, and requests from other origins."""

import email.utils
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402

ORIGIN = {"Origin": "https://app.example"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "PATCH",
             "Access-Control-Request-Headers": "authorization, content-type"}


def write_files(folder):
    (folder / "static").mkdir()
    (folder / "static" / "page.html").write_text("<p>page")
    (folder / "static" / "text.txt").write_text("text")


class HeadersTest(prodev.ServerCase):

    @classmethod
    def prepare(cls):
        write_files(cls.folder)

    def test_every_response_has_a_date_of_now(self):
        for target in ("/text.txt", "/healthz", "/nothing"):
            date = self.get(target).header("Date")
            self.assertRegex(date, r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
            self.assertLess(abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time()), 10)

    def test_no_response_names_a_field_twice(self):
        for method, target in (("GET", "/text.txt"), ("HEAD", "/page.html"), ("GET", "/nothing"),
                               ("POST", "/healthz"), ("OPTIONS", "/healthz")):
            names = [name.lower() for name, _ in self.request(method, target).headers]
            self.assertEqual(len(names), len(set(names)), names)

    def test_sniffing_is_off_everywhere_and_pages_carry_a_policy(self):
        for target in ("/text.txt", "/page.html", "/nothing"):
            self.assertEqual(self.get(target).header("X-Content-Type-Options"), "nosniff")
        page = self.get("/page.html")
        self.assertIn("default-src 'self'", page.header("Content-Security-Policy"))
        self.assertEqual(page.header("X-Frame-Options"), "DENY")
        self.assertTrue(page.header("Referrer-Policy"))
        self.assertIsNone(self.get("/text.txt").header("Content-Security-Policy"))
        self.assertIsNone(page.header("Strict-Transport-Security"))  # over TLS only

    def test_a_well_formed_request_id_is_kept_and_another_replaced(self):
        self.assertEqual(self.get("/healthz", {"X-Request-Id": "a-1.b:C/d+e=_"}).header("X-Request-Id"),
                         "a-1.b:C/d+e=_")
        for bad in ("", "a b", "<script>", "a" * 129):
            made = self.get("/healthz", {"X-Request-Id": bad}).header("X-Request-Id")
            self.assertRegex(made, r"^[0-9a-f-]{32,36}$")

    def test_request_ids_differ(self):
        client = self.connect()
        ids = {client.get("/healthz").header("X-Request-Id") for _ in range(200)}
        self.assertEqual(len(ids), 200)

    def test_HEAD_is_GET_without_the_body(self):
        client = self.connect()
        for target in ("/text.txt", "/page.html", "/healthz", "/readyz", "/metrics", "/nothing"):
            whole = client.get(target)
            head = client.request("HEAD", target)
            self.assertEqual(head.status, whole.status)
            kept = [[pair for pair in response.headers if pair[0] not in ("Date", "X-Request-Id")]
                    for response in (head, whole)]
            if target == "/metrics":  # its length changes
                kept = [[pair for pair in headers if pair[0] != "Content-Length"] for headers in kept]
            self.assertEqual(kept[0], kept[1])

    def test_another_method_is_405_and_says_which_are_allowed(self):
        client = self.connect()
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for target in ("/text.txt", "/healthz", "/nothing"):
                response = client.request(method, target)
                self.assert_error(response, 405, "method_not_allowed")
                self.assertEqual(response.header("Allow"), "GET, HEAD, OPTIONS")

    def test_OPTIONS_says_which_methods_are_allowed(self):
        client = self.connect()
        response = client.request("OPTIONS", "/healthz")
        self.assertEqual((response.status, response.header("Allow")), (204, "GET, HEAD, OPTIONS"))
        self.assertIsNone(response.header("Content-Length"))
        response = client.request("OPTIONS", "*")
        self.assertEqual(response.status, 204)
        self.assertIn("GET", response.header("Allow"))

    def test_the_absolute_form_of_a_target_is_served(self):
        self.assertEqual(self.get("http://other.example:80/text.txt?q").body, b"text")

    def test_without_settings_other_origins_get_no_permission(self):
        for method, headers in (("GET", ORIGIN), ("OPTIONS", PREFLIGHT)):
            response = self.request(method, "/text.txt", headers)
            self.assertFalse([n for n, _ in response.headers if n.lower().startswith("access-control")])

    def test_a_body_for_a_route_that_takes_none_is_413(self):
        client = self.connect()
        self.assert_error(client.request("GET", "/healthz", body=b"x"), 413)
        self.assertEqual(client.get("/healthz").status, 200)


class VersionTest(prodev.ProbeCase):

    def test_HTTP_1_0_ends_with_the_response_unless_asked(self):
        client = self.connect()
        client.send(b"GET /ok HTTP/1.0\r\n\r\n")
        response = client.read_response()
        self.assertEqual((response.version, response.body), ("1.1", b"ok"))
        self.assertTrue(response.closes())
        client.expect_close()

    def test_HTTP_1_0_keeps_the_connection_when_asked(self):
        client = self.connect()
        for _ in range(2):
            client.send(b"GET /ok HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            self.assertEqual(client.read_response().header("Connection"), "keep-alive")

    def test_a_stream_to_HTTP_1_0_is_not_chunked_and_ends_with_the_connection(self):
        client = self.connect()
        client.send(b"GET /stream?mb=2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        response = client.read_response()
        self.assertIsNone(response.header("Transfer-Encoding"))
        self.assertIsNone(response.header("Content-Length"))
        self.assertEqual(response.body, b"s" * (2 << 20))

    def test_HEAD_of_a_stream_has_no_body(self):
        client = self.connect()
        response = client.request("HEAD", "/stream?mb=2")
        self.assertEqual(response.header("Transfer-Encoding"), "chunked")
        self.assertEqual(client.get("/ok").body, b"ok")

    def test_connection_close_ends_the_connection_in_any_spelling(self):
        for value in ("close", "CLOSE", "x, close", "close , x", "keep-alive, close", ",,close"):
            client = self.connect()
            self.assertTrue(client.get("/ok", {"Connection": value}).closes(), value)
            client.expect_close()
        client = self.connect()
        for value in ("closed", "keep-alive", "x", "upgrade"):
            self.assertFalse(client.get("/ok", {"Connection": value}).closes(), value)


class OriginsTest(prodev.ServerCase):
    arguments = ["--cors-origins", "https://app.example,http://localhost:3000", "--cors-credentials=true"]

    @classmethod
    def prepare(cls):
        write_files(cls.folder)

    def test_a_page_of_an_allowed_origin_may_read_responses(self):
        for target in ("/text.txt", "/nothing"):
            response = self.get(target, ORIGIN)
            self.assertEqual(response.header("Access-Control-Allow-Origin"), "https://app.example")
            self.assertEqual(response.header("Access-Control-Allow-Credentials"), "true")
            self.assertIn("ETag", response.header("Access-Control-Expose-Headers"))
            self.assertIn("Origin", ", ".join(response.all("Vary")))

    def test_a_page_of_another_origin_may_not(self):
        for origin in ("https://evil.example", "https://app.example.evil", "http://app.example", "null",
                       "https://APP.example", "https://app.example:443", "http://localhost:3001"):
            response = self.get("/text.txt", {"Origin": origin})
            self.assertIsNone(response.header("Access-Control-Allow-Origin"))
            self.assertIn("Origin", ", ".join(response.all("Vary")))

    def test_a_preflight_of_an_allowed_origin_is_answered_once(self):
        response = self.request("OPTIONS", "/text.txt", PREFLIGHT)
        self.assertEqual(response.status, 204)
        self.assertEqual(response.header("Access-Control-Allow-Origin"), "https://app.example")
        self.assertEqual(response.header("Access-Control-Allow-Credentials"), "true")
        self.assertIn("PATCH", response.header("Access-Control-Allow-Methods"))
        self.assertIn("authorization", response.header("Access-Control-Allow-Headers"))
        self.assertEqual(response.header("Access-Control-Max-Age"), "86400")
        vary = re.split(", *", ", ".join(response.all("Vary")))
        self.assertEqual(sorted(vary), ["Access-Control-Request-Headers", "Access-Control-Request-Method",
                                        "Origin"])

    def test_a_preflight_of_another_origin_is_refused(self):
        response = self.request("OPTIONS", "/text.txt", {**PREFLIGHT, "Origin": "https://evil.example"})
        self.assert_error(response, 403, "origin_not_allowed")
        self.assertIsNone(response.header("Access-Control-Allow-Origin"))


# What the published clients send by themselves (supabase-js 2.119: its cors.ts and the fetch calls of its
# parts) and what browsers and tracers add, besides what a request may always have.
CLIENT_HEADERS = ["accept-profile", "apikey", "authorization", "baggage", "cache-control", "content-profile",
                  "content-type", "idempotency-key", "if-match", "if-none-match", "prefer", "range", "range-unit",
                  "sentry-trace", "traceparent", "tracestate", "x-client-info", "x-metadata", "x-region",
                  "x-request-id", "x-retry-count", "x-supabase-api-version", "x-upsert"]
EXPOSED = ["Content-Range", "Content-Profile", "ETag", "Link", "Location", "Preference-Applied", "Retry-After",
           "Server-Timing", "X-Request-Id"]


class ClientsOfOtherOriginsTest(prodev.ServerCase):
    arguments = ["--cors-origins", "https://app.example:443,http://127.0.0.1:*", "--max-target-bytes", "256",
                 "--max-head-bytes", "2048", "--max-body-bytes", "64"]

    def preflight(self, names, origin="https://app.example"):
        return self.request("OPTIONS", "/rest/v1/t", {
            "Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": names})

    def test_every_header_of_the_published_clients_may_be_sent(self):
        response = self.preflight(",".join(CLIENT_HEADERS))
        self.assertEqual(response.status, 204)
        allowed = re.split(", *", response.header("Access-Control-Allow-Headers"))
        self.assertEqual(sorted(allowed), CLIENT_HEADERS)

    def test_a_header_of_the_page_s_own_may_be_sent(self):
        self.assertEqual(self.preflight("x-my-app").header("Access-Control-Allow-Headers"), "x-my-app")

    def test_a_preflight_without_headers_allows_none(self):
        response = self.request("OPTIONS", "/healthz", {**ORIGIN, "Access-Control-Request-Method": "GET"})
        self.assertEqual((response.status, response.header("Access-Control-Allow-Headers")), (204, None))

    def test_what_clients_read_is_exposed(self):
        exposed = re.split(", *", self.get("/healthz", ORIGIN).header("Access-Control-Expose-Headers"))
        for name in EXPOSED:
            self.assertIn(name, exposed)

    def test_the_port_that_goes_without_saying_is_left_out(self):
        self.assertEqual(self.get("/healthz", ORIGIN).header("Access-Control-Allow-Origin"), "https://app.example")

    def test_any_port_of_a_listed_host_is_allowed(self):
        for origin in ("http://127.0.0.1:3000", "http://127.0.0.1"):
            self.assertEqual(self.preflight("apikey", origin).header("Access-Control-Allow-Origin"), origin)
        for origin in ("http://127.0.0.1.example:3000", "https://127.0.0.1:3000", "http://127.0.0.1:3000x"):
            self.assertIsNone(self.preflight("apikey", origin).header("Access-Control-Allow-Origin"))

    def test_a_page_can_read_why_a_request_was_refused_early(self):
        origin = b"Host: a\r\nOrigin: https://app.example\r\n"
        early = [(b"GET /" + b"a" * 300 + b" HTTP/1.1\r\n" + origin + b"\r\n", 414),
                 (b"GET / HTTP/1.1\r\n" + origin + b"X: " + b"a" * 3000 + b"\r\n\r\n", 431),
                 (b"GET / HTTP/1.1\r\n" + origin + b"X: 1\r\n" * 150 + b"\r\n", 431),
                 (b"BREW / HTTP/1.1\r\n" + origin + b"\r\n", 501),
                 (b"GET / HTTP/2.0\r\n" + origin + b"\r\n", 505),
                 (b"GET / HTTP/1.1\r\n" + origin + b"Expect: tea\r\n\r\n", 417),
                 (b"GET / HTTP/1.1\r\n" + origin + b"Bad Name: 1\r\n\r\n", 400),
                 (b"GET /% HTTP/1.1\r\n" + origin + b"\r\n", 400),
                 (b"POST /rest/v1/t HTTP/1.1\r\n" + origin + b"Content-Length: 65\r\n\r\n", 413),
                 (b"POST /healthz HTTP/1.1\r\n" + origin + b"\r\n", 405)]
        for sent, status in early:
            client = self.connect()
            client.send(sent)
            response = client.read_response()
            self.assertEqual((response.status, response.header("Access-Control-Allow-Origin")),
                             (status, "https://app.example"), sent[:60])
            self.assertIn("Origin", ", ".join(response.all("Vary")))

    def test_the_preflight_of_a_target_that_is_too_long_is_answered(self):
        response = self.request("OPTIONS", "/rest/v1/t?id=in.(" + "1," * 300 + "1)", {
            **ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "apikey"})
        self.assertEqual((response.status, response.header("Access-Control-Allow-Headers")), (204, "apikey"))

    def test_a_refused_head_of_another_origin_allows_nothing(self):
        for sent in (b"Origin: https://evil.example\r\n", b"",
                     b"Origin: https://app.example\r\nOrigin: https://evil.example\r\n"):
            client = self.connect()
            client.send(b"BREW / HTTP/1.1\r\nHost: a\r\n" + sent + b"\r\nOrigin: https://app.example\r\n")
            self.assertIsNone(client.read_response().header("Access-Control-Allow-Origin"))


class DevelopmentTest(prodev.ServerCase):
    arguments = ["--dev"]

    def test_pages_of_this_machine_may_call_under_dev(self):
        for origin in ("http://localhost:5173", "http://127.0.0.1:3000", "http://localhost"):
            self.assertEqual(self.get("/healthz", {"Origin": origin}).header("Access-Control-Allow-Origin"), origin)

    def test_pages_of_elsewhere_may_not(self):
        for origin in ("https://app.example", "http://localhost.example:5173", "http://192.168.0.2:5173", "null"):
            self.assertIsNone(self.get("/healthz", {"Origin": origin}).header("Access-Control-Allow-Origin"))


class FieldsOfOneValueTest(prodev.ServerCase):

    def test_fields_that_say_who_asks_for_what_may_come_once(self):
        for name in ("Authorization", "apikey", "Content-Type", "Accept-Profile", "Content-Profile", "Range", "Origin"):
            for second in (name, name.upper()):
                response = self.get("/healthz", [(name, "Bearer a"), (second, "Bearer a")])
                error = self.assert_error(response, 400, "bad_request")
                self.assertIn(name.lower(), error["message"])

    def test_fields_that_are_lists_may_come_in_parts(self):
        lists = [(name, "a") for name in ("Accept", "Prefer", "If-None-Match", "X-Other") for _ in range(2)]
        self.assertEqual(self.get("/healthz", lists).status, 200)


class AnyOriginTest(prodev.ServerCase):
    arguments = ["--cors-origins", "*", "--cors-headers", "x-one,x-two", "--cors-max-age-s", "60"]

    def test_any_origin_is_allowed(self):
        for method, headers in (("GET", ORIGIN), ("OPTIONS", PREFLIGHT)):
            response = self.request(method, "/healthz", headers)
            self.assertEqual(response.header("Access-Control-Allow-Origin"), "*")
            self.assertIsNone(response.header("Access-Control-Allow-Credentials"))
        self.assertEqual(response.header("Access-Control-Allow-Headers"), "x-one, x-two")
        self.assertEqual(response.header("Access-Control-Max-Age"), "60")


if __name__ == "__main__":
    unittest.main()
