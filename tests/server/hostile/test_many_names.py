"""Bodies of very many keys beside a long list in columns=: each key is looked up, and not compared with all."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from prodev import is_sanitized  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE FUNCTION next(a integer DEFAULT 1) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT :a + 1 $$;
GRANT EXECUTE ON FUNCTION next TO anon;
"""
KEYS = 400_000
JSON = {"Content-Type": "application/json"}


@unittest.skipIf(is_sanitized(), "what is measured is the work")
class ManyNames(RestFolderCase):
    def test_a_call_with_a_long_list_of_columns_costs_little_more_than_with_a_short_one(self):
        server = self.start_project(SCHEMA)
        body = ("{" + ",".join(f'"{n + 6_000_000:x}":1' for n in range(KEYS)) + ',"a":5}').encode()

        def work_with(columns):
            before = server.cpu_seconds()
            answer = self.ask(server, "POST", "rpc/next?columns=" + columns, body, JSON)
            self.assertEqual((answer.status, answer.json()), (200, 6), answer.body[:200])
            return server.cpu_seconds() - before

        short = work_with("a")
        many = work_with(",".join(f"{n + 5_000_000:x}" for n in range(999)) + ",a")
        # Compared with all it is more than a second.
        self.assertLess(many, short + 0.4)


if __name__ == "__main__":
    unittest.main()
