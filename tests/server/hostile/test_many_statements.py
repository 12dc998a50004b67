"""Very many different questions: what is kept of them is bounded by its memory, and not by their number."""

import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from prodev import Client, is_sanitized  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, parent INTEGER REFERENCES note (id));
CREATE POLICY notes ON note USING (true) WITH CHECK (true);
INSERT INTO note VALUES (1, 'root', NULL), (2, 'leaf', 1);
"""
QUESTIONS = 120


def question(number, names="abcd", times=4):
    """One of some hundred subqueries, and unlike any other."""
    chosen = random.Random(number)
    select, filters, path = "", "", ""
    for name in reversed(names):
        select = f"{name}:parent({chosen.choice(['id', 'body', 'id,body', 'body,id'])}{',' + select if select else ''})"
    for name in names:
        conditions = [name + chosen.choice([".is.null", ".not.is.null"]) for _ in range(times)]
        filters += f"&{path}or=({','.join(conditions)})"
        path += name + "."
    return f"/rest/v1/note?select=id,{select}{filters}&id=eq.{number}"


@unittest.skipIf(is_sanitized(), "a sanitizer keeps what was freed")
class ManyStatements(RestFolderCase):
    def test_little_is_kept_of_them(self):
        server = self.start_project(SCHEMA)
        before = server.status_bytes("VmRSS")
        with Client(server.port) as client:
            for number in range(QUESTIONS):
                self.assertEqual(client.get(question(number)).status, 200)
        self.assertLess(server.status_bytes("VmRSS") - before, 24 << 20)


if __name__ == "__main__":
    unittest.main()
