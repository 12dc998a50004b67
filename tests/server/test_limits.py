"""Limits: of heads, of connections in all and per client, of descriptors."""

import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402


class HeadLimitTest(prodev.ProbeCase):
    arguments = ["--max-head-bytes", 4_000, "--max-target-bytes", 1_000, "--max-headers", 20]

    def head_of(self, size):
        """A request whose head has `size` bytes."""
        empty = prodev.make_request("GET", "/ok", {"A": ""})
        return prodev.make_request("GET", "/ok", {"A": "a" * (size - len(empty))})

    def test_a_head_of_exactly_the_limit_is_taken_and_one_more_byte_is_431(self):
        client = self.connect()
        client.send(self.head_of(4_000))
        self.assertEqual(client.read_response().status, 200)
        client.send(self.head_of(4_001))
        self.assert_error(client.read_response(), 431)
        client.expect_close()

    def test_a_head_without_end_is_431_as_soon_as_it_is_too_large(self):
        client = self.connect()
        client.send(b"GET /ok HTTP/1.1\r\nHost: a\r\nA: " + b"a" * 4_000)
        self.assert_error(client.read_response(), 431)
        client.expect_close()

    def test_the_limit_of_fields_is_exact(self):
        client = self.connect()
        fields = [(f"A{number}", "b") for number in range(19)]  # and Host
        self.assertEqual(client.get("/ok", fields).status, 200)
        self.assert_error(client.get("/ok", fields + [("B", "c")]), 431)
        client.expect_close()

    def test_a_target_of_exactly_the_limit_is_taken_and_one_more_byte_is_414(self):
        client = self.connect()
        target = "/ok?" + "q" * 996
        self.assertEqual(client.get(target).status, 200)
        self.assert_error(client.get(target + "q"), 414)
        client.expect_close()

    def test_a_request_line_without_end_is_414(self):
        client = self.connect()
        client.send(b"GET /" + b"a" * 5_000)
        self.assert_error(client.read_response(), 414)
        client.expect_close()

    def test_many_pipelined_heads_together_may_be_larger_than_the_limit(self):
        client = self.connect()
        client.send(self.head_of(3_000) * 40)
        for _ in range(40):
            self.assertEqual(client.read_response().status, 200)


class ConnectionLimitTest(prodev.ProbeCase):
    arguments = ["--max-connections", 30, "--max-connections-per-client", 10]

    def fill(self, count, source):
        clients = [self.connect(source=source) for _ in range(count)]
        for client in clients:
            self.assertEqual(client.get("/ok").status, 200)
        return clients

    def assert_turned_away(self, source, status):
        with prodev.Client(self.server.port, source=source) as client:
            response = client.read_response()
            self.assert_error(response, status)
            self.assertTrue(response.closes())
            self.assertEqual(response.header("Retry-After"), "1")
            client.expect_close()

    def assert_let_in(self, source):
        def answered():
            try:
                with prodev.Client(self.server.port, source=source) as client:
                    return client.get("/ok").status == 200
            except (prodev.Malformed, OSError):
                return False
        prodev.eventually(answered, "a connection is let in again")

    def test_a_client_over_its_limit_gets_429_and_others_are_served(self):
        clients = self.fill(10, "127.0.0.2")
        self.assert_turned_away("127.0.0.2", 429)
        self.assert_let_in("127.0.0.3")
        self.assertEqual(clients[0].get("/ok").status, 200)
        clients[0].close()
        self.assert_let_in("127.0.0.2")

    def test_a_connection_over_the_limit_of_all_gets_503(self):
        clients = [self.fill(10, f"127.0.1.{host}") for host in (1, 2, 3)]
        self.assert_turned_away("127.0.1.4", 503)
        self.assertEqual(clients[0][0].get("/ok").status, 200)
        clients[2][9].close()
        self.assert_let_in("127.0.1.4")

    def test_a_client_that_sends_at_once_still_reads_the_refusal(self):
        clients = self.fill(10, "127.0.0.4")
        for _ in range(20):
            with prodev.Client(self.server.port, source="127.0.0.4") as client:
                try:
                    client.send(prodev.make_request("GET", "/ok"))
                except OSError:
                    pass
                self.assertEqual(client.read_response().status, 429)
        self.assertEqual(clients[0].get("/ok").status, 200)


class ThousandsTest(prodev.ProbeCase):
    """Thousands of connections at once."""

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.count = min(1_000 if prodev.is_sanitized() else 4_000, hard - 200)

    def test_thousands_of_connections_are_served_and_cost_little(self):
        before = self.server.status_bytes("VmRSS")
        clients = [self.connect() for _ in range(self.count)]
        for client in clients:
            client.send(prodev.make_request("GET", "/ok"))
        for client in clients:
            self.assertEqual(client.read_response().body, b"ok")
        if not prodev.is_sanitized():
            grown = self.server.status_bytes("VmRSS") - before
            self.assertLess(grown / self.count, 6_000, "bytes an idle connection")
        for client in clients[::7]:
            self.assertEqual(client.get("/ok").body, b"ok")

    def test_connections_that_had_to_wait_for_their_reader_hold_no_buffers_afterwards(self):
        count = 200  # so that what the allocator keeps for itself does not weigh
        clients = [self.connect(receive_buffer=65_536) for _ in range(count)]
        for client in clients:
            self.assertEqual(client.get("/ok").body, b"ok")
        before = self.server.status_bytes("VmRSS")
        for client in clients:
            client.send(prodev.make_request("GET", "/big?bytes=16000") * 300)
        for client in clients:
            for _ in range(300):
                self.assertEqual(len(client.read_response().body), 16_000)
        if not prodev.is_sanitized():
            grown = self.server.status_bytes("VmRSS") - before
            self.assertLess(grown / count, 40_000, "bytes a connection")


class DescriptorTest(prodev.ProbeCase):

    def test_a_server_out_of_descriptors_serves_those_it_has_and_lets_others_in_later(self):
        first = self.connect()
        self.assertEqual(first.get("/ok").status, 200)
        limit = self.server.open_descriptors() + 10
        resource.prlimit(self.server.pid, resource.RLIMIT_NOFILE, (limit, 20_000))
        clients = [self.connect() for _ in range(30)]
        for client in clients:
            client.send(prodev.make_request("GET", "/ok"))
        served = []
        def find_served():
            for client in clients:
                if client not in served and not client.is_silent(0.001):
                    served.append(client)
            return len(served) >= 5
        prodev.eventually(find_served, "some are served")
        self.assertLess(len(served), 15)
        self.assertEqual(first.get("/ok").status, 200)
        while clients:
            for client in served:
                self.assertEqual(client.read_response().body, b"ok")
                client.close()
                clients.remove(client)
            served.clear()
            if clients:
                prodev.eventually(lambda: find_served() or served, "those that waited are served")


if __name__ == "__main__":
    unittest.main()
