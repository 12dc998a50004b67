"""cs and ov of long JSON values: their work grows with what both hold, ends at the limit, and is nobody else's."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import is_sanitized  # noqa: E402
from rest import RestFolderCase  # noqa: E402

NUMBERS = """(WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n LIMIT {})
  SELECT '[[' || group_concat(n, '{}') || ']]' FROM n)"""
SCHEMA = f"""
CREATE TABLE doc (id INTEGER PRIMARY KEY, j JSON, owner TEXT);
CREATE POLICY docs ON doc USING (true) WITH CHECK (true);
INSERT INTO doc (id, j) VALUES (1, '[[1]]'), (2, {NUMBERS.format(16000, ",")}), (3, {NUMBERS.format(60000, ",")}),
  (4, {NUMBERS.format(100000, "],[")});
"""
MANY_VALUES = "INSERT INTO doc (id, j) VALUES (5, '[' || replace(printf('%.*c', 3000000, '1'), '1', '1,') || '1]');"
PART = "[" + ",".join(["[1]"] * 1000) + "]"
ABSENT = "[" + ",".join(f"[{n},-1]" for n in range(900)) + "]"
TIMEOUT_MS = 1000
# Many times what they take; comparing each with each took a minute.
MOST_CPU_S = 2.0


@unittest.skipIf(is_sanitized(), "what is measured is the work")
class JsonComparisons(RestFolderCase):
    def test_many_parts_of_a_long_value(self):
        server = self.start_project(SCHEMA)
        before = server.cpu_seconds()
        for row in (1, 2, 3):
            answer = self.ask(server, "GET", f"doc?select=id&id=eq.{row}&j=cs.{PART}")
            self.assertEqual((answer.status, answer.json()), (200, [{"id": row}]))
        answer = self.ask(server, "PATCH", f"doc?id=eq.3&j=cs.{PART}", {"owner": "x"},
                          {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 204, answer)
        self.assertLess(server.cpu_seconds() - before, MOST_CPU_S)

    def test_what_must_be_compared_each_with_each_ends_at_the_limit(self):
        server = self.start_project(SCHEMA, "--read-timeout-ms", str(TIMEOUT_MS))
        with Bystanders(server) as others:
            for operator in ("cs", "ov"):
                # A short row first, with which it is known to be quick.
                for _ in range(3):
                    self.ask(server, "GET", f"doc?select=id&id=eq.1&j={operator}.{ABSENT}")
                before = server.cpu_seconds()
                answer = self.ask(server, "GET", f"doc?select=id&id=eq.4&j={operator}.{ABSENT}")
                self.assertIn(answer.status, (200, 504), answer)
                self.assertLess(server.cpu_seconds() - before, TIMEOUT_MS / 1000 + MOST_CPU_S)
        others.assert_unharmed(self)

    def test_a_document_of_many_values_stays_within_the_memory_of_a_request(self):
        server = self.start_project(SCHEMA + MANY_VALUES)
        answer = self.ask(server, "GET", "doc?select=id&id=eq.5&j=cs.[1]")
        self.assertIn(answer.status, (200, 413, 503, 504), answer)
        self.assertLess(server.status_bytes("VmHWM"), 256 << 20)


if __name__ == "__main__":
    unittest.main()
