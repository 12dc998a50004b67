"""Functions of the project that do not end: those who call them hold up nobody but themselves."""

import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
CREATE FUNCTION endless() RETURNS INTEGER LANGUAGE sql STABLE AS $$
  WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n $$;
GRANT EXECUTE ON FUNCTION endless TO anon;
"""


class EndlessFunctions(RestFolderCase):
    def test_calls_of_a_function_that_reads_for_ever(self):
        server = self.start_project(SCHEMA, "--read-timeout-ms", "1000")
        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            answers = []
            greedy = [threading.Thread(target=lambda: answers.append(
                self.ask(server, "GET", "rpc/endless"))) for _ in range(4)]
            for thread in greedy:
                thread.start()
            for thread in greedy:
                thread.join()
        self.assertEqual({answer.status for answer in answers}, {504}, answers)
        others.assert_unharmed(self)


if __name__ == "__main__":
    unittest.main()
