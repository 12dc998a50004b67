"""Filters on embeds that multiply at each level: refused at once, on the loops as on the writer."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, parent INTEGER REFERENCES note (id));
CREATE POLICY notes ON note USING (true) WITH CHECK (true);
INSERT INTO note VALUES (1, 'root', NULL), (2, 'leaf', 1);
CREATE FUNCTION add_note() RETURNS SETOF note LANGUAGE sql AS $$
  INSERT INTO note (body) VALUES ('new') RETURNING * $$;
GRANT EXECUTE ON FUNCTION add_note TO anon;
"""
MOST_CPU_S = 1.0


def multiplied(times, names="abcdef"):
    select = ""
    for name in reversed(names):
        select = f"{name}:parent(id{',' + select if select else ''})"
    question = "select=id," + select
    for depth, name in enumerate(names):
        path = ".".join([*names[:depth], "or"])
        question += f"&{path}=({','.join([name + '.not.is.null'] * times)})"
    return question


class MultipliedFilters(RestFolderCase):
    def test_they_are_refused_before_they_cost_anything(self):
        server = self.start_project(SCHEMA)
        before = server.cpu_seconds()
        body = {"Content-Type": "application/json", "Prefer": "return=representation"}
        for method, path, sent in (("GET", "note", None), ("HEAD", "note", None), ("POST", "rpc/add_note", {}),
                                   ("PATCH", "note", {"body": "x"}), ("DELETE", "note", None)):
            filtered = "id=eq.2&" if method in ("PATCH", "DELETE") else ""
            answer = self.ask(server, method, f"{path}?{filtered}{multiplied(5)}", sent, body if sent is not None else {})
            if method in ("PATCH", "DELETE"):  # whose filters are of the table's own columns
                self.assertIn(answer.status, (400, 413), answer)
            else:
                self.assertEqual(answer.status, 413, answer)
            if method in ("GET", "POST"):
                self.assertEqual(answer.json()["code"], "54001")
        self.assertLess(server.cpu_seconds() - before, MOST_CPU_S)
        self.assertEqual(self.ask(server, "GET", "note?select=id").json(), [{"id": 1}, {"id": 2}])

    def test_what_a_client_may_mean_is_answered(self):
        server = self.start_project(SCHEMA)
        self.assertEqual(self.ask(server, "GET", "note?" + multiplied(5, "ab")).json(), [])
        self.assertEqual(self.ask(server, "GET", "note?" + multiplied(20, "a")).json(),
                         [{"id": 2, "a": {"id": 1}}])


if __name__ == "__main__":
    unittest.main()
