"""Writes that break a constraint: whatever the schema says of conflicts, nobody else's row or request is harmed."""

import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, is_sanitized  # noqa: E402
from rest_case import RestCase  # noqa: E402

OWN = """
CREATE POLICY {0}_i ON {0} FOR INSERT TO authenticated WITH CHECK (owner = auth.uid());
CREATE POLICY {0}_s ON {0} FOR SELECT TO authenticated USING (owner = auth.uid());
CREATE POLICY {0}_u ON {0} FOR UPDATE TO authenticated USING (owner = auth.uid());
"""
TABLES = """
CREATE TABLE doc (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, slug TEXT UNIQUE ON CONFLICT REPLACE,
  kind TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'plain', size INTEGER NOT NULL ON CONFLICT IGNORE DEFAULT 0, owner TEXT);
CREATE TABLE pair (a INTEGER, b INTEGER, owner TEXT, note TEXT UNIQUE, PRIMARY KEY (a, b) ON CONFLICT REPLACE,
  UNIQUE (b) ON CONFLICT IGNORE) WITHOUT ROWID;
CREATE TABLE strict_one (id INTEGER PRIMARY KEY, code TEXT UNIQUE ON CONFLICT ROLLBACK, owner TEXT);
CREATE TABLE failing (id INTEGER PRIMARY KEY, code TEXT UNIQUE ON CONFLICT FAIL, owner TEXT);
INSERT INTO doc VALUES (1, 'x', 'plain', 0, 'bob'), (2, 'y', 'plain', 0, 'ann');
INSERT INTO pair VALUES (1, 1, 'bob', 'n1'), (2, 2, 'ann', 'n2');
INSERT INTO strict_one VALUES (1, 'x', 'bob'), (2, 'y', 'ann');
INSERT INTO failing VALUES (1, 'x', 'bob'), (2, 'y', 'ann');
-- Triggers of tables without such constraints keep their own clauses.
CREATE TABLE tag (name TEXT PRIMARY KEY, uses INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tagged (id INTEGER PRIMARY KEY, tag TEXT, owner TEXT);
CREATE TRIGGER tag_is_known AFTER INSERT ON tagged BEGIN INSERT OR IGNORE INTO tag (name) VALUES (new.tag); END;
""" + "".join(OWN.format(t) for t in ("doc", "pair", "strict_one", "failing", "tagged"))


class ConflictClauses(RestCase):
    SCHEMA = TABLES

    def ann(self, status, method, path, body=None, prefer=None, code=None):
        response = self.call(method, path, body, role="authenticated", sub="ann",
                             headers={"Prefer": prefer} if prefer else {})
        self.assertEqual(response.status, status, response.body)
        if code:
            self.assertEqual(response.json()["code"], code)
        return response

    def tables(self):
        return {t: self.rows(t, role="service_role") for t in ("doc", "pair", "strict_one", "failing")}

    def test_nothing_takes_the_row_of_another(self):
        before = self.tables()
        merge = "resolution=merge-duplicates"
        for method, path, body, prefer in [
                ("POST", "doc", {"slug": "x", "owner": "ann"}, None),
                ("POST", "doc", {"id": 1, "slug": "new", "owner": "ann"}, None),
                ("POST", "doc", [{"slug": "new", "owner": "ann"}, {"slug": "x", "owner": "ann"}], None),
                ("POST", "doc", {"id": 2, "slug": "x", "owner": "ann"}, merge),
                ("POST", "doc?on_conflict=slug", {"id": 1, "slug": "y", "owner": "ann"}, merge),
                ("POST", "doc", {"id": 9, "slug": "x", "owner": "ann"}, "resolution=ignore-duplicates"),
                ("PUT", "doc?id=eq.2", {"id": 2, "slug": "x", "owner": "ann"}, None),
                ("PATCH", "doc?id=eq.2", {"slug": "x"}, None),
                ("PATCH", "doc?id=eq.2", {"id": 1}, None),
                ("POST", "pair", {"a": 1, "b": 1, "owner": "ann", "note": "n3"}, None),
                ("POST", "pair", {"a": 3, "b": 1, "owner": "ann", "note": "n3"}, None),
                ("PATCH", "pair?a=eq.2", {"a": 1, "b": 1}, None),
                ("PATCH", "pair?a=eq.2", {"b": 1}, None),
                ("POST", "strict_one", {"code": "x", "owner": "ann"}, None),
                ("PATCH", "strict_one?id=eq.2", {"code": "x"}, None),
                ("POST", "failing", [{"code": "z", "owner": "ann"}, {"code": "x", "owner": "ann"}], None)]:
            with self.subTest(method=method, path=path, body=body):
                self.ann(409, method, path, body, prefer, "23505")
                self.assertEqual(self.tables(), before)

    def test_a_null_is_refused_and_neither_replaced_nor_passed_over(self):
        before = self.tables()
        self.ann(400, "POST", "doc", {"slug": "n", "owner": "ann", "kind": None}, code="23502")
        self.ann(400, "POST", "doc", {"slug": "n", "owner": "ann", "size": None}, code="23502")
        self.ann(400, "PATCH", "doc?id=eq.2", {"kind": None}, code="23502")
        self.ann(400, "PATCH", "doc?id=eq.2", {"size": None}, code="23502")
        self.assertEqual(self.tables(), before)

    def test_triggers_elsewhere_keep_their_clauses(self):
        for _ in range(2):
            self.ann(201, "POST", "tagged", {"tag": "red", "owner": "ann"})
        self.assertEqual(len(self.rows("tag", role="service_role")), 1)


