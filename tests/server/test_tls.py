"""TLS through the same loops: versions, ALPN, large files, reload, the redirect listener, bad clients."""

import pathlib
import random
import shutil
import signal
import socket
import ssl
import sys
import threading
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import client_context, common_name, make_certificate  # noqa: E402
from exposition import metric_of  # noqa: E402
from prodev import Client, FolderCase, Malformed, Server, ServerCase, eventually, prodev_command  # noqa: E402

LARGE = random.Random(5).randbytes(24 << 20)


class TlsCase(ServerCase):
    extra = []

    @classmethod
    def prepare(cls):
        (cls.folder / "static").mkdir()
        (cls.folder / "static/a.txt").write_bytes(b"over tls")
        (cls.folder / "static/large.bin").write_bytes(LARGE)
        cls.certificate, cls.key = make_certificate(cls.folder, "first", "first")
        cls.arguments = ["--tls-cert", cls.certificate, "--tls-key", cls.key, *cls.extra]

    def connect(self, *trusted, version=None, alpn=("http/1.1",), **options):
        context = client_context(*(trusted or [self.certificate]), version=version, alpn=alpn)
        return super().connect(tls=context, **options)


class Tls(TlsCase):
    extra = ["--redirect-listen", "127.0.0.1:0", "--loops", "2"]

    def metric(self, name):
        return metric_of(self.connect(), name)

    def test_versions_1_2_and_1_3_are_spoken(self):
        for version, name in [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]:
            client = self.connect(version=version)
            self.assertEqual(client.socket.version(), name)
            for _ in range(3):
                self.assertEqual(client.get("/a.txt").body, b"over tls")

    def test_older_versions_are_refused(self):
        context = client_context(self.certificate)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError):
            Client(self.server.port, tls=context)

    def test_only_suites_with_forward_secrecy_are_offered(self):
        context = client_context(self.certificate, version=ssl.TLSVersion.TLSv1_2)
        context.set_ciphers("AES256-GCM-SHA384:AES128-SHA:ECDHE-ECDSA-AES128-SHA")
        with self.assertRaises(OSError):
            Client(self.server.port, tls=context)
        self.assertIn(self.connect(version=ssl.TLSVersion.TLSv1_2).socket.cipher()[0].split("-")[0], ("ECDHE",))

    def test_alpn_picks_http_1_1_and_refuses_clients_that_speak_something_else(self):
        self.assertEqual(self.connect(alpn=["h2", "http/1.1"]).socket.selected_alpn_protocol(), "http/1.1")
        self.assertIsNone(self.connect(alpn=()).socket.selected_alpn_protocol())
        with self.assertRaises(OSError):
            self.connect(alpn=["h2"]).get("/a.txt")

    def test_requests_in_many_records_and_many_requests_in_one_record(self):
        client = self.connect()
        for byte in b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n":
            client.send(bytes([byte]))
        self.assertEqual(client.read_response().body, b"over tls")
        client.send(b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n" * 500)
        for _ in range(500):
            self.assertEqual(client.read_response().body, b"over tls")

    def test_a_head_larger_than_a_record_is_read(self):
        client = self.connect()
        response = client.get("/a.txt", [(f"X-{i}", "v" * 150) for i in range(90)])
        self.assertEqual(response.body, b"over tls")

    def test_a_large_file_arrives_as_it_is(self):
        for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
            client = self.connect(version=version)
            self.assertTrue(client.get("/large.bin").body == LARGE)
            self.assertEqual(client.get("/a.txt").body, b"over tls", "and the connection goes on")

    def test_a_large_file_arrives_at_slow_readers_and_in_ranges(self):
        clients = [self.connect(receive_buffer=8_192) for _ in range(8)]
        for client in clients:
            client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=1000-4001000\r\n\r\n")
        for client in clients:
            response = client.read_response()
            self.assertEqual(response.status, 206)
            self.assertTrue(response.body == LARGE[1_000:4_001_001])

    def test_the_last_response_ends_with_close_notify(self):
        client = self.connect()
        client.socket.suppress_ragged_eofs = False
        response = client.request("GET", "/a.txt", {"Connection": "close"})
        self.assertTrue(response.closes())
        self.assertEqual(client.socket.recv(10), b"", "an end that is not a cut (no SSLEOFError)")

    def test_a_session_is_resumed(self):
        context = client_context(self.certificate)
        first = Client(self.server.port, tls=context)
        first.get("/a.txt")
        raw = socket.create_connection(("127.0.0.1", self.server.port), 30)
        second = context.wrap_socket(raw, server_hostname="localhost", session=first.socket.session)
        self.assertTrue(second.session_reused)
        second.close()
        first.close()

    def test_a_ticket_of_another_process_is_not_taken_and_the_session_is_made_anew(self):
        context = client_context(self.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with Client(self.server.port, tls=context) as first:
            first.get("/a.txt")
            session = first.socket.session
        self.assertEqual(session.ticket_lifetime_hint, 3_600)
        other = self.start_prodev("--tls-cert", self.certificate, "--tls-key", self.key)
        for port, reused in [(self.server.port, True), (other.port, False)]:
            raw = socket.create_connection(("127.0.0.1", port), 30)
            with context.wrap_socket(raw, server_hostname="localhost", session=session) as second:
                self.assertEqual(second.session_reused, reused)

    def test_handshakes_and_failed_ones_are_counted(self):
        done = self.metric("prodev_tls_handshakes_total")
        failed = self.metric("prodev_tls_failures_total")
        for _ in range(5):
            self.connect().get("/a.txt")
        with Client(self.server.port) as client:
            client.send(b"\x16\x03\x01\xff\xff" + b"garbage" * 100)
            self.read_to_end(client)
        eventually(lambda: self.metric("prodev_tls_handshakes_total") >= done + 5, "handshakes are counted")
        eventually(lambda: self.metric("prodev_tls_failures_total") >= failed + 1, "failures are counted")

    @staticmethod
    def read_to_end(client):
        try:
            return client.read_until_close()
        except Malformed:
            return b""  # a reset is an end too

    def test_plain_http_on_the_tls_port_is_not_answered_with_a_file(self):
        for request in [b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n", b"\0" * 100, b"\x80" * 50, b"SSH-2.0-x\r\n"]:
            with Client(self.server.port) as client:
                client.send(request)
                self.assertNotIn(b"over tls", self.read_to_end(client))
        self.assertEqual(self.connect().get("/a.txt").body, b"over tls")

    def test_broken_handshakes_leave_nothing_behind(self):
        self.connect().get("/a.txt")
        before = self.server.open_descriptors()
        hello = b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"r" * 100
        for size in range(0, len(hello), 3):
            with Client(self.server.port) as client:
                client.send(hello[:size])
                client.reset()
        eventually(lambda: self.server.open_descriptors() <= before, "the descriptors are closed")

    def test_strict_transport_security_is_sent_over_tls(self):
        self.assertEqual(self.connect().get("/a.txt").header("Strict-Transport-Security"), "max-age=31536000")

    def test_the_redirect_listener_sends_everything_to_https(self):
        self.assertTrue(any(line.startswith("redirect  http://127.0.0.1:") for line in self.server.lines))
        to = f"https://example.com:{self.server.port}"
        listener = f"example.com:{self.server.redirect_port}"
        for method, target, location in [("GET", "/", "/"), ("GET", "/a%20b?x=%2F&y", "/a%20b?x=%2F&y"),
                                         ("POST", "/form", "/form"), ("HEAD", "/h", "/h"), ("PUT", "/p", "/p"),
                                         ("DELETE", "/d", "/d"), ("GET", "//other.com/x", "//other.com/x")]:
            with Client(self.server.redirect_port) as client:
                response = client.request(method, target, host=listener)
                self.assertEqual(response.status, 308, target)
                self.assertEqual(response.header("Location"), to + location)
                self.assertIsNone(response.header("Strict-Transport-Security"), "it counts over TLS only")

    def test_the_redirect_keeps_ipv6_hosts_and_needs_a_host(self):
        with Client(self.server.redirect_port) as client:
            response = client.request("GET", "/x", host=f"[::1]:{self.server.redirect_port}")
            self.assertEqual(response.header("Location"), f"https://[::1]:{self.server.port}/x")
            self.assertEqual(client.request("GET", "/x", host="").status, 400)

    def test_a_client_of_a_mapped_port_is_sent_to_the_usual_one(self):
        for host in ("example.com", "example.com:80", "[::1]"):
            with Client(self.server.redirect_port) as client:
                location = client.request("GET", "/x", host=host).header("Location")
                self.assertEqual(location, f"https://{host.removesuffix(':80')}/x")

    def test_a_host_that_could_be_read_as_two_is_refused(self):
        for host in ("a:443:80", "a:", "a:b", "a:80@b", "[::1", "a:65536"):
            with Client(self.server.redirect_port) as client:
                status = client.request("GET", "/x", host=host).status
                self.assertEqual(status, 308 if host == "a:" else 400, host)

    def test_the_redirect_listener_answers_certificate_authorities(self):
        challenge = self.folder / "static/.well-known/acme-challenge"
        challenge.mkdir(parents=True)
        (challenge / "token").write_bytes(b"proof")
        with Client(self.server.redirect_port) as client:
            self.assertEqual(client.get("/.well-known/acme-challenge/token").body, b"proof")
            self.assertEqual(client.get("/a.txt").status, 308)


class PublicAddress(TlsCase):
    extra = ["--redirect-listen", "127.0.0.1:0", "--public-url", "https://shop.example:8443/base"]

    def test_the_redirect_names_the_public_address(self):
        with Client(self.server.redirect_port) as client:
            self.assertEqual(client.request("GET", "/x?y", host="evil.example").header("Location"),
                             "https://shop.example:8443/base/x?y")


class SlowHandshake(TlsCase):
    extra = ["--head-timeout-ms", "300"]

    def test_a_handshake_that_does_not_come_is_ended(self):
        with Client(self.server.port) as client:
            client.expect_close()

    def test_a_handshake_in_trickles_is_ended(self):
        with Client(self.server.port) as client:
            client.socket.settimeout(0.05)
            for _ in range(600):
                try:
                    client.socket.sendall(b"\x16\x03\x01\x7f\x7f"[:1])
                    if not client.socket.recv(100):
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return
            self.fail("the server waited for a minute")

    def test_a_client_that_is_silent_after_its_handshake_is_ended(self):
        client = self.connect()
        client.expect_close()


class Reload(FolderCase):
    """SIGHUP takes new certificate files; what is broken is not taken."""

    def setUp(self):
        self.home = self.make_folder()
        (self.home / "static").mkdir()
        (self.home / "static/a.txt").write_bytes(b"a")
        (self.home / "static/large.bin").write_bytes(LARGE)
        self.first = make_certificate(self.home, "first", "first")
        self.second = make_certificate(self.home, "second", "second", "rsa")
        self.live = self.home / "live.crt", self.home / "live.key"
        self.install(self.first)
        self.server = Server(prodev_command(self.home, ["--tls-cert", self.live[0], "--tls-key", self.live[1]]))
        self.addCleanup(self.server.stop)
        self.context = client_context(self.first[0], self.second[0])

    def install(self, pair):
        for source, target in zip(pair, self.live):
            shutil.copyfile(source, target)

    def connect(self):
        client = Client(self.server.port, tls=self.context)
        self.addCleanup(client.close)
        return client

    def reload(self):
        def reports():
            return self.server.stderr_text().count("reloaded")
        before = reports()
        self.server.signal(signal.SIGHUP)
        eventually(lambda: reports() > before, "the log tells of the reload")

    def test_new_connections_get_the_new_certificate_and_old_ones_go_on(self):
        old = [self.connect() for _ in range(4)]
        self.assertEqual({common_name(client) for client in old}, {"first"})
        old[0].send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        old[0].read_exactly(10_000)
        self.install(self.second)
        self.reload()
        eventually(lambda: all(common_name(self.connect()) == "second" for _ in range(4)),
                   "every loop has the new certificate")
        for client in old[1:]:
            self.assertEqual(client.get("/a.txt").body, b"a")
        old[0].read_exactly(20_000_000)

    def test_a_broken_certificate_is_not_taken(self):
        for break_it in [lambda: self.live[0].write_text("not a certificate"), self.live[0].unlink,
                         lambda: shutil.copyfile(self.second[1], self.live[1]),
                         lambda: self.live[1].write_bytes(b"")]:
            self.install(self.first)
            break_it()
            self.reload()
            client = self.connect()
            self.assertEqual(common_name(client), "first")
            self.assertEqual(client.get("/a.txt").body, b"a")
        self.assertIn("the old ones stay in use", self.server.stderr_text())
        self.install(self.second)
        self.reload()
        eventually(lambda: common_name(self.connect()) == "second", "the repaired certificate is taken")

    def test_reloads_under_load_fail_no_request(self):
        stop, problems, served = threading.Event(), [], [0]

        def load():
            try:
                while not stop.is_set():
                    with Client(self.server.port, tls=self.context) as client:
                        for _ in range(5):
                            if client.get("/a.txt").body != b"a":
                                problems.append("a wrong answer")
                            served[0] += 1
            except (AssertionError, OSError) as error:
                problems.append(repr(error))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(10):
            self.install([self.second, self.first][turn % 2])
            self.reload()
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])
        self.assertGreater(served[0], 20)

    def test_without_tls_a_hangup_changes_nothing(self):
        server = self.start_prodev()
        server.signal(signal.SIGHUP)
        with Client(server.port) as client:
            self.assertEqual(client.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
