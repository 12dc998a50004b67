"""Requests made to hold up the server: each ends at its deadline, and others are served meanwhile."""

import http.client
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, is_sanitized  # noqa: E402
from rest import RestFolderCase  # noqa: E402

ELEMENTS = 200_000
READ_TIMEOUT_MS = 300
# What one call of a function takes at most on a value of this size, on a busy machine.
ONE_CALL_S = 10 if is_sanitized() else 3
SCHEMA = """
CREATE TABLE doc (id INTEGER PRIMARY KEY, j TEXT NOT NULL CHECK (json_valid(j))) STRICT;
CREATE POLICY docs ON doc USING (true) WITH CHECK (true);
"""


ENDLESS = """
CREATE FUNCTION endless() RETURNS INTEGER LANGUAGE sql STABLE AS $$
  WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n $$;
GRANT EXECUTE ON FUNCTION endless TO anon;
"""


class HostileRequests(RestFolderCase):
    def start(self, read_timeout_ms):
        self.server = self.start_project(SCHEMA, "--loops", "1", "--read-timeout-ms", str(read_timeout_ms))
        big = {"id": 1, "j": [[number] for number in range(ELEMENTS)]}
        stored = self.ask(self.server, "POST", "doc", big, {"Content-Type": "application/json"})
        self.assertEqual(stored.status, 201, stored)

    def assert_held_up_nobody(self, path):
        """GET `path`, which takes longer than it may: 504 in time, while the same loop answers others."""
        self.start(READ_TIMEOUT_MS)
        answers = []

        def read():
            began = time.monotonic()
            answers.append((self.ask(self.server, "GET", path), time.monotonic() - began))

        reader = threading.Thread(target=read)
        reader.start()
        slowest = 0
        while reader.is_alive():
            began = time.monotonic()
            with Client(self.server.port) as client:
                self.assertEqual(client.get("/healthz").status, 200)
            slowest = max(slowest, time.monotonic() - began)
            reader.join(0.01)
        response, took_s = answers[0]
        self.assertEqual((response.status, response.json()["code"]), (504, "57014"), response)
        self.assertLess(took_s, READ_TIMEOUT_MS / 1000 + ONE_CALL_S)
        self.assertLess(slowest, ONE_CALL_S)

    def test_one_client_s_long_reads_hold_up_neither_those_of_another_nor_health_and_metrics(self):
        server = self.start_project(SCHEMA + ENDLESS, "--read-threads", "2", "--blocking-threads", "1",
                                    "--read-timeout-ms", "5000")
        greedy = [threading.Thread(target=self.ask, args=(server, "GET", "rpc/endless"))
                  for _ in range(4)]
        for thread in greedy:
            thread.start()
        for path in ("/rest/v1/doc?select=id&limit=1", "/readyz", "/metrics", "/rest/v1/doc?select=j"):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30,
                                                    source_address=("127.0.0.2", 0))
            self.addCleanup(connection.close)
            connection.request("GET", path)
            self.assertEqual(connection.getresponse().status, 200, path)
        self.assertTrue(all(thread.is_alive() for thread in greedy))
        for thread in greedy:
            thread.join()

    def test_many_paths_into_a_large_json_value_end_at_the_deadline(self):
        paths = ",".join(f"x{number}:j->-{number + 1}->0" for number in range(400))
        self.assert_held_up_nobody("doc?select=" + paths)

    def test_a_containment_of_many_elements_ends_at_the_deadline(self):
        # Each is found last, after all others have been compared with it.
        wanted = ",".join(f"[{ELEMENTS - 1 - number}]" for number in range(700))
        self.assert_held_up_nobody(f"doc?select=id&j=cs.[{wanted}]")

    def test_an_overlap_of_many_elements_ends_at_the_deadline(self):
        unknown = ",".join(f"[-{number}]" for number in range(1, 800))
        self.assert_held_up_nobody(f"doc?select=id&j=ov.[{unknown}]")

    def test_a_column_cannot_be_multiplied_within_a_row(self):
        self.start(60_000)
        for select in (",".join(f"x{number}:j" for number in range(200)),
                       ",".join(f"x{number}:j->1->0" for number in range(200))):
            response = self.ask(self.server, "GET", "doc?select=" + select)
            self.assertEqual((response.status, response.json()["code"]), (400, "54011"), response)

    def test_the_rows_of_an_embed_are_bounded_in_bytes(self):
        schema = """
            CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES a (id), t TEXT NOT NULL) STRICT;
            CREATE POLICY p ON a FOR SELECT USING (true);
            CREATE POLICY p ON b FOR SELECT USING (true);
            INSERT INTO a VALUES (1);
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20)
            INSERT INTO b SELECT n, 1, printf('%.*c', 1000000, 'x') FROM n;
        """
        server = self.start_project(schema)
        response = self.ask(server, "GET", "a?select=id,b(t)")
        self.assertEqual((response.status, response.json()["code"]), (413, "54000"), response)
        few = self.ask(server, "GET", "a?select=id,b(t)&b.limit=10&b.order=id")
        self.assertEqual([len(row["t"]) for row in few.json()[0]["b"]], [1000000] * 10)

    def test_an_estimate_tells_nothing_to_those_who_see_no_row(self):
        server = self.start_project("CREATE TABLE secret (id INTEGER PRIMARY KEY) STRICT;" +
                                    "".join(f"INSERT INTO secret VALUES ({n});" for n in range(900)))
        for count in ("planned", "estimated", "exact"):
            response = self.ask(server, "GET", "secret?limit=0", None, {"Prefer": f"count={count}"})
            self.assertEqual((response.status, response.header("Content-Range")), (200, "*/0"), count)

    def test_what_is_quick_on_a_large_json_value_is_answered(self):
        self.start(60_000)
        response = self.ask(self.server, "GET", f"doc?select=id,last:j->-1&j=cs.[[{ELEMENTS - 1}]]")
        self.assertEqual(response.json(), [{"id": 1, "last": [ELEMENTS - 1]}])


if __name__ == "__main__":
    unittest.main()
