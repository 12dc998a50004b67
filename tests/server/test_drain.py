"""SIGTERM and SIGINT: no request that was accepted is lost, and the process ends in bounded time."""

import errno
import pathlib
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hammer import Hammer  # noqa: E402
from prodev import Client, FolderCase, Malformed, ProbeCase, Server, binary_path, eventually  # noqa: E402

BODY = b"drained " * 20
LARGE = bytes(range(256)) * (96 << 10)  # 24 MB: more than the kernel buffers between two sockets


class DrainCase(FolderCase):
    def start(self, *arguments, checked=True):
        folder = self.make_folder()
        (folder / "static").mkdir()
        (folder / "static/a.txt").write_bytes(BODY)
        (folder / "static/large.bin").write_bytes(LARGE)
        return self.start_prodev(*arguments, folder=folder, checked=checked)

    def connect(self, server, **options):
        client = Client(server.port, **options)
        self.addCleanup(client.close)
        return client

    def half_read(self, server):
        """A client that has read the beginning of a large response."""
        client = self.connect(server, receive_buffer=4_096)
        client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
        client.read_until(b"\r\n\r\n")
        return client

    def until_drains(self, server):
        eventually(lambda: "draining" in server.stderr_text(), "the server drains")


class UnderLoad(DrainCase):
    def test_no_request_on_an_accepted_connection_fails(self):
        """Keep-alive clients without pause: after the signal each gets whole answers until it is told to
        close, and no connection is cut."""
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]:
            server = self.start("--loops", "2")
            with Hammer(server.port, BODY, keep_alive=16, one_shot=0) as hammer:
                eventually(lambda: hammer.served > 500, "the load runs")
                hammer.do_not_return()
                server.signal(number)
                hammer.wait()  # each thread asks until its answer says that it is the last
                self.assertEqual(hammer.problems, [])
            self.assertEqual(server.wait(), 0)

    def test_pipelined_requests_that_were_sent_before_the_signal_are_all_answered(self):
        server = self.start("--loops", "1")
        clients = [self.connect(server) for _ in range(8)]
        count = 400
        for client in clients:
            client.send(b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n" * count)
            self.assertEqual(client.read_response().body, BODY)
        server.signal(signal.SIGTERM)
        for client in clients:
            answered = 1
            while True:
                response = client.read_response()
                self.assertEqual(response.body, BODY)
                answered += 1
                if answered == count or response.closes():
                    break
            if not response.closes():
                client.expect_close()
            self.assertGreater(answered, 1)
        self.assertEqual(server.wait(), 0)

    def test_connections_that_wait_to_be_accepted_are_served(self):
        """The server is stopped, clients connect and send, then it gets SIGTERM and goes on."""
        server = self.start("--loops", "1")
        server.signal(signal.SIGSTOP)
        try:
            clients = [self.connect(server) for _ in range(300)]
            for client in clients:
                client.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n")
            server.signal(signal.SIGTERM)
        finally:
            server.signal(signal.SIGCONT)
        for client in clients:
            response = client.read_response()
            self.assertEqual(response.body, BODY)
            client.expect_close()
        self.assertEqual(server.wait(), 0)

    def test_the_process_ends_as_soon_as_the_last_answer_is_sent(self):
        server = self.start()
        self.connect(server).get("/a.txt")
        begin = time.monotonic()
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)
        self.assertLess(time.monotonic() - begin, 10, "an idle connection does not hold it for its idle timeout")


