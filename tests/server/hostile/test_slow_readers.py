"""Clients of many addresses that take their answers slowly: these hold room, but nobody else's."""

import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client, eventually, make_request  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE random (id INTEGER PRIMARY KEY, body TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY items ON item USING (true) WITH CHECK (true);
CREATE POLICY randoms ON random USING (true);
INSERT INTO item WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 15000)
  SELECT n, hex(zeroblob(50)) FROM n;
INSERT INTO random VALUES (1, hex(randomblob(450000)));
"""
MIB = 1 << 20
IN_MEMORY = "/rest/v1/item?limit=1900"  # 240 KB
IN_A_FILE = "/rest/v1/item?limit=15000"  # 1.9 MB
ONE_VALUE = "/rest/v1/random"  # 900 KB, in memory
ATTACK_S = 3
ONE_WRITE = ("/rest/v1/guest", {"name": "x"})


class SlowReaders(RestFolderCase):
    def connect(self, server, number, path, count=30):  # more than the kernel takes
        """A client of an address of its own, or nearly so, that has begun to take what it asked for."""
        client = Client(server.port, source=f"127.0.4.{1 + number % 100}", receive_buffer=4_096)
        self.addCleanup(client.close)
        client.send(make_request("GET", path) * count)
        self.assertEqual(client.read_exactly(12), b"HTTP/1.1 200", "nobody is refused for others")
        return client

    def trickle(self, clients, stop):
        """Each takes a little, now and then; returns when all have been cut, or at `stop`."""
        while clients and not stop.is_set():
            clients[:] = [client for client in clients if self.takes_some(client)]
            time.sleep(0.1)

    def takes_some(self, client):
        try:
            return client.socket.recv(1_000) != b""
        except OSError:
            return False

    def check(self, server, path, count):
        """Readers of `path` hold more than there is, and others read the same meanwhile."""
        clients, stop = [], threading.Event()
        trickling = threading.Thread(target=self.trickle, args=(clients, stop))
        with Bystanders(server, path, ONE_WRITE) as others:
            try:
                for number in range(count):
                    clients.append(self.connect(server, number, path))
                trickling.start()
                time.sleep(ATTACK_S)
            finally:
                stop.set()
        trickling.join()
        self.assertEqual({name: others.problems(name) for name in others.seen},
                         {name: [] for name in others.seen}, others.report())
        self.assertGreater(len(clients), count // 4, "only as many are cut as others need the room of")

    def test_answers_in_memory(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(16 * MIB))
        self.check(server, IN_MEMORY, 80)

    def test_answers_in_files(self):
        server = self.start_project(SCHEMA, "--temporary-bytes", str(32 * MIB))
        self.check(server, IN_A_FILE, 30)

    def test_who_takes_less_than_the_rate_is_cut(self):
        server = self.start_project(SCHEMA, "--write-timeout-ms", "1500", "--min-transfer-rate", "64KiB")
        for path in (ONE_VALUE, IN_A_FILE):
            clients = [self.connect(server, number, path, 10) for number in range(10)]
            stop = threading.Event()
            trickling = threading.Thread(target=self.trickle, args=(clients, stop))
            trickling.start()
            try:
                eventually(lambda: not clients, "all are cut", 15)
            finally:
                stop.set()
                trickling.join()


class ManyAtOnce(RestFolderCase):
    def test_reads_that_each_hold_a_part_do_not_all_fail(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(16 * MIB))
        statuses = []
        for _ in range(3):
            clients = [Client(server.port, source=f"127.0.4.{1 + number % 8}") for number in range(24)]
            for client in clients:
                self.addCleanup(client.close)
                client.send(make_request("GET", ONE_VALUE))
            statuses.append([client.read_response().status for client in clients])
        for seen in statuses:
            self.assertGreaterEqual(seen.count(200), 12, statuses)


if __name__ == "__main__":
    unittest.main()
