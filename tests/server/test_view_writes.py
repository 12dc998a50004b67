"""Writes to views: judged, counted and answered by the rows that the view shows afterwards."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest_case import RestCase  # noqa: E402

SCHEMA = """
CREATE ROLE owner_only;
CREATE TABLE doc (id INTEGER PRIMARY KEY, owner TEXT, body TEXT, slug TEXT UNIQUE);
INSERT INTO doc VALUES (1, 'ann', 'a', 's1'), (2, 'bob', 'b', 's2'), (3, 'ann', 'c', 's3');
CREATE VIEW docs AS SELECT id, owner, body, body || '!' AS loud FROM doc WHERE body <> 'gone';
CREATE TRIGGER docs_i INSTEAD OF INSERT ON docs BEGIN
  INSERT INTO doc (owner, body, slug) VALUES (coalesce(new.owner, 'nobody'), new.body, new.body); END;
CREATE TRIGGER docs_u INSTEAD OF UPDATE ON docs BEGIN UPDATE doc SET id = new.id, body = new.body WHERE id = old.id; END;
CREATE TRIGGER docs_d INSTEAD OF DELETE ON docs BEGIN DELETE FROM doc WHERE id = old.id; END;
CREATE POLICY docs_r ON docs FOR SELECT USING (true);
CREATE POLICY docs_d ON docs FOR DELETE USING (true);
CREATE POLICY docs_u ON docs FOR UPDATE USING (true) WITH CHECK (owner IS NULL OR owner = 'ann');
CREATE POLICY docs_i ON docs FOR INSERT WITH CHECK (owner = 'ann' AND loud <> 'no!');

-- Its trigger writes another row than the one that is named.
CREATE VIEW crooked AS SELECT id, owner, body FROM doc;
CREATE TRIGGER crooked_u INSTEAD OF UPDATE ON crooked BEGIN UPDATE doc SET body = new.body WHERE id = new.id; END;
CREATE POLICY crooked_r ON crooked FOR SELECT USING (true);
CREATE POLICY crooked_u ON crooked FOR UPDATE USING (owner = 'ann') WITH CHECK (owner = 'ann');
CREATE VIEW deaf AS SELECT id, owner, body FROM doc;
CREATE TRIGGER deaf_u INSTEAD OF UPDATE ON deaf BEGIN UPDATE doc SET body = new.body WHERE id = old.id; END;
CREATE POLICY deaf_r ON deaf FOR SELECT USING (true);
CREATE POLICY deaf_u ON deaf FOR UPDATE USING (true) WITH CHECK (owner = 'ann');

-- Without a key.
CREATE VIEW bodies AS SELECT body, owner FROM doc;
CREATE TRIGGER bodies_u INSTEAD OF UPDATE ON bodies BEGIN UPDATE doc SET body = new.body WHERE body = old.body; END;
CREATE TRIGGER bodies_i INSTEAD OF INSERT ON bodies BEGIN INSERT INTO doc (owner, body) VALUES (new.owner, new.body); END;
CREATE TRIGGER bodies_d INSTEAD OF DELETE ON bodies BEGIN DELETE FROM doc WHERE body = old.body; END;
GRANT SELECT, INSERT, UPDATE, DELETE ON bodies TO owner_only;
CREATE POLICY bodies_r ON bodies FOR SELECT TO anon USING (true);
CREATE POLICY bodies_u ON bodies FOR UPDATE TO anon USING (true) WITH CHECK (owner = 'ann');

-- Rows of a join: the key is of the table that refers to the other.
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE task (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id), what TEXT);
INSERT INTO person VALUES (1, 'ann'), (2, 'bob');
INSERT INTO task VALUES (10, 1, 'x'), (11, 1, 'y'), (12, 2, 'z');
CREATE VIEW tasks AS SELECT p.id AS person_id, p.name, t.id, t.what FROM task t JOIN person p ON p.id = t.person_id;
CREATE TRIGGER tasks_u INSTEAD OF UPDATE ON tasks BEGIN
  UPDATE task SET what = new.what, person_id = new.person_id WHERE id = old.id; END;
CREATE TRIGGER tasks_i INSTEAD OF INSERT ON tasks BEGIN
  INSERT INTO person (name) VALUES (new.name);
  INSERT INTO task (person_id, what) VALUES (last_insert_rowid(), new.what); END;
