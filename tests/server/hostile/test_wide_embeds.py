"""One row with many copies of long embedded arrays: its answer may hold so much memory, and no more."""

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
CREATE TABLE folder (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE doc (id INTEGER PRIMARY KEY, folder INTEGER REFERENCES folder (id), body TEXT);
CREATE INDEX doc_folder ON doc (folder);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY folders ON folder USING (true);
CREATE POLICY docs ON doc USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
INSERT INTO folder VALUES (1, 'one');
INSERT INTO doc (folder, body) WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 15)
  SELECT 1, hex(zeroblob(500000)) FROM n;
INSERT INTO doc (id, body) VALUES (100, hex(zeroblob(6000000)));
"""
EMBEDS = "folder?id=eq.1&select=id," + ",".join(f"a{i}:doc(body)" for i in range(32))
COLUMNS = "doc?id=eq.100&select=" + ",".join(f"a{i}:body" for i in range(8))


class WideEmbeds(RestFolderCase):
    def check(self, path, statuses, codes, at_once=4, method="GET", body=None, headers=None):
        server = self.start_project(SCHEMA)
        answers = []
        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            askers = [threading.Thread(target=lambda: answers.append(
                self.ask(server, method, path, body, headers))) for _ in range(at_once)]
            for asker in askers:
                asker.start()
            for asker in askers:
                asker.join()
        for answer in answers:
            self.assertIn(answer.status, statuses, answer)
            self.assertIn(answer.json()["code"], codes, answer)
        others.assert_unharmed(self)
        eventually(lambda: server.status_bytes("VmRSS") < 128 << 20, "the memory is given back", 10)

    def test_many_embeds_of_long_texts(self):
        self.check(EMBEDS, {413, 503}, {"54000", "53200"})

    def test_one_column_many_times(self):
        self.check(COLUMNS, {413, 503}, {"54000", "53200"})

    def test_a_write_that_returns_one_column_many_times(self):
        self.check(COLUMNS, {413, 503}, {"54000", "53200"}, method="PATCH", body={"folder": 1},
                   headers={"Prefer": "return=representation"})


if __name__ == "__main__":
    unittest.main()