class Unfinished(DrainCase):
    def test_a_large_response_to_a_slow_reader_is_finished(self):
        server = self.start()
        client = self.half_read(server)
        server.signal(signal.SIGTERM)
        self.until_drains(server)
        self.assertTrue(client.read_exactly(len(LARGE)) == LARGE)
        client.expect_close()
        self.assertEqual(server.wait(), 0)

    def test_a_request_that_has_begun_is_answered(self):
        server = self.start()
        client = self.connect(server)
        client.get("/a.txt")
        client.send("GET /a.txt HT")
        self.connect(server).get("/a.txt")
        server.signal(signal.SIGTERM)
        self.until_drains(server)
        client.send("TP/1.1\r\nHost: h\r\n\r\n")
        response = client.read_response()
        self.assertEqual((response.body, response.closes()), (BODY, True))
        client.expect_close()
        self.assertEqual(server.wait(), 0)

    def test_readiness_is_refused_while_draining(self):
        server = self.start()
        client = self.half_read(server)
        other = self.connect(server)
        other.get("/a.txt")
        other.send("GET /readyz HT")
        self.connect(server).get("/a.txt")
        server.signal(signal.SIGTERM)
        self.until_drains(server)
        other.send("TP/1.1\r\nHost: h\r\n\r\n")
        self.assert_error(other.read_response(), 503, "not_ready")
        client.read_exactly(len(LARGE))
        self.assertEqual(server.wait(), 0)

    def test_new_connections_are_refused_while_draining(self):
        server = self.start()
        client = self.half_read(server)
        server.signal(signal.SIGTERM)
        self.until_drains(server)

        def refused():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", server.port)) == errno.ECONNREFUSED
        eventually(refused, "the port is closed")
        client.read_exactly(len(LARGE))
        self.assertEqual(server.wait(), 0)

    def test_a_reader_that_never_reads_holds_the_process_for_the_drain_timeout_only(self):
        server = self.start("--drain-timeout-ms", "500")
        client = self.half_read(server)
        begin = time.monotonic()
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)
        self.assertGreater(time.monotonic() - begin, 0.4)
        self.assertIn("connections still open", server.stderr_text())
        with self.assertRaises(Malformed):
            client.read_exactly(len(LARGE))

    def test_a_second_signal_ends_the_process_at_once(self):
        server = self.start("--drain-timeout-ms", "1h")
        self.half_read(server)
        server.signal(signal.SIGTERM)
        self.until_drains(server)
        self.assertIsNone(server.process.poll())
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)

    def test_signals_at_any_moment_of_the_end_do_not_change_the_exit_code(self):
        for _ in range(10):
            server = self.start("--log-level", "error")
            while server.process.poll() is None:
                server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)

    def test_a_control_socket_is_not_left_behind(self):
        server = self.start()
        control = pathlib.Path(server.command[server.command.index("--dir") + 1]) / "data/control.sock"
        self.assertTrue(control.exists())
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)
        self.assertFalse(control.exists())


class Lanes(ProbeCase):
    """Of the probe server, which has routes that take their time."""

    def test_slow_requests_in_a_lane_are_finished(self):
        server = Server([binary_path("probe_server"), "--body-directory", self.folder])
        self.addCleanup(server.kill)
        clients = [Client(server.port) for _ in range(4)]
        answers = []
        for client in clients:
            self.addCleanup(client.close)
            client.send("GET /slow?ms=700 HTTP/1.1\r\nHost: h\r\n\r\n")
        eventually(lambda: self.in_lane(server) >= 4, "all have arrived")
        server.signal(signal.SIGTERM)
        readers = [threading.Thread(target=lambda c=client: answers.append(c.read_response()))
                   for client in clients]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        self.assertEqual([answer.status for answer in answers], [200] * 4)
        self.assertTrue(all(answer.closes() for answer in answers))
        self.assertEqual(server.wait(), 0)

    @staticmethod
    def in_lane(server):
        """How many connections the server has taken: those that it reads no more of are in a lane."""
        with open(f"/proc/{server.pid}/net/tcp", encoding="ascii") as table:
            rows = [row.split() for row in table][1:]
        local = f":{server.port:04X}"
        return sum(row[1].endswith(local) and row[3] == "01" and row[4].endswith(":00000000") for row in rows)


if __name__ == "__main__":
    unittest.main()
