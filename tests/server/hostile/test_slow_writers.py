"""Clients that have one slow write after another, many at a time: the writes of others have their turn."""

import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client  # noqa: E402
from rest import SLOW_FUNCTIONS, RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE TABLE doc (id INTEGER PRIMARY KEY, mark INTEGER, body TEXT);
CREATE POLICY docs ON doc USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2)
  INSERT INTO doc SELECT n, 0, hex(zeroblob(6000000)) FROM n;
""" + SLOW_FUNCTIONS
JSON = {"Content-Type": "application/json"}
ATTACK_S = 3


class SlowWriters(RestFolderCase):
    def check(self, method, target, body, addresses, at_once=8):
        """`at_once` connections of each address write one after another."""
        server = self.start_project(SCHEMA)
        stop = threading.Event()
        seen = []

        def write(address):
            with Client(server.port, source=address) as client:
                while not stop.is_set():
                    seen.append(client.request(method, target, JSON, body).status)

        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            writers = [threading.Thread(target=write, args=(address,))
                       for address in addresses for _ in range(at_once)]
            for writer in writers:
                writer.start()
            time.sleep(ATTACK_S)
            stop.set()
            for writer in writers:
                writer.join()
        others.assert_unharmed(self)
        return seen

    def test_writes_of_one_client_that_each_take_long(self):
        seen = self.check("POST", "/rest/v1/rpc/dawdle", b'{"rows":1500000}', ["127.0.0.2"])
        self.assertLessEqual(set(seen), {204, 504})

    def test_writes_that_never_end(self):
        seen = self.check("POST", "/rest/v1/rpc/dawdle", b'{"rows":1000000000000}', ["127.0.0.2"])
        self.assertEqual(set(seen), {504})

    def test_slow_writes_of_several_clients(self):
        self.check("POST", "/rest/v1/rpc/dawdle", b'{"rows":1500000}',
                   [f"127.0.0.{n}" for n in range(2, 8)], at_once=3)

    def test_small_changes_of_long_rows(self):
        seen = self.check("PATCH", "/rest/v1/doc?id=eq.1", b'{"mark":1}', ["127.0.0.2"])
        self.assertLessEqual(set(seen), {204, 504})


if __name__ == "__main__":
    unittest.main()
