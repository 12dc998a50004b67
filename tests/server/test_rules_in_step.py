"""Whoever else changes schema and rules: what is answered is by the rules of the rows it is made of."""

import contextlib
import json
import pathlib
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, eventually, run_prodev  # noqa: E402

# What is open to everybody has nothing to hide; what is closed has secrets.
FIRST = """
CREATE TABLE regime (name TEXT NOT NULL) STRICT;
INSERT INTO regime VALUES ('open');
CREATE TABLE folder (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE note (id INTEGER PRIMARY KEY, folder_id INTEGER NOT NULL REFERENCES folder (id), body TEXT NOT NULL) STRICT;
CREATE TABLE card (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE guest (id INTEGER PRIMARY KEY, regime TEXT) STRICT;
CREATE TRIGGER guest_regime AFTER INSERT ON guest BEGIN
  UPDATE guest SET regime = (SELECT name FROM regime) WHERE id = NEW.id;
END;
CREATE FUNCTION whispers() RETURNS SETOF text LANGUAGE sql STABLE AS $$ SELECT body FROM note $$;
CREATE FUNCTION join_in() RETURNS void LANGUAGE sql AS $$ INSERT INTO guest DEFAULT VALUES $$;
INSERT INTO folder VALUES (1);
INSERT INTO note VALUES (1, 1, 'public');
INSERT INTO card VALUES (1, 'public');
CREATE POLICY everybody ON folder FOR SELECT USING (true);
"""

OPEN = """
UPDATE regime SET name = 'open';
DELETE FROM note WHERE id > 1;
DELETE FROM card WHERE id > 1;
"""

OPEN_RULES = """
CREATE POLICY everybody ON note FOR SELECT USING (true);
CREATE POLICY everybody ON card FOR SELECT USING (true);
CREATE POLICY anybody ON guest FOR INSERT WITH CHECK (true);
GRANT EXECUTE ON FUNCTION whispers TO anon;
GRANT EXECUTE ON FUNCTION join_in TO anon;
"""

CLOSED = """
UPDATE regime SET name = 'closed';
DROP POLICY everybody ON note;
DROP POLICY everybody ON card;
DROP POLICY anybody ON guest;
REVOKE EXECUTE ON FUNCTION whispers FROM anon;
REVOKE EXECUTE ON FUNCTION join_in FROM anon;
INSERT INTO note VALUES (2, 1, 'secret'), (3, 1, 'secret');
INSERT INTO card VALUES (2, 'secret'), (3, 'secret');
"""

# Rules alone change no table of the schema. This does.
REPLACED = """
DROP TABLE card;
CREATE TABLE card (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
INSERT INTO card VALUES (1, 'public');
"""

JSON = {"Content-Type": "application/json"}
ASKED = [
    ("GET", "note?id=gte.1", {}, b""),
    ("GET", "note?order=body.desc&limit=1", {"Prefer": "count=exact"}, b""),
    ("HEAD", "card", {"Prefer": "count=exact"}, b""),
    ("GET", "card?select=body", {}, b""),
    ("GET", "folder?select=id,note(body)", {}, b""),
    ("GET", "folder?select=note(count)", {}, b""),
    ("GET", "rpc/whispers", {}, b""),
    ("POST", "rpc/whispers", JSON, b"{}"),
]
WRITTEN = [
    ("POST", "guest", JSON, b"{}"),
    ("POST", "guest", JSON, b"[{}, {}]"),
    ("POST", "rpc/join_in", JSON, b"{}"),
]


class Clients:
    """Ask without pause what everybody may ask, each on a connection of its own."""

    def __init__(self, port, questions):
        self._port, self._questions = port, questions
        self._ends = threading.Event()
        self.answers = []  # (method, target, response)
        self.errors = []

    def __enter__(self):
        self._threads = [threading.Thread(target=self._ask, args=(one,)) for one in self._questions]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, questions):
        try:
            with Client(self._port) as client:
                while not self._ends.is_set():
                    for method, target, headers, body in questions:
                        response = client.request(method, "/rest/v1/" + target, headers, body)
                        self.answers.append((method, target, response))
        except Exception as error:  # told by the test: a thread's own is lost
            self.errors.append(repr(error))


def tells_secrets(response):
    """There is one public row of each table."""
    total = response.header("Content-Range", "*/*").partition("/")[2]
    counts = [row["note"][0]["count"] for row in json.loads(response.body or b"[]")
              if isinstance(row, dict) and "count" in str(row)] if response.status == 200 else []
    return b"secret" in response.body or total not in ("*", "0", "1") or any(count > 1 for count in counts)


