"""Hundreds of requests at once, each of which takes long to make SQL of: others have their turn between."""

import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client, is_sanitized, make_request  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE visit (id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guest (id), note TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY visits ON visit USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
INSERT INTO visit VALUES (1, 1, 'x');
"""
CONNECTIONS = 100 if is_sanitized() else 400
ATTACK_S = 2


class ExpensiveQuestions(RestFolderCase):
    def check(self, target_of):
        """`target_of` makes a target that was not asked before of a number."""
        server = self.start_project(SCHEMA, "--loops", "1", "--max-connections", "2000",
                                    "--max-connections-per-client", "2000")
        clients = []
        for _ in range(CONNECTIONS):
            client = Client(server.port, source="127.0.0.2")
            self.addCleanup(client.reset)
            clients.append(client)
        stop = threading.Event()
        seen = set()

        def attack():
            number = 0
            while not stop.is_set():
                for client in clients:
                    number += 1
                    client.send(make_request("GET", target_of(number)))
                for client in clients:
                    if stop.is_set():
                        return
                    seen.add(client.read_response().status)

        with Bystanders(server, "/rest/v1/guest?id=eq.1") as others:
            attacker = threading.Thread(target=attack)
            attacker.start()
            time.sleep(ATTACK_S)
            stop.set()
            attacker.join()
        others.assert_unharmed(self)
        self.assertEqual(seen, {200})

    def test_long_lists_of_values(self):
        values = ",".join(map(str, range(1, 1_500)))
        self.check(lambda number: f"/rest/v1/guest?id=in.({values},{number + 9_999})&limit=1")

    def test_filters_in_embeds_in_embeds(self):
        embed = "visit(id,guest(id," * 3 + "name" + "))" * 3
        filters = "".join(f"&visit.guest.name=neq.{n}x" for n in range(60))
        self.check(lambda number: f"/rest/v1/guest?select=id,{embed}{filters}&limit={number}")


if __name__ == "__main__":
    unittest.main()