ENDING = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, writer TEXT NOT NULL, n INTEGER NOT NULL, UNIQUE (writer, n));
CREATE TABLE taken (word TEXT UNIQUE ON CONFLICT ROLLBACK);
INSERT INTO taken VALUES ('taken');
CREATE TABLE bomb (id INTEGER PRIMARY KEY, how TEXT);
CREATE TRIGGER bomb_raises AFTER INSERT ON bomb WHEN new.how = 'raise' BEGIN
  INSERT INTO entry (writer, n) VALUES ('bomb', new.id); SELECT RAISE(ROLLBACK, 'no bombs'); END;
CREATE TRIGGER bomb_conflicts AFTER INSERT ON bomb WHEN new.how = 'conflict' BEGIN
  INSERT INTO taken VALUES ('taken'); END;
CREATE POLICY entry_all ON entry USING (true) WITH CHECK (true);
CREATE POLICY bomb_all ON bomb USING (true) WITH CHECK (true);
CREATE FUNCTION explode() RETURNS VOID LANGUAGE sql AS $$ INSERT INTO bomb (how) VALUES ('raise') $$;
GRANT EXECUTE ON FUNCTION explode() TO anon;
"""


class TransactionsThatEnd(RestCase):
    SCHEMA = ENDING
    WRITERS = 8
    BOMBERS = 6
    EACH = 10 if is_sanitized() else 40

    def test_the_answer_is_the_request_s_own(self):
        for path, body, status, code, message in [
                ("bomb", {"how": "raise"}, 400, "P0001", "no bombs"),
                ("rpc/explode", {}, 400, "P0001", "no bombs"),
                ("bomb", [{"how": "fine"}, {"how": "raise"}], 400, "P0001", "no bombs"),
                ("bomb", {"how": "conflict"}, 409, "23505", None)]:
            error = self.refused(status, code, "POST", path, body, role=None)
            if message:
                self.assertEqual(error["message"], message)
        self.assertEqual(self.rows("bomb", role=None), [])
        self.assertEqual(self.rows("entry", role=None), [])
        self.assertEqual(self.client().get("/readyz").status, 200)

    def test_innocent_writers_beside_them_get_no_error(self):
        """And what they were told is written, in the order in which they were told."""
        problems = []
        done = threading.Event()

        def write(number):
            with Client(self.server.port) as client:
                for n in range(self.EACH):
                    response = client.request(
                        "POST", "/rest/v1/entry?select=n",
                        {"Content-Type": "application/json", "Prefer": "return=representation"},
                        b'{"writer":"w%d","n":%d}' % (number, n))
                    if response.status != 201 or response.body != b'[{"n":%d}]' % n:
                        problems.append(("writer", response.status, response.body))
                    if len(response.all("Content-Type")) != 1:
                        problems.append(("headers of a run before", response.headers))

        def bomb(number):
            body = b'{"how":"%s"}' % (b"raise" if number % 2 else b"conflict")
            wanted = (400, b"P0001") if number % 2 else (409, b"23505")
            with Client(self.server.port) as client:
                while not done.is_set():
                    response = client.request("POST", "/rest/v1/bomb", {"Content-Type": "application/json"}, body)
                    if response.status != wanted[0] or wanted[1] not in response.body:
                        problems.append(("bomber", response.status, response.body))
                        return

        bombers = [threading.Thread(target=bomb, args=(i,)) for i in range(self.BOMBERS)]
        writers = [threading.Thread(target=write, args=(i,)) for i in range(self.WRITERS)]
        for thread in bombers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in bombers:
            thread.join()
        self.assertEqual(problems, [])
        rows = self.rows("entry?order=id", role=None)
        for number in range(self.WRITERS):
            self.assertEqual([row["n"] for row in rows if row["writer"] == "w%d" % number], list(range(self.EACH)))
        self.assertEqual(len(rows), self.WRITERS * self.EACH)
        self.assertEqual(self.rows("bomb", role=None), [])


if __name__ == "__main__":
    unittest.main()
