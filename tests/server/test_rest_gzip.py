"""Request bodies that come with Content-Encoding: gzip, within the limits of what they decode to."""

import gzip
import json
import time
import unittest

from rest import RestFolderCase

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
CREATE POLICY anyone ON note USING (true) WITH CHECK (true);
CREATE FUNCTION length_of(text text) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT length(:text) $$;
GRANT EXECUTE ON FUNCTION length_of TO anon;
"""
LIMIT = 1_048_576
GZIP = {"Content-Encoding": "gzip", "Content-Type": "application/json"}


class Gzip(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(SCHEMA, "--max-body-bytes", LIMIT)

    def send(self, method, path, body, headers=GZIP):
        return self.ask(self.server, method, path, body, headers)

    def bodies(self):
        return [row["body"] for row in self.ask(self.server, "GET", "note?select=body&order=id").json()]

    def test_every_write_and_call_takes_it(self):
        row = gzip.compress(b'{"id":1,"body":"one"}')
        self.assertEqual(self.send("POST", "note", row).status, 201)
        self.assertEqual(self.send("PATCH", "note?id=eq.1", gzip.compress(b'{"body":"two"}')).status, 204)
        self.assertEqual(self.send("PUT", "note?id=eq.2", gzip.compress(b'{"id":2,"body":"three"}')).status, 204)
        self.assertEqual(self.bodies(), ["two", "three"])
        self.assertEqual(self.send("POST", "rpc/length_of", gzip.compress(b'{"text":"four"}')).json(), 4)
        csv = gzip.compress(b"id,body\n3,five\n")
        self.assertEqual(self.send("POST", "note", csv, {**GZIP, "Content-Type": "text/csv"}).status, 201)
        self.assertEqual(self.send("POST", "note", b"", {**GZIP}).status, 400)

    def test_long_ones_and_those_of_several_members(self):
        rows = json.dumps([{"body": "x" * 500} for _ in range(1_800)]).encode()  # goes through a file when plain
        self.assertEqual(self.send("POST", "note", gzip.compress(rows[:1_000]) + gzip.compress(rows[1_000:])).status, 201)
        stored = gzip.compress(rows, 0)  # as long as it was
        self.assertEqual(self.send("POST", "note", stored).status, 201)
        self.assertEqual(len(self.bodies()), 3_600)

    def test_what_decodes_to_more_than_the_limit_is_413_and_costs_little(self):
        bomb = gzip.compress(b"[" + b" " * 200_000_000, 1)  # 200 MB in less than one
        self.assertLess(len(bomb), LIMIT)
        before = self.server.status_bytes("VmHWM")
        started = time.monotonic()
        for body in (bomb, gzip.compress(b'"' + b"a" * (LIMIT + 1))):
            response = self.send("POST", "note", body)
            self.assertEqual((response.status, response.json()["code"]), (413, "54000"), response.body)
        self.assertLess(time.monotonic() - started, 10)
        self.assertLess(self.server.status_bytes("VmHWM") - before, 64 * LIMIT)
        self.assertEqual(self.send("POST", "rpc/length_of", gzip.compress(b'"' + b"a" * LIMIT)).status, 413)
        self.assertEqual(self.bodies(), [])

    def test_what_is_not_gzip_or_cut_short_is_400(self):
        whole = gzip.compress(b'{"body":"one"}')
        for body in (b'{"body":"one"}', whole[:-1], whole[:12], whole + b"more"):
            response = self.send("POST", "note", body)
            self.assertEqual((response.status, response.json()["code"]), (400, "PGRST102"), body)

    def test_other_codings_and_paths_are_415_with_what_is_taken(self):
        for coding in ("br", "deflate", "gzip, gzip"):
            response = self.send("POST", "note", b"x", {**GZIP, "Content-Encoding": coding})
            self.assertEqual((response.status, response.header("Accept-Encoding")), (415, "gzip, identity"))
        with self.client_type(self.server.port) as client:
            response = client.request("POST", "/auth/v1/signup", GZIP, gzip.compress(b"{}"))
        self.assertEqual((response.status, response.header("Accept-Encoding")), (415, "identity"))


if __name__ == "__main__":
    unittest.main()
