"""Bodies of millions of tiny rows: they cost their sender an answer, and nobody else anything."""

import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import eventually  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT);
CREATE TABLE closed (id INTEGER PRIMARY KEY, body TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY notes ON note USING (true) WITH CHECK (true);
CREATE POLICY closed_to_writers ON closed FOR SELECT USING (true);
INSERT INTO guest VALUES (1, 'first');
"""
CSV = {"Content-Type": "text/csv"}
TINY = b"body\n" + b"x\n" * 5_000_000
AT_ONCE = 10


class TinyRows(RestFolderCase):
    def attack(self, server, path, body, headers):
        answers = []
        senders = [threading.Thread(target=lambda: answers.append(
            self.ask(server, "POST", path, body, headers))) for _ in range(AT_ONCE)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        return {answer.status for answer in answers}

    def check(self, path, body, headers, statuses):
        server = self.start_project(SCHEMA)
        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            self.assertLessEqual(self.attack(server, path, body, headers), statuses)
        others.assert_unharmed(self)
        eventually(lambda: server.status_bytes("VmRSS") < 96 << 20, "the memory is given back", 10)

    def test_to_a_table_that_takes_none_of_them(self):
        self.check("closed", TINY, CSV, {401})

    def test_to_a_table_that_would_take_them(self):
        self.check("note", TINY, CSV, {413, 503})

    def test_objects_without_a_member_and_many_columns(self):
        self.check("note?columns=body,a,b,c,d,e", b"[" + b"{}," * 5_000_000 + b"{}]", {}, {413, 503})


if __name__ == "__main__":
    unittest.main()
