"""One client that sends far more requests than are answered meanwhile: others have their turn between."""

import pathlib
import select
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client, is_sanitized, make_request  # noqa: E402
from rest import RestFolderCase  # noqa: E402

ROWS = 1_000 if is_sanitized() else 5_000
SCHEMA = f"""
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT, n INTEGER);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY items ON item USING (true);
INSERT INTO guest VALUES (1, 'first');
INSERT INTO item WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT {ROWS})
  SELECT n, hex(zeroblob(50)), n FROM n;
"""
ALL_ROWS = make_request("GET", "/rest/v1/item?n=eq.5")  # looks at all of them: for less than a millisecond
ATTACK_S = 2.5
MIB = 1 << 20


class PipelinedRequests(RestFolderCase):
    def check(self, connections, requests):
        """`connections` of one client, each of which has `requests` or more under way."""
        server = self.start_project(SCHEMA, "--loops", "1")
        clients = []
        for _ in range(connections):
            client = Client(server.port, source="127.0.0.2")
            self.addCleanup(client.reset)
            clients.append(client)
        answered = dict.fromkeys((client.socket for client in clients), 0)
        stop = threading.Event()
        attacker = threading.Thread(target=self.attack, args=(answered, requests, stop))
        with Bystanders(server, "/rest/v1/guest?id=eq.1") as others:
            attacker.start()
            time.sleep(ATTACK_S)
        stop.set()
        attacker.join()
        others.assert_unharmed(self)
        self.assertGreater(min(answered.values()), 0, "each connection of a client has its turn")

    def attack(self, answered, requests, stop):
        for one in answered:
            one.sendall(ALL_ROWS * requests)
        while not stop.is_set():
            for one in select.select(list(answered), [], [], 0.1)[0]:
                count = one.recv(MIB).count(b"HTTP/1.1 200 OK")
                one.sendall(ALL_ROWS * count)
                answered[one] += count

    def test_few_connections(self):
        self.check(8, 1_000)

    def test_many_connections(self):
        self.check(150, 100)


if __name__ == "__main__":
    unittest.main()
