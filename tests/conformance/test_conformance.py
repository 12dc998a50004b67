"""PostgREST's protocol, request by request: the pairs of the .txt files beside this one.

Each file is of one feature and runs against a server with schema.sql, or with FEATURE.sql where there
is one. What a pair has written is put back before the next.

    python3 tests/conformance/test_conformance.py            all of them
    python3 tests/conformance/test_conformance.py writes     writes.txt
"""

import pathlib
import sqlite3
import sys
import unittest

from pairs import Pair, Answer, Misspelt, differences, read_pairs
from prodev import Client, FolderCase
from rest import DATABASE, make_token, write_schema

HERE = pathlib.Path(__file__).resolve().parent
ARGUMENTS = ("--plan-enabled",)


class Project:
    """A server with one schema, which can have its first rows again."""

    def __init__(self, case, schema):
        self.folder = case.make_folder()
        write_schema(self.folder, schema.read_text(encoding="utf-8"))
        self._server = case.start_prodev(*ARGUMENTS, folder=self.folder)
        self._client = Client(self._server.port)
        case.addCleanup(self._client.close)
        self._tokens = {}
        self._database = sqlite3.connect(self.folder / DATABASE)
        case.addCleanup(self._database.close)
        self._first = sqlite3.connect(":memory:")
        case.addCleanup(self._first.close)
        self._database.backup(self._first)

    def _token(self, role):
        if role not in self._tokens:
            self._tokens[role] = make_token(self.folder, role, sub="ada")
        return self._tokens[role]

    def answer(self, pair):
        headers = list(pair.headers)
        if pair.role:
            headers.append(("Authorization", "Bearer " + self._token(pair.role)))
        body = pair.body.encode()
        response = self._client.request(pair.method, "/rest/v1/" + pair.target, headers, body)
        if pair.writes() and response.status < 400:
            self._first.backup(self._database)
        if response.closes():
            self._client.close()
            self._client = Client(self._server.port)
        return response


def report(pair, response, found):
    sent = [f"{pair.method} {pair.target}", *(f"{name}: {value}" for name, value in pair.headers)]
    if pair.role:
        sent.append(f"As: {pair.role}")
    sent += [pair.body] if pair.body else []
    lines = [f"{pair.file}:{pair.line}: {pair.name}", "sent:", *("  " + line for line in sent), *found]
    return "\n".join(lines) + "\n" + response.raw_head.decode("latin-1").rstrip()


class Conformance(FolderCase):
    features = sorted(path for path in HERE.glob("*.txt"))

    def setUp(self):
        self._projects = {}

    def project(self, feature):
        own = feature.with_suffix(".sql")
        schema = own if own.exists() else HERE / "schema.sql"
        if schema not in self._projects:
            self._projects[schema] = Project(self, schema)
        return self._projects[schema]

    def check(self, feature):
        for pair in read_pairs(feature.name, feature.read_text(encoding="utf-8")):
            response = self.project(feature).answer(pair)
            found = differences(pair, response)
            with self.subTest(f"{pair.file}:{pair.line}"):
                self.assertFalse(found, "\n\n" + report(pair, response, found))

    def test_every_pair_is_answered_as_its_file_says(self):
        for feature in self.features:
            self.check(feature)


class Runner(FolderCase):
    """The runner itself: what it would not notice, no pair could prove."""

    TEXT = '=== Rows\nGET city?select=id&id=eq.1\n--- 200\nContent-Range: 0-0/*\n\n[{"id":1}]\n'

    def found(self, text):
        project = Project(self, HERE / "schema.sql")
        (pair,) = read_pairs("made_up.txt", text)
        response = project.answer(pair)
        found = differences(pair, response)
        return report(pair, response, found) if found else ""

    def test_a_wrong_body_status_or_header_is_reported_with_its_place(self):
        self.assertEqual(self.found(self.TEXT), "")
        for right, wrong in (('{"id":1}', '{"id":2}'), ('"id":1', '"id":1.0'), ("200", "206"),
                             ("0-0/*", "0-1/*"), ("Content-Range: 0-0/*", "Content-Range:"),
                             ("\n[", "\n{}["), ('\n[{"id":1}]', "")):
            said = self.found(self.TEXT.replace(right, wrong))
            self.assertIn("made_up.txt:1: Rows\nsent:\n  GET city?select=id&id=eq.1\n", said)
            self.assertIn("expected", said)

    def test_members_in_another_order_are_a_difference(self):
        pair = Pair("f", 1, "n", "GET", "t", [], "", Answer(200, [], '{"a":1,"b":2}'))
        response = type("R", (), {"status": 200, "body": b'{"b":2,"a":1}', "all": lambda s, n: [],
                                  "header": lambda s, n: "application/json"})()
        self.assertTrue(differences(pair, response))

    def test_what_a_pair_writes_is_put_back(self):
        project = Project(self, HERE / "schema.sql")
        remove, = read_pairs("f", "=== D\nDELETE trip?id=eq.1\n--- 204\n")
        count, = read_pairs("f", "=== C\nGET trip?select=count()\n--- 200\n\n[{\"count\":5}]\n")
        for pair in (remove, count, remove, count):
            self.assertEqual(differences(pair, project.answer(pair)), [])

    def test_a_file_that_is_no_list_of_pairs_is_refused(self):
        for text in ("GET city\n", "=== A\nGET city\n", "=== A\nGET city\nno header\n--- 200\n"):
            with self.assertRaises(Misspelt):
                read_pairs("f", text)


if __name__ == "__main__":
    chosen = [HERE / f"{name}.txt" for name in sys.argv[1:] if (HERE / f"{name}.txt").exists()]
    if chosen:
        Conformance.features = chosen
        sys.argv = sys.argv[:1] + ["Conformance"]
    unittest.main()
