"""Writes that take long to find their rows, or to write them: the writer is held by none of them."""

import pathlib
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client, eventually, make_request  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, mark INTEGER);
CREATE POLICY notes ON note USING (true) WITH CHECK (true);
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
CREATE FUNCTION dawdle() RETURNS void LANGUAGE sql AS $$
  INSERT INTO guest (name) SELECT count(*) FROM
    (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT n FROM n) $$;
GRANT EXECUTE ON FUNCTION dawdle TO anon;
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
INSERT INTO note SELECT n, printf('%.*c', 1000, 'a'), 0 FROM n;
"""
READ_TIMEOUT_MS = 1500
HOLD_MS = 400
# On top of the limits: turns that a read waits for, and a busy machine.
SLACK_S = 10
JSON = {"Content-Type": "application/json"}
# Patterns that each look at all of every row, many times over.
EXPENSIVE = "or=(" + ",".join("body.ilike.*a" + "_" * 30 + f"{n}z*" for n in range(100)) + ")"


def wait_for_work(server, cpu_s):
    """Until the server has worked for so long from now on: what was asked for is under way."""
    before = server.cpu_seconds()
    eventually(lambda: server.cpu_seconds() - before > cpu_s, "the server works")


class LongWrites(RestFolderCase):
    def start(self):
        return self.start_project(SCHEMA, "--read-timeout-ms", str(READ_TIMEOUT_MS), "--write-hold-ms", str(HOLD_MS))

    def test_rows_that_take_long_to_find_hold_up_no_writer(self):
        server = self.start()
        answers = []

        def attack(method, path, body=None):
            began = time.monotonic()
            answer = self.ask(server, method, path, body, JSON if body else None)
            answers.append((method, answer.status, answer.body, time.monotonic() - began))

        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            attacks = [threading.Thread(target=attack, args=one) for one in (
                ("PATCH", "note?" + EXPENSIVE, {"mark": 1}), ("DELETE", "note?" + EXPENSIVE),
                ("PATCH", "note?id=gt.0&body=match." + urllib.parse.quote("(a|b)*a.{200}[XYZ]"), {"mark": 1}),
                ("POST", "rpc/dawdle", {}))]
            for thread in attacks:
                thread.start()
            for thread in attacks:
                thread.join()
        for method, status, body, took_s in answers:
            # A machine may be fast enough for one of them: it then finds no row.
            self.assertIn(status, (204, 504), (method, body))
            self.assertTrue(status == 204 or b"57014" in body, body)
            self.assertLess(took_s, len(answers) * READ_TIMEOUT_MS / 1000 + SLACK_S, method)
        self.assertIn(504, [status for _, status, _, _ in answers])
        self.assertEqual(self.ask(server, "GET", "note?select=id&mark=eq.1&limit=1").json(), [])
        others.assert_unharmed(self)

    def test_what_finds_its_rows_in_time_is_written_whatever_its_filter(self):
        server = self.start_project(SCHEMA)
        some = self.ask(server, "PATCH", "note?select=id&id=in.(1,2,3,30000)&body=like.*aaa*", {"mark": 2},
                        {**JSON, "Prefer": "return=representation"})
        self.assertEqual(some.json(), [{"id": 1}, {"id": 2}, {"id": 3}])
        none = self.ask(server, "PATCH", "note?body=like.*b*", {"mark": 3}, {**JSON, "Prefer": "count=exact"})
        self.assertEqual((none.status, none.header("Content-Range").split("/")[1]), (204, "0"))
        many = self.ask(server, "PATCH", "note?body=like.a*", {"mark": 3}, {**JSON, "Prefer": "count=exact"})
        self.assertEqual((many.status, many.header("Content-Range").split("/")[1]), (204, "20000"))
        few = self.ask(server, "DELETE", "note?id=lte.700&id=gt.200", None, {"Prefer": "count=exact"})
        self.assertEqual(few.header("Content-Range").split("/")[1], "500")

    def test_a_write_that_is_stopped_takes_nobody_along(self):
        server = self.start()
        stop = threading.Event()
        others = []

        def write():
            with Client(server.port, source="127.0.0.9") as client:
                while not stop.is_set():
                    others.append(client.request("POST", "/rest/v1/guest", JSON, b'{"name":"kept"}').status)

        writers = [threading.Thread(target=write) for _ in range(3)]
        for thread in writers:
            thread.start()
        for _ in range(3):
            self.assertEqual(self.ask(server, "POST", "rpc/dawdle", {}, JSON).status, 504)
        stop.set()
        for thread in writers:
            thread.join()
        self.assertEqual(set(others), {201})
        kept = self.ask(server, "GET", "guest?select=count()&name=eq.kept").json()
        self.assertEqual(kept, [{"count": len(others)}])

    def test_work_of_clients_that_have_gone_is_not_begun(self):
        server = self.start_project(SCHEMA, "--read-timeout-ms", "1500", "--write-hold-ms", "1500")
        clients = [Client(server.port) for _ in range(12)]
        for client in clients:
            client.send(make_request("POST", "/rest/v1/rpc/dawdle", JSON, b"{}"))
        wait_for_work(server, 0.3)
        for client in clients:
            client.close()
        began = time.monotonic()
        answer = self.ask(server, "POST", "guest", {"name": "x"}, JSON)
        self.assertEqual(answer.status, 201)
        # All twelve would take 18 s.
        self.assertLess(time.monotonic() - began, 9)

    def test_the_server_ends_in_time_while_writes_and_searches_run(self):
        server = self.start_project(SCHEMA, "--drain-timeout-ms", "1000", "--write-hold-ms", "60000",
                                    "--read-timeout-ms", "60000")
        asked = [threading.Thread(target=self._ask_in_vain, args=(server, *one)) for one in (
            ("PATCH", "note?" + EXPENSIVE, {"mark": 1}), ("GET", "note?" + EXPENSIVE), ("POST", "rpc/dawdle", {}),
            ("POST", "guest", {"name": "x"}))]
        for thread in asked:
            thread.start()
        wait_for_work(server, 0.5)
        began = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - began, 5)
        for thread in asked:
            thread.join()

    def _ask_in_vain(self, server, method, path, body=None):
        try:
            self.ask(server, method, path, body, JSON if body is not None else None)
        except (AssertionError, OSError):
            pass  # the server has gone


if __name__ == "__main__":
    unittest.main()
