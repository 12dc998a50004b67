"""The lanes: writes that commit together, queues that are full, requests that wait."""

import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402


class LaneCase(prodev.ProbeCase):

    def figure(self, path):
        return int(self.get(path).body)

    def wait_for_held(self, count):
        prodev.eventually(lambda: self.figure("/waiting") == count, f"{count} requests held")

    def release(self):
        self.request("POST", "/release")

    def send(self, target):
        """A connection on which a request for `target` is on its way."""
        client = self.connect()
        client.send(prodev.make_request("GET", target))
        return client


class WriteLaneTest(LaneCase):
    """With one loop, so that requests are queued in the order in which they were sent."""

    arguments = ["--loops", "1"]

    def queue_behind_a_held_write(self, targets):
        first = self.send("/write?hold=1")
        self.wait_for_held(1)
        clients = [self.send(target) for target in targets]
        self.get("/ok")  # the loop has read those before it
        self.assertTrue(clients[0].is_silent(0.05))
        self.release()
        return first.read_response(), [client.read_response() for client in clients]

    def test_writes_that_queued_up_commit_together_in_order(self):
        before = self.figure("/committed")
        first, responses = self.queue_behind_a_held_write(["/write"] * 20)
        batch = int(first.body.split()[0])
        self.assertEqual([r.body for r in responses],
                         [b"%d %d" % (batch + 1, number) for number in range(1, 21)])
        self.assertEqual(self.figure("/committed"), before + 21)

    def test_when_a_commit_fails_every_write_of_the_batch_gets_503_and_none_stays(self):
        before = self.figure("/committed")
        first, responses = self.queue_behind_a_held_write(["/write"] * 5 + ["/write?fail=1"] +
                                                          ["/write"] * 5)
        self.assertEqual(first.status, 200)
        for response in responses:
            self.assert_error(response, 503, "unavailable")
            self.assertEqual(response.header("Retry-After"), "1")
            self.assertFalse(response.closes())
        self.assertEqual(self.figure("/committed"), before + 1)
        self.assertEqual(self.get("/write").status, 200)

    def test_reads_do_not_wait_for_writes(self):
        first = self.send("/write?hold=1")
        self.wait_for_held(1)
        self.assertEqual(self.get("/ok").body, b"ok")
        self.assertEqual(self.get("/slow?ms=1").body, b"slow")
        self.release()
        self.assertEqual(first.read_response().status, 200)

    def test_a_write_whose_client_has_gone_is_still_made(self):
        before = self.figure("/committed")
        first = self.send("/write?hold=1")
        self.wait_for_held(1)
        gone = [self.send("/write") for _ in range(4)]
        self.get("/ok")
        for client in gone[:2]:
            client.reset()
        for client in gone[2:]:
            client.close()
        self.get("/ok")
        self.release()
        self.assertEqual(first.read_response().status, 200)
        prodev.eventually(lambda: self.figure("/committed") == before + 5, "all five are committed")


class FullQueueTest(LaneCase):
    arguments = ["--queue-length", "5", "--blocking-threads", "1"]

    def check_full_queue(self, holding, waiting):
        first = self.send(holding)
        self.wait_for_held(1)
        clients = [self.send(waiting) for _ in range(12)]
        refused = []
        for client in clients:
            if not client.is_silent(0.1):
                refused.append(client)
        self.assertEqual(len(refused), 7)
        for client in refused:
            response = client.read_response()
            self.assert_error(response, 503, "busy")
            self.assertEqual(response.header("Retry-After"), "1")
            self.assertEqual(client.get("/ok").body, b"ok")
        self.release()
        self.assertEqual(first.read_response().status, 200)
        for client in clients:
            if client not in refused:
                self.assertEqual(client.read_response().status, 200)

    def test_a_full_write_queue_answers_503(self):
        self.check_full_queue("/write?hold=1", "/write")

    def test_a_full_blocking_queue_answers_503(self):
        self.check_full_queue("/hold", "/slow?ms=1")


class StopTest(prodev.FolderCase):
    """Servers that are stopped while requests are in their lanes."""

    def start_probe(self, *arguments):
        server = prodev.Server([prodev.binary_path("probe_server"), *map(str, arguments)])
        self.addCleanup(server.kill)
        return server

    def test_requests_in_a_lane_are_answered_before_the_server_ends(self):
        server = self.start_probe()
        clients = [prodev.Client(server.port) for _ in range(8)]
        for client in clients:
            self.addCleanup(client.close)
            client.send(prodev.make_request("GET", "/slow?ms=400"))
        with prodev.Client(server.port) as other:
            other.get("/ok")
        server.signal(signal.SIGTERM)
        for client in clients:
            response = client.read_response()
            self.assertEqual(response.body, b"slow")
            self.assertTrue(response.closes())
        server.stop()

    def test_a_server_that_stops_without_waiting_ends_well_under_load(self):
        server = self.start_probe("--drain-timeout-ms", 0, "--blocking-threads", 2)
        clients = [prodev.Client(server.port) for _ in range(20)]
        requests = [prodev.make_request("GET", target) * 50
                    for target in ("/write", "/slow?ms=2", "/stream?mb=1", "/ok")]
        for number, client in enumerate(clients):
            self.addCleanup(client.close)
            client.send(requests[number % len(requests)])
        server.stop()


if __name__ == "__main__":
    unittest.main()