CREATE POLICY tasks_all ON tasks USING (true) WITH CHECK (name <> 'eve');

-- Without rowids: the key must be sent, and new.
CREATE TABLE word (name TEXT PRIMARY KEY, uses INTEGER) WITHOUT ROWID;
INSERT INTO word VALUES ('old', 1);
CREATE VIEW words AS SELECT name, uses FROM word;
CREATE TRIGGER words_i INSTEAD OF INSERT ON words BEGIN
  INSERT INTO word VALUES (new.name, 1) ON CONFLICT (name) DO UPDATE SET uses = uses + 1; END;
CREATE POLICY words_all ON words USING (true) WITH CHECK (uses > 0);
"""
WHOLE = "return=representation"


class ViewWrites(RestCase):
    SCHEMA = SCHEMA

    def ask(self, method, path, body=None, prefer="", role=None, **headers):
        return self.call(method, path, body, role=role, headers={"Prefer": prefer, **headers} if prefer else headers)

    def answers(self, status, method, path, body=None, prefer="", **more):
        response = self.ask(method, path, body, prefer, **more)
        self.assertEqual(response.status, status, response.body)
        return response.json() if response.body else response

    def refuses(self, status, code, method, path, body=None, prefer="", **more):
        before = self.docs()
        self.assertEqual(self.answers(status, method, path, body, prefer, **more)["code"], code)
        self.assertEqual(self.docs(), before)

    def docs(self):
        return self.rows("doc?order=id&select=id,owner,body", role="service_role")

    def test_a_change_is_answered_and_judged_by_what_the_view_shows(self):
        self.assertEqual(self.answers(200, "PATCH", "docs?id=eq.1", {"body": "x"}, WHOLE),
                         [{"id": 1, "owner": "ann", "body": "x", "loud": "x!"}])
        for prefer in ("", WHOLE):
            self.refuses(401, "42501", "PATCH", "docs?id=eq.2", {"body": "x"}, prefer)
            self.refuses(401, "42501", "PATCH", "docs?id=gt.0", {"body": "x"}, prefer)
        self.assertEqual(self.answers(200, "PATCH", "docs?owner=eq.ann&select=loud&order=id", {"body": "y"}, WHOLE),
                         [{"loud": "y!"}, {"loud": "y!"}])
        self.assertEqual(self.answers(200, "PATCH", "docs?id=eq.99", {"body": "x"}, WHOLE), [])

    def test_a_row_that_leaves_the_view_fulfils_nothing(self):
        self.refuses(401, "42501", "PATCH", "docs?id=eq.1", {"body": "gone"})
        response = self.ask("PATCH", "docs?id=eq.1", {"body": "gone"}, WHOLE + ",count=exact", role="service_role")
        self.assertEqual((response.status, response.json(), response.header("Content-Range")), (200, [], "0-0/1"))

    def test_a_key_that_changes(self):
        self.assertEqual(self.answers(200, "PATCH", "docs?id=eq.1", {"id": 7}, WHOLE)[0]["id"], 7)
        self.refuses(409, "23505", "PATCH", "docs?id=eq.3", {"id": 2})
        # What the trigger does not do as it is told is seen all the same.
        self.refuses(401, "42501", "PATCH", "crooked?id=eq.3", {"id": 2, "body": "x"})
        self.refuses(401, "42501", "PATCH", "deaf?id=eq.2", {"id": 3, "body": "x"})
        self.assertEqual(self.answers(200, "PATCH", "deaf?id=eq.3", {"id": 3, "body": "z"}, WHOLE),
                         [{"id": 3, "owner": "ann", "body": "z"}])

    def test_new_rows(self):
        self.assertEqual(self.answers(201, "POST", "docs", {"owner": "ann", "body": "n"}, WHOLE),
                         [{"id": 4, "owner": "ann", "body": "n", "loud": "n!"}])
        two = [{"owner": "ann", "body": "m"}, {"owner": "ann", "body": "o"}]
        self.assertEqual([row["id"] for row in self.answers(201, "POST", "docs", two, WHOLE)], [5, 6])
        for prefer in ("", WHOLE):
            self.refuses(401, "42501", "POST", "docs", {"owner": "bob", "body": "n2"}, prefer)
            self.refuses(401, "42501", "POST", "docs", {"body": "n2"}, prefer)
            self.refuses(401, "42501", "POST", "docs", {"owner": "ann", "body": "no"}, prefer)
            self.refuses(401, "42501", "POST", "docs", {"owner": "ann", "body": "gone"}, prefer)
            # A taken key tells nothing to those who may not write the row.
            self.refuses(401, "42501", "POST", "docs", {"owner": "bob", "body": "s2"}, prefer)

    def test_rows_are_counted_and_held_to_a_limit(self):
        strict = "handling=strict,max-affected=%d,count=exact"
        self.refuses(400, "PGRST124", "DELETE", "docs?id=gt.1", None, strict % 1)
        self.refuses(400, "PGRST124", "PATCH", "docs?owner=eq.ann", {"body": "x"}, strict % 1)
        self.assertEqual(self.ask("PATCH", "docs?owner=eq.ann", {"body": "x"}, strict % 2).header("Content-Range"), "0-1/2")
        self.assertEqual(self.ask("POST", "docs", {"owner": "ann", "body": "q"}, "count=exact").header("Content-Range"), "*/1")
        self.assertEqual(self.ask("DELETE", "docs?id=gt.1", None, strict % 3).header("Content-Range"), "*/3")
        self.assertEqual([row["id"] for row in self.docs()], [1])

    def test_deleted_rows_are_given_back_as_they_were(self):
        self.assertEqual(self.answers(200, "DELETE", "docs?id=eq.2", None, WHOLE),
                         [{"id": 2, "owner": "bob", "body": "b", "loud": "b!"}])
        one = {"Accept": "application/vnd.pgrst.object+json"}
        self.refuses(406, "PGRST116", "DELETE", "docs?id=gt.0", None, WHOLE, **one)
        self.assertEqual(self.answers(200, "DELETE", "docs?id=eq.1&select=id", None, WHOLE, **one), {"id": 1})
        self.assertEqual([row["id"] for row in self.docs()], [3])

    def test_a_view_without_a_key(self):
        self.refuses(400, "0A000", "PATCH", "bodies?body=eq.a", {"body": "x"})  # the policy must judge
        self.refuses(400, "0A000", "PATCH", "bodies?body=eq.a", {"body": "x"}, WHOLE, role="owner_only")
        self.refuses(400, "0A000", "POST", "bodies", {"body": "x"}, WHOLE, role="owner_only")
        self.assertEqual(self.ask("PATCH", "bodies?body=eq.a", {"body": "x"}, "count=exact", role="owner_only")
                         .header("Content-Range"), "0-0/1")
        self.assertEqual(self.ask("POST", "bodies", {"body": "x", "owner": "z"}, role="owner_only").status, 201)
        self.assertEqual(self.answers(200, "DELETE", "bodies?body=eq.c", None, WHOLE, role="owner_only"),
                         [{"body": "c", "owner": "ann"}])

    def test_a_view_of_a_join(self):
        self.assertEqual(self.answers(200, "PATCH", "tasks?name=eq.ann", {"what": "w"}, WHOLE),
                         [{"person_id": 1, "name": "ann", "id": 10, "what": "w"}, {"person_id": 1, "name": "ann", "id": 11, "what": "w"}])
        self.assertEqual(self.answers(200, "PATCH", "tasks?id=eq.10", {"person_id": 2}, WHOLE)[0]["name"], "bob")
        self.assertEqual(self.answers(201, "POST", "tasks", {"name": "dan", "what": "v"}, WHOLE),
                         [{"person_id": 3, "name": "dan", "id": 13, "what": "v"}])
        self.refuses(401, "42501", "POST", "tasks", {"name": "eve", "what": "v"})

    def test_a_view_of_a_table_without_rowids(self):
        self.assertEqual(self.answers(201, "POST", "words", {"name": "new"}, WHOLE), [{"name": "new", "uses": 1}])
        self.refuses(400, "0A000", "POST", "words", {"name": "old"})
        self.assertEqual(self.rows("word?name=eq.old", role="service_role")[0]["uses"], 1)


if __name__ == "__main__":
    unittest.main()
