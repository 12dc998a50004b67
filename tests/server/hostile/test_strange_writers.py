"""Slow writes from a thousand addresses that nobody knows: those who write little do not wait for them."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from exposition import metric_of  # noqa: E402
from prodev import Client, is_sanitized, make_request  # noqa: E402
from rest import SLOW_FUNCTIONS, RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
""" + SLOW_FUNCTIONS
JSON = {"Content-Type": "application/json"}
HOLD_MS = 100
ADDRESSES = 200 if is_sanitized() else 1_100
WRITES = 6
LIMIT_S = 2.0  # several times write_hold_ms, for a busy machine; all of the slow ones take 100 s


class StrangeWriters(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(SCHEMA, "--write-hold-ms", str(HOLD_MS), "--queue-length", "4000",
                                         "--max-connections", "4000")

    def write(self, source):
        began = time.monotonic()
        with Client(self.server.port, source=source) as client:
            self.assertEqual(client.request("POST", "/rest/v1/guest", JSON, b'{"name":"x"}').status, 201)
        return time.monotonic() - began

    def attack(self):
        """One slow write of each address, at once."""
        for number in range(ADDRESSES):
            client = Client(self.server.port, source=f"127.4.{1 + number // 200}.{1 + number % 200}")
            self.addCleanup(client.reset)
            client.send(make_request("POST", "/rest/v1/rpc/dawdle", JSON, b'{"rows":1000000000}'))

    def check(self, sources):
        self.attack()
        took = [self.write(source) for source in sources]
        self.assertLess(max(took), LIMIT_S, took)
        with Client(self.server.port, source="127.0.0.9") as client:
            waiting = metric_of(client, "prodev_lane_queue_length", lane="write")
        self.assertGreater(waiting, ADDRESSES / 2)  # the attack goes on

    def test_who_wrote_before_does_not_wait(self):
        for _ in range(3):
            self.write("127.0.0.2")
        self.check(["127.0.0.2"] * WRITES)

    def test_who_was_never_seen_does_not_wait(self):
        self.write("127.0.0.2")
        self.check([f"127.0.1.{number}" for number in range(1, WRITES + 1)])


if __name__ == "__main__":
    unittest.main()
