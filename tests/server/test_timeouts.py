"""Clients that are slow, silent or do not read."""

import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402


class Trickle:
    """Sends `data` a byte at a time on a thread of its own until the server has had enough."""

    def __init__(self, client, data, pause_s):
        self._client, self._data, self._pause_s = client, data, pause_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            for byte in self._data:
                if self._done.wait(self._pause_s):
                    return
                self._client.socket.sendall(bytes([byte]))
        except OSError:
            pass  # closed by the server

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()


class TimeoutTest(prodev.ProbeCase):
    arguments = ["--head-timeout-ms", 600, "--body-timeout-ms", 600, "--idle-timeout-ms", 900,
                 "--write-timeout-ms", 900]

    def assert_within(self, started, least_s, most_s=10.0):
        elapsed = time.monotonic() - started
        self.assertGreaterEqual(elapsed, least_s)
        self.assertLess(elapsed, most_s)

    def test_a_head_that_does_not_end_in_time_is_answered_408(self):
        client = self.connect()
        started = time.monotonic()
        client.send(b"GET /ok HTTP/1.1\r\nHo")
        response = client.read_response()
        self.assert_within(started, 0.6)
        self.assert_error(response, 408, "request_timeout")
        client.expect_close()

    def test_a_head_that_trickles_is_answered_408(self):
        client = self.connect()
        started = time.monotonic()
        with Trickle(client, b"GET /ok HTTP/1.1\r\nHost: " + b"a" * 10_000, 0.05):
            self.assert_error(client.read_response(), 408)
        self.assert_within(started, 0.6)

    def test_a_second_head_that_does_not_end_in_time_is_answered_408(self):
        client = self.connect()
        client.send(prodev.make_request("GET", "/ok") + b"GET ")
        self.assertEqual(client.read_response().status, 200)
        self.assert_error(client.read_response(), 408)

    def test_a_body_that_does_not_come_in_time_is_answered_408(self):
        for framing, first in (("Content-Length: 5", b"hell"), ("Transfer-Encoding: chunked", b"5\r\nhell")):
            client = self.connect()
            started = time.monotonic()
            client.send(f"POST /echo HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n".encode() + first)
            self.assert_error(client.read_response(), 408, "request_timeout")
            self.assert_within(started, 0.6)
            client.expect_close()

    def test_a_body_that_trickles_is_answered_408(self):
        client = self.connect()
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n")
        with Trickle(client, b"x" * 10_000, 0.05):
            self.assert_error(client.read_response(), 408)

    def test_a_slow_body_that_makes_progress_is_taken(self):
        client = self.connect()
        client.send(b"POST /body-info HTTP/1.1\r\nHost: a\r\nContent-Length: 40960\r\n\r\n")
        started = time.monotonic()
        for _ in range(20):
            client.send(b"x" * 2_048)
            time.sleep(0.06)
        self.assert_within(started, 1.2)  # twice what a silent body is given
        self.assertEqual(client.read_response().json()["size"], 40_960)

    def test_an_idle_connection_is_closed_without_a_word(self):
        client = self.connect()
        self.assertEqual(client.get("/ok").status, 200)
        started = time.monotonic()
        client.expect_close()
        self.assert_within(started, 0.8)

    def test_a_connection_that_never_says_anything_is_closed_without_a_word(self):
        client = self.connect()
        started = time.monotonic()
        client.expect_close()
        self.assert_within(started, 0.5)

    def test_a_request_that_runs_long_is_not_cut_off(self):
        client = self.connect()
        self.assertEqual(client.get("/slow?ms=1500").body, b"slow")
        self.assertEqual(client.get("/ok").body, b"ok")

    def test_a_refused_client_that_goes_on_sending_is_cut_off(self):
        client = self.connect()
        client.send(b"BAD\r\n\r\n")
        self.assertEqual(client.read_response().status, 400)
        client.expect_close()
        started = time.monotonic()
        with self.assertRaises(OSError):
            while time.monotonic() - started < prodev.DEADLINE_S:
                client.send(b"x")
                time.sleep(0.05)
        self.assert_within(started, 0.0)


class SlowReaderTest(prodev.ProbeCase):
    arguments = ["--write-timeout-ms", 1_000, "--output-buffer-bytes", 65_536]

    def test_a_client_that_does_not_read_is_cut_off_and_costs_no_memory(self):
        before = self.server.status_bytes("VmRSS")
        open_before = self.server.open_descriptors()
        clients = [self.connect(receive_buffer=4_096) for _ in range(10)]
        for client in clients:
            client.send(prodev.make_request("GET", "/stream?mb=200"))
        prodev.eventually(lambda: self.server.open_descriptors() >= open_before + 10, "ten connections")
        peak = before
        def cut_off():
            nonlocal peak
            peak = max(peak, self.server.status_bytes("VmRSS"))
            return self.server.open_descriptors() <= open_before
        prodev.eventually(cut_off, "the connections are cut off")
        self.assertLess(peak - before, 16 << 20, "of 2 GB of responses")
        with self.assertRaises(prodev.Malformed):
            clients[0].read_response()  # cut short, and recognisable as such

    def test_a_client_that_reads_slowly_but_steadily_gets_everything(self):
        client = self.connect(receive_buffer=65_536)
        client.send(prodev.make_request("GET", "/stream?mb=8"))
        started = time.monotonic()
        while time.monotonic() - started < 2.0:  # twice the write timeout
            client.buffer += client.socket.recv(65_536)
            time.sleep(0.05)
        self.assertEqual(len(client.read_response().body), 8 << 20)

    def test_requests_of_a_client_that_does_not_read_are_not_piled_up(self):
        before = self.server.status_bytes("VmRSS")
        client = self.connect(receive_buffer=4_096)
        client.socket.setblocking(False)
        request = prodev.make_request("GET", "/big?bytes=16000") * 100
        sent = 0
        try:
            while sent < 256 << 20:
                sent += client.socket.send(request)
        except BlockingIOError:
            pass  # the server has stopped reading
        self.assertLess(sent, 32 << 20)
        self.assertLess(self.server.status_bytes("VmRSS") - before, 16 << 20)

    def test_a_stream_that_fails_cuts_the_response_short(self):
        client = self.connect()
        client.send(prodev.make_request("GET", "/stream?mb=1&fail=1"))
        with self.assertRaises(prodev.Malformed):
            client.read_response()


class TrickleTest(prodev.ProbeCase):
    """With an output buffer that does not fill up, so that the server goes on reading."""

    arguments = ["--write-timeout-ms", 1_000, "--output-buffer-bytes", 64 << 20]

    def test_a_client_that_sends_a_little_and_reads_nothing_is_cut_off(self):
        open_before = self.server.open_descriptors()
        client = self.connect(receive_buffer=4_096)
        client.send(prodev.make_request("GET", "/big?bytes=16000") * 600)  # more than sockets hold
        with Trickle(client, b"GET /ok HTTP/1.1\r\nHost: " + b"a" * 10_000, 0.1):
            prodev.eventually(lambda: self.server.open_descriptors() > open_before, "the connection")
            prodev.eventually(lambda: self.server.open_descriptors() <= open_before, "it is cut off", 15)


if __name__ == "__main__":
    unittest.main()
