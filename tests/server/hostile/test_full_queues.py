"""Two addresses whose requests fill a queue: they are refused, and nobody else is."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from exposition import metric_of  # noqa: E402
from prodev import Client, eventually, make_request  # noqa: E402
from rest import SLOW_FUNCTIONS, RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
""" + SLOW_FUNCTIONS
JSON = {"Content-Type": "application/json"}
QUEUE = 100
PLACES = 90  # of each of the two
ATTACK_S = 3
ONE_READ = "/rest/v1/guest?select=id&name=imatch.(f|g)irst&limit=1"  # on the read lane, and quick
ONE_WRITE = ("/rest/v1/guest", {"name": "x"})


class FullQueues(RestFolderCase):
    def fill(self, lane, request):
        """A server whose `lane` is full of `request`, which two addresses go on sending."""
        server = self.start_project(SCHEMA, "--queue-length", str(QUEUE))
        clients = []
        for number in range(2 * PLACES):
            client = Client(server.port, source=f"127.0.0.{2 + number % 2}")
            self.addCleanup(client.close)
            clients.append(client)
        return server, lambda: self.send_all(server, clients, lane, request)

    def send_all(self, server, clients, lane, request):
        for client in clients:
            client.send(request * 20)  # the next begins when one is answered
        eventually(lambda: self.depth(server, lane) >= QUEUE - 10, "the queue is full", 10)

    def depth(self, server, lane):
        with Client(server.port, source="127.0.0.9") as client:
            return metric_of(client, "prodev_lane_queue_length", lane=lane)

    def test_a_full_queue_of_writes(self):
        request = make_request("POST", "/rest/v1/rpc/dawdle", JSON, b'{"rows":200000}')
        server, attack = self.fill("write", request)
        with Bystanders(server, "/rest/v1/guest?id=eq.1", ONE_WRITE) as others:
            attack()
            time.sleep(ATTACK_S)
            still = self.depth(server, "write")
        others.assert_unharmed(self)
        self.assertGreaterEqual(still, QUEUE // 2)

    def test_a_full_queue_of_reads(self):
        request = make_request("POST", "/rest/v1/rpc/ponder", JSON, b'{"rows":400000}')
        server, attack = self.fill("read", request)
        attack()
        seen = []
        ends = time.monotonic() + ATTACK_S
        while time.monotonic() < ends:
            with Client(server.port, source="127.0.0.8") as other:
                seen.append(other.get(ONE_READ).status)
        self.assertEqual(set(seen), {200})
        self.assertGreaterEqual(self.depth(server, "read"), QUEUE // 2)


if __name__ == "__main__":
    unittest.main()
