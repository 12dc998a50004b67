"""A role that may not write a row is told so, whatever keys and constraints would say of it: they tell of hidden rows."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest_case import RestCase  # noqa: E402

SCHEMA = """
CREATE TABLE folder (id INTEGER PRIMARY KEY);
INSERT INTO folder VALUES (1);
CREATE TABLE doc (
  id INTEGER PRIMARY KEY,
  title TEXT UNIQUE COLLATE NOCASE,
  owner TEXT NOT NULL,
  size INTEGER NOT NULL DEFAULT 1 CHECK (size > 0),
  folder INTEGER DEFAULT 1 REFERENCES folder (id),
  word TEXT GENERATED ALWAYS AS (lower(title)) STORED UNIQUE
);
INSERT INTO doc (id, title, owner) VALUES (1, 'Known', 'bob'), (2, 'mine', 'ann');
CREATE POLICY doc_i ON doc FOR INSERT TO authenticated WITH CHECK (owner = auth.uid() AND word <> 'secret');
CREATE POLICY doc_s ON doc FOR SELECT TO authenticated USING (owner = auth.uid());
CREATE POLICY doc_u ON doc FOR UPDATE TO authenticated USING (owner = auth.uid()) WITH CHECK (owner = auth.uid() AND size < 9);
-- Nobody but the service may insert here.
CREATE TABLE closed (id INTEGER PRIMARY KEY, title TEXT UNIQUE);
INSERT INTO closed VALUES (1, 'known');
CREATE POLICY closed_never ON closed FOR ALL USING (id = 7) WITH CHECK (id = -1);
CREATE TABLE pair (a TEXT, b TEXT, owner TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO pair VALUES ('x', 'y', 'bob');
CREATE POLICY pair_all ON pair TO authenticated USING (owner = auth.uid()) WITH CHECK (owner = auth.uid());
-- The key is one that the database chooses, and the policy is about it.
CREATE TABLE numbered (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
INSERT INTO numbered VALUES (1, 'taken');
CREATE POLICY numbered_all ON numbered TO authenticated USING (true) WITH CHECK (id > 1);
-- A document begins as a draft, and may then be made live.
CREATE TABLE stage (id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT);
INSERT INTO stage VALUES (1, 'draft', NULL);
CREATE POLICY stage_s ON stage FOR SELECT TO authenticated USING (true);
CREATE POLICY stage_i ON stage FOR INSERT TO authenticated WITH CHECK (state IN ('draft', 'live'));
CREATE POLICY stage_u ON stage FOR UPDATE TO authenticated USING (state = 'draft') WITH CHECK (state = 'live');
CREATE TABLE once (id TEXT PRIMARY KEY, v TEXT);
CREATE POLICY once_s ON once FOR SELECT TO authenticated USING (true);
CREATE POLICY once_i ON once FOR INSERT TO authenticated WITH CHECK (true);
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, badge TEXT UNIQUE);
INSERT INTO person VALUES (1, 'a', 'k1'), (2, 'b', 'k2');
GRANT SELECT (id, name) ON person TO authenticated;
CREATE POLICY person_all ON person USING (true) WITH CHECK (true);
CREATE TABLE loud (id INTEGER PRIMARY KEY, owner TEXT);
CREATE TRIGGER loud_raises BEFORE INSERT ON loud BEGIN SELECT RAISE(ABORT, 'loud'); END;
CREATE POLICY loud_all ON loud TO authenticated USING (owner = auth.uid());
"""
IGNORE, MERGE = "resolution=ignore-duplicates", "resolution=merge-duplicates"


class PoliciesFirst(RestCase):
    SCHEMA = SCHEMA

    def ask(self, method, path, body, prefer="", role="authenticated"):
        headers = {"Prefer": prefer} if prefer else {}
        response = self.call(method, path, body, role=role, sub="ann", headers=headers)
        return response.status, response.json().get("code") if response.status >= 400 else None, response.body

    def same(self, wanted, method, requests, **more):
        """Each of the requests, of which one meets a hidden row or a constraint, gets the same answer to the byte."""
        answers = {self.ask(method, path, body, **more) for path, body in requests}
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(next(iter(answers))[:2], wanted)

    def test_a_key_that_is_taken(self):
        for prefer in ("", IGNORE, MERGE, "return=representation", "return=headers-only", IGNORE + ",return=representation"):
            with self.subTest(prefer=prefer):
                self.same((403, "42501"), "POST", [("doc", {"title": t, "owner": "eve"}) for t in ("known", "new")], prefer=prefer)
                self.same((403, "42501"), "POST", [("doc", {"id": i, "owner": "eve"}) for i in (1, 9)], prefer=prefer)
                self.same((403, "42501"), "POST", [("closed", {"title": t}) for t in ("known", "new")], prefer=prefer)
                self.same((403, "42501"), "POST", [("closed", {"id": i}) for i in (1, 9)], prefer=prefer)
                self.same((403, "42501"), "POST", [("pair", {"a": a, "b": "y", "owner": "eve"}) for a in ("x", "z")], prefer=prefer)
        self.same((401, "42501"), "POST", [("closed", {"title": t}) for t in ("known", "new")], role=None)

    def test_a_key_of_an_upsert_by_another_constraint(self):
        for prefer in (IGNORE, MERGE):
            self.same((403, "42501"), "POST", [("doc?on_conflict=title", {"title": t, "owner": "eve"}) for t in ("known", "new")],
                      prefer=prefer)
            self.same((403, "42501"), "POST", [("doc?on_conflict=title", {"id": i, "title": "n", "owner": "eve"}) for i in (1, 9)],
                      prefer=prefer)
        self.same((403, "42501"), "PUT", [(f"doc?id=eq.{i}", {"id": i, "title": "n", "owner": "eve"}) for i in (1, 9)])

    def test_what_a_merge_proposes_is_judged_too(self):
        """As in PostgreSQL: INSERT's check is of the row that is sent, though another one is written."""
        self.assertEqual(self.ask("POST", "doc", {"id": 2, "title": "better"}, MERGE)[:2], (403, "42501"))
        self.assertEqual(self.ask("POST", "doc", {"id": 2, "title": "better", "owner": "ann"}, MERGE)[0], 200)
        self.same((403, "42501"), "POST", [("doc", {"id": 2, "title": t, "owner": "ann", "size": 9}) for t in ("known", "new")],
                  prefer=MERGE)

    def test_a_merge_of_a_free_key_is_an_insert_to_the_policies(self):
        """PostgreSQL's CREATE POLICY: those of UPDATE are of rows whose key is taken."""
        asked = {"id": "a", "v": "1"}
        self.assertEqual(self.ask("POST", "once", asked, MERGE)[0], 201)
        self.assertEqual(self.ask("POST", "once", asked, MERGE)[:2], (403, "42501"))
        self.assertEqual(self.ask("POST", "once", [{"id": "b", "v": "1"}, asked], MERGE)[:2], (403, "42501"))
        self.assertEqual(self.ask("PUT", "once?id=eq.c", {"id": "c", "v": "1"})[0], 204)
        self.assertEqual(self.ask("PUT", "once?id=eq.c", {"id": "c", "v": "2"})[:2], (403, "42501"))
        rows = self.call("GET", "once?select=id&order=id", role="authenticated", sub="ann").json()
        self.assertEqual(rows, [{"id": "a"}, {"id": "c"}])

    def test_a_merge_of_a_taken_key_meets_the_check_of_update(self):
        for row, status in [({"id": 1, "state": "draft", "note": "x"}, 403), ({"id": 2, "state": "draft"}, 201),
                            ({"id": 1, "state": "live"}, 200), ({"id": 1, "state": "live"}, 403),
                            ({"id": 2, "state": "gone"}, 403), ({"id": 3, "state": "gone"}, 403),
                            # Whether the key is taken cannot be told: both checks count.
                            ({"state": "draft"}, 403), ({"state": "live"}, 201)]:
            self.assertEqual(self.ask("POST", "stage", row, MERGE)[0], status, row)

    def test_a_key_of_an_upsert_must_be_one_that_the_caller_may_read(self):
        """PostgreSQL's INSERT, on index_column_name: else a conflict tells whose value it is."""
        for prefer in (MERGE, IGNORE, MERGE + ",return=representation"):
            self.same((403, "42501"), "POST", [("person?on_conflict=badge&select=id", {"badge": k, "name": "x"}) for k in ("k2", "k9")],
                      prefer=prefer)
        self.assertEqual(self.ask("POST", "person?select=id", {"id": 1, "name": "x"}, MERGE)[0], 200)

    def test_other_constraints(self):
        for name, value in [("size", 0), ("size", None), ("folder", 99), ("title", "KNOWN"), ("title", "fine"), ("size", 3)]:
            with self.subTest(name=name, value=value):
                self.assertEqual(self.ask("POST", "doc", {"owner": "eve", "title": "t", name: value})[:2], (403, "42501"))
                self.assertEqual(self.ask("PATCH", "doc?id=eq.2", {"owner": "eve", name: value})[:2], (403, "42501"))
        self.same((403, "42501"), "POST", [("doc", {"title": "x", "owner": o}) for o in (None, "eve")])

    def test_generated_columns_and_collations_count(self):
        self.same((403, "42501"), "POST", [("doc", {"id": i, "title": "SECRET", "owner": "ann"}) for i in (1, 9)])

    def test_a_patch_to_a_taken_key(self):
        self.same((403, "42501"), "PATCH", [("doc?id=eq.2", {"title": t, "size": 9}) for t in ("known", "new")])
        self.same((403, "42501"), "PATCH", [("doc?id=eq.2", {"id": i, "size": 9}) for i in (1, 7)])
        self.same((403, "42501"), "PATCH", [("doc?id=gt.0", {"title": t, "owner": "eve"}) for t in ("known", "new")])

    def test_who_may_write_the_row_is_told_what_is_wrong_with_it(self):
        own = {"owner": "ann"}
        for method, path, body, code in [
                ("POST", "doc", {**own, "title": "known"}, "23505"), ("POST", "doc", {**own, "id": 1, "title": "x"}, "23505"),
                ("POST", "doc", {**own, "title": "x", "size": 0}, "23514"), ("POST", "doc", {**own, "title": "x", "size": None}, "23502"),
                ("POST", "doc", {**own, "title": "x", "folder": 99}, "23503"), ("PATCH", "doc?id=eq.2", {"title": "known"}, "23505"),
                ("PATCH", "doc?id=eq.2", {"size": 0}, "23514"), ("POST", "numbered", {"code": "taken"}, "23505"),
                ("POST", "pair", {"a": "x", "b": "y", "owner": "ann"}, "23505"), ("POST", "loud", own, "P0001")]:
            self.assertEqual(self.ask(method, path, body)[1], code, (method, path, body))
        self.assertEqual(self.ask("POST", "doc", {**own, "title": "known"}, "on_conflict=title," + IGNORE)[1], "23505")
        self.assertEqual(self.ask("POST", "doc?on_conflict=title", {**own, "title": "known"}, IGNORE)[0], 201)
        self.assertEqual(self.ask("POST", "loud", {"owner": "eve"})[1], "42501")

    def test_rows_that_fit_are_written(self):
        self.assertEqual(self.ask("POST", "doc", {"title": "fine", "owner": "ann"})[0], 201)
        self.assertEqual(self.ask("POST", "numbered", {"code": "new"})[0], 201)
        self.assertEqual(self.ask("PATCH", "doc?title=eq.fine", {"title": "finer"})[0], 204)

    def test_a_plan_is_counted_where_rows_are_hidden(self):
        for count in ("planned", "estimated"):
            response = self.call("HEAD", "doc?limit=1", role="authenticated", sub="ann", headers={"Prefer": "count=" + count})
            self.assertEqual(response.header("Content-Range"), "0-0/1")

    def test_errors_of_the_database_have_codes_and_words_of_ours(self):
        self.call("POST", "closed", [{"id": 2 ** 62 + i} for i in range(3)], role="service_role")
        error = self.refused(400, "22003", "GET", "closed?select=id.sum()", role="service_role")
        self.assertEqual(error["message"], "bigint out of range")


if __name__ == "__main__":
    unittest.main()
