"""`prodev serve --takeover`: a new process takes the listening sockets, the old one drains, and no client
sees anything of it."""

import pathlib
import signal
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import client_context, make_certificate  # noqa: E402
from hammer import Hammer  # noqa: E402
from prodev import Client, FolderCase, Server, eventually, is_sanitized, prodev_command, run_prodev  # noqa: E402

BODY = b"taken over " * 20
LARGE = bytes(range(256)) * (96 << 10)


class Takeover(FolderCase):
    def setUp(self):
        self.home = self.make_folder()
        (self.home / "static").mkdir()
        (self.home / "static/a.txt").write_bytes(BODY)
        (self.home / "static/large.bin").write_bytes(LARGE)

    def start(self, *arguments):
        server = Server(prodev_command(self.home, arguments))
        self.addCleanup(server.kill)
        return server

    def take_over(self, *arguments):
        return self.start("--takeover", *arguments)

    def assert_ends_well(self, server):
        self.assertEqual(server.wait(), 0, server.stderr_text())
        self.assertNotIn("Sanitizer", server.stderr_text())

    def chain(self, count, loops, **clients):
        """`count` takeovers in a row under load; `loops`: of each server in turn."""
        server = self.start("--loops", loops[0])
        with Hammer(server.port, BODY, **clients) as hammer:
            eventually(lambda: hammer.served > 200, "the load runs")
            for turn in range(count):
                old, server = server, self.take_over("--loops", loops[(turn + 1) % len(loops)])
                self.assertEqual(server.port, old.port)
                self.assert_ends_well(old)
                served = hammer.served
                eventually(lambda: hammer.served > served + 200, "the successor serves")
            hammer.stop()
            self.assertEqual(hammer.problems, [])
        server.signal(signal.SIGTERM)
        self.assert_ends_well(server)

    def test_several_takeovers_in_a_row_fail_no_request(self):
        self.chain(3 if is_sanitized() else 6, loops=[2], keep_alive=8, one_shot=8)

    def test_the_number_of_loops_may_change(self):
        self.chain(4, loops=[1, 4, 2], keep_alive=4, one_shot=8)

    def test_a_burst_of_connections_right_after_the_takeover_is_served(self):
        old = self.start("--loops", "1")
        successor = self.take_over("--loops", "1")
        clients = [Client(successor.port) for _ in range(50)]
        for client in clients:
            self.addCleanup(client.close)
            client.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n")
        for client in clients:
            self.assertEqual(client.read_response().body, BODY)
        self.assert_ends_well(old)
        successor.signal(signal.SIGTERM)
        for client in clients:
            client.close()
        self.assert_ends_well(successor)

    def test_a_response_on_its_way_is_finished_by_the_old_process(self):
        old = self.start()
        client = Client(old.port, receive_buffer=4_096)
        self.addCleanup(client.close)
        client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        client.read_until(b"\r\n\r\n")
        successor = self.take_over()
        with Client(successor.port) as other:
            self.assertEqual(other.get("/a.txt").body, BODY)
        self.assertIsNone(old.process.poll(), "it waits for its reader")
        self.assertTrue(client.read_exactly(len(LARGE)) == LARGE)
        client.close()
        self.assert_ends_well(old)
        successor.stop()

    def test_tls_and_the_redirect_listener_are_taken_over_too(self):
        certificate, key = make_certificate(self.home, "c")
        tls = ["--tls-cert", certificate, "--tls-key", key, "--redirect-listen", "127.0.0.1:0"]
        server = self.start(*tls)
        context = client_context(certificate)
        with Hammer(server.port, BODY, keep_alive=2, one_shot=4, tls=context) as hammer:
            eventually(lambda: hammer.served > 20, "the load runs")
            for _ in range(2):
                old, server = server, self.take_over(*tls)
                self.assertEqual((server.port, server.redirect_port), (old.port, old.redirect_port))
                self.assert_ends_well(old)
            hammer.stop()
            self.assertEqual(hammer.problems, [])
        with Client(server.redirect_port) as client:
            host = f"localhost:{server.redirect_port}"
            self.assertEqual(client.request("GET", "/x", host=host).header("Location"), f"https://localhost:{server.port}/x")
        server.stop()

    def test_a_redirect_listener_that_the_predecessor_had_not_is_opened(self):
        certificate, key = make_certificate(self.home, "c")
        tls = ["--tls-cert", certificate, "--tls-key", key]
        old = self.start(*tls)
        server = self.take_over(*tls, "--redirect-listen", "127.0.0.1:0")
        self.assert_ends_well(old)
        with Client(server.redirect_port) as client:
            self.assertEqual(client.get("/x").status, 308)
        server.stop()

    def test_a_redirect_listener_that_the_successor_has_not_is_closed(self):
        certificate, key = make_certificate(self.home, "c")
        tls = ["--tls-cert", certificate, "--tls-key", key]
        old = self.start(*tls, "--redirect-listen", "127.0.0.1:0")
        server = self.take_over(*tls)
        self.assert_ends_well(old)
        self.assertIsNone(server.redirect_port)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", old.redirect_port), 30)
        server.stop()

    def test_new_settings_count_after_a_takeover(self):
        old = self.start()
        server = self.take_over("--static-max-age-s", "60")
        self.assert_ends_well(old)
        with Client(server.port) as client:
            self.assertEqual(client.get("/a.txt").header("Cache-Control"), "public, max-age=60")
        server.stop()

    def test_without_a_predecessor_it_is_an_error(self):
        done = run_prodev("serve", "--dir", self.home, "--takeover")
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertRegex(done.stderr, r"\Aprodev: no running prodev [^\n]*--takeover\n\Z")
        self.start().kill()
        done = run_prodev("serve", "--dir", self.home, "--takeover")
        self.assertEqual(done.returncode, 1, "a socket that a killed server left is no predecessor")

    def test_a_successor_that_cannot_start_leaves_the_old_process_in_place(self):
        old = self.start()
        with Hammer(old.port, BODY, keep_alive=2, one_shot=2) as hammer:
            for arguments in [["--tls-cert", "none", "--tls-key", "none"], ["--static", self.home / "none"]]:
                done = run_prodev("serve", "--dir", self.home, "--takeover", *arguments)
                self.assertEqual(done.returncode, 1, done)
            hammer.stop()
            self.assertEqual(hammer.problems, [])
        self.assertIsNone(old.process.poll())
        server = self.take_over()
        self.assert_ends_well(old)
        server.stop()

    def test_a_successor_that_dies_before_it_serves_leaves_the_old_process_in_place(self):
        old = self.start()
        with self.control() as control:
            control.send(b"listeners")
        with Client(old.port) as client:
            self.assertEqual(client.get("/a.txt").body, BODY)
        for nonsense in [b"", b"x", b"drainage", b"\0" * 60, b"listeners\n"]:
            with self.control() as control:
                control.send(nonsense)
        with Client(old.port) as client:
            self.assertEqual(client.get("/a.txt").body, BODY)
        server = self.take_over()
        self.assert_ends_well(old)
        server.stop()

    def control(self):
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(30)
        control.connect(str(self.home / "data/control.sock"))
        return control


if __name__ == "__main__":
    unittest.main()