class RulesInStep(FolderCase):
    FLIPS = 8

    def setUp(self):
        self.folder = self.make_folder()
        (self.folder / "schema").mkdir()
        self.write("0001_first.sql", FIRST + OPEN_RULES)

    def write(self, name, sql):
        (self.folder / "schema" / name).write_text(sql)

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(self.folder / "data/prodev.db")) as connection:
            return connection.execute(sql).fetchall()

    def migrate(self, number, sql):
        self.write(f"{number:04}_flip.sql", sql)
        result = run_prodev("migrate", "up", "--dir", self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)

    def assert_in_step(self, clients):
        self.assertEqual(clients.errors, [])
        leaks = [(method, target) for method, target, response in clients.answers if tells_secrets(response)]
        self.assertEqual(set(leaks), set(), f"{len(leaks)} of {len(clients.answers)} answers")
        failed = {(method, target, response.status, response.body)
                  for method, target, response in clients.answers if response.status >= 500}
        self.assertEqual(failed, set())
        # By the open rules each was answered.
        for method, target, _, _ in ASKED + WRITTEN:
            statuses = {r.status for m, t, r in clients.answers if (m, t) == (method, target)}
            self.assertTrue(statuses & {200, 201, 204}, (method, target, statuses))
        written = dict(self.query("SELECT regime, count(*) FROM guest GROUP BY 1"))
        self.assertEqual(list(written), ["open"], written)

    def test_migrations_of_another_process_meet_no_request_by_older_rules(self):
        self.server = self.start_prodev(folder=self.folder)
        with Clients(self.server.port, [ASKED, ASKED[::-1], WRITTEN, ASKED[:1]]) as clients:
            for number in range(2, 2 + self.FLIPS):
                flip = CLOSED if number % 2 == 0 else OPEN + OPEN_RULES
                self.migrate(number, REPLACED + flip if number % 4 < 2 else flip)
                time.sleep(0.05)
        self.assert_in_step(clients)

    def test_files_that_are_saved_in_development_meet_no_request_by_older_rules(self):
        self.server = self.start_prodev("--dev", folder=self.folder)
        with Clients(self.server.port, [ASKED, WRITTEN, ASKED[:1]]) as clients:
            for regime in ("closed", "open", "closed"):
                self.write("0002_flip.sql", CLOSED if regime == "closed" else OPEN)
                # Its writers may be in its way for a while.
                eventually(lambda: self.query("SELECT name FROM regime") == [(regime,)], regime)
        self.assert_in_step(clients)

    def test_a_new_schema_of_many_tables_is_learnt_whole_by_those_who_may_not_wait_for_long(self):
        self.write("0002_many.sql", "".join(
            f"CREATE TABLE many_{i} (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT) STRICT;\n"
            f"CREATE INDEX many_{i}_ab ON many_{i} (a, b);\n" for i in range(1_500)))
        self.server = self.start_prodev(folder=self.folder)
        with Client(self.server.port) as client:
            for number, columns in ((3, "body"), (4, "id"), (5, "id,body")):
                # On a loop, once they are known to be quick.
                for target in ("note", f"note?select={columns}", "rpc/whispers") * 4:
                    response = client.get("/rest/v1/" + target)
                    self.assertEqual(response.status, 200, (target, response))
                self.migrate(number, f"CREATE TABLE later_{number} (id INTEGER PRIMARY KEY) STRICT")

    def test_while_the_schema_cannot_be_read_nothing_is_told_by_the_old_one(self):
        self.server = self.start_prodev(folder=self.folder)
        with Client(self.server.port) as client:
            self.assertEqual(client.get("/rest/v1/note").status, 200)
            with contextlib.closing(sqlite3.connect(self.folder / "data/prodev.db")) as connection:
                connection.executescript("ALTER TABLE _prodev_policy RENAME TO _prodev_elsewhere")
                for method, target, headers, body in (ASKED[0], WRITTEN[0]):
                    response = client.request(method, "/rest/v1/" + target, headers, body)
                    self.assertEqual((response.status, response.json()["code"]), (503, "PGRST002"), response)
                    self.assertEqual(response.header("Retry-After"), "1")
                connection.executescript("ALTER TABLE _prodev_elsewhere RENAME TO _prodev_policy")
            self.assertEqual(client.get("/rest/v1/note").status, 200)
        self.assertEqual(self.query("SELECT count(*) FROM guest"), [(0,)])


if __name__ == "__main__":
    unittest.main()
