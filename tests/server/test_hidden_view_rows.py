"""An error tells nothing of a row that a view, a function or a junction hides.

Two servers differ only in a row that the caller cannot see, on which its filters would fail: they
answer alike.
"""

import itertools
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest import RestFolderCase  # noqa: E402

LONG = 20_000  # bytes of a text for which FAILS is too long

SCHEMA = """
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, bio TEXT);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT);
CREATE TABLE doc (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES author (id), secret INTEGER NOT NULL,
  owner TEXT, body TEXT);
CREATE TABLE doc_tag (doc_id INTEGER REFERENCES doc (id) ON DELETE CASCADE, tag_id INTEGER REFERENCES tag (id), owner TEXT,
  PRIMARY KEY (doc_id, tag_id));
CREATE VIEW shown AS SELECT id, author_id, owner, body FROM doc WHERE EXISTS (SELECT 1 FROM author AS a WHERE a.id = doc.author_id AND doc.secret = 0);
CREATE VIEW parsed AS SELECT id, author_id, owner, json_extract(body, '$.x') AS x FROM doc WHERE EXISTS (SELECT 1 FROM author AS a WHERE a.id = doc.author_id AND doc.secret = 0);
CREATE VIEW limited AS SELECT id, author_id, owner, body FROM doc WHERE secret = 0 ORDER BY id LIMIT 100;
CREATE VIEW joined AS SELECT d.id, d.owner, d.body, a.name FROM doc AS d JOIN author AS a ON a.id = d.author_id
  WHERE d.secret = 0;
CREATE VIEW either AS SELECT id, author_id, owner, body AS x FROM doc WHERE secret = 2
  UNION ALL SELECT id, author_id, owner, json_extract(body, '$.x') FROM doc WHERE secret = 0;
CREATE VIEW over AS SELECT * FROM shown;
CREATE VIEW owned AS SELECT id, author_id, owner, body FROM doc;
CREATE VIEW every AS SELECT id, owner, body FROM doc;
CREATE TRIGGER shown_u INSTEAD OF UPDATE ON shown BEGIN UPDATE doc SET owner = new.owner WHERE id = old.id; END;
CREATE TRIGGER shown_d INSTEAD OF DELETE ON shown BEGIN DELETE FROM doc WHERE id = old.id; END;
CREATE TRIGGER parsed_u INSTEAD OF UPDATE ON parsed BEGIN UPDATE doc SET owner = new.owner WHERE id = old.id; END;
CREATE TRIGGER parsed_d INSTEAD OF DELETE ON parsed BEGIN DELETE FROM doc WHERE id = old.id; END;
INSERT INTO author VALUES (1, 'ann', 'short'), (2, 'bob', printf('%.*c', {long}, '.'));
INSERT INTO tag VALUES (1, 'old', 'short'), (2, 'new', printf('%.*c', {long}, '.'));
INSERT INTO doc VALUES (1, 1, 0, 'ann', '{{"x":"one"}}'), (2, 1, 0, 'bob', '{{"x":"two"}}');
INSERT INTO doc_tag VALUES (1, 1, 'me');
{hidden}
-- Of rows that are there nothing is computed.
ALTER TABLE doc ADD COLUMN extra TEXT AS (json_extract(body, '$.x'));
CREATE FUNCTION listed() RETURNS SETOF doc LANGUAGE sql STABLE AS $$ SELECT * FROM doc
  WHERE EXISTS (SELECT 1 FROM author AS a WHERE a.id = doc.author_id AND doc.secret = 0) $$;
CREATE FUNCTION values_of() RETURNS TABLE (id int, x text) LANGUAGE sql STABLE
  AS $$ SELECT id, json_extract(body, '$.x') FROM doc
  WHERE EXISTS (SELECT 1 FROM author AS a WHERE a.id = doc.author_id AND doc.secret = 0) $$;
CREATE FUNCTION fragile(shown) RETURNS text LANGUAGE sql STABLE AS $$ SELECT json_extract(shown.body, '$.x') $$;
CREATE FUNCTION open_docs(author) RETURNS SETOF doc LANGUAGE sql STABLE
  AS $$ SELECT * FROM doc WHERE author_id = author.id AND secret = 0 $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon;
""" + "".join(f"CREATE POLICY p ON {table} FOR ALL USING (true);\n" for table in (
    "author", "tag", "shown", "parsed", "limited", "joined", "either", "over", "every")) + """
CREATE POLICY p ON owned FOR SELECT USING (id < 3);
CREATE POLICY p ON doc FOR SELECT USING (EXISTS (SELECT 1 FROM author WHERE author.id = author_id AND secret = 0));
CREATE POLICY p ON doc_tag FOR SELECT USING (EXISTS (SELECT 1 FROM author WHERE author.id = 1 AND doc_tag.owner = 'me'));
"""
HIDDEN = """
INSERT INTO doc VALUES (3, 2, 1, 'ann', 'no JSON ' || printf('%.*c', 20000, '.'));
INSERT INTO doc_tag VALUES (1, 2, 'you');
"""
FAILS = urllib.parse.quote(".{300}[XYZ]")
LONG_PATTERN = "?" * 450

BESIDE = ("", "id=gt.0&", "owner=eq.ann&")
BODY = (f"body=match.{FAILS}", f"body=not.imatch.{FAILS}", f"or=(body.match.%22{FAILS}%22,id.eq.9)",
        f"not.and=(body.match.%22{FAILS}%22,id.gt.0)", f"body=like.{LONG_PATTERN}")
X = ("x=eq.one", "x=in.(one,two)", "or=(x.eq.two,id.eq.9)", "x=not.is.null", "x=like.o*")
FILTERS = ([(view, one) for view in ("shown", "limited", "joined", "over", "owned") for one in BODY] +
           [(view, one) for view in ("parsed", "either") for one in X] +
           [("shown", "fragile=eq.one"), ("doc", "extra=eq.one"), ("doc", "extra=not.is.null")])
PATHS = [f"{view}?{beside}{one}&{rest}" for (view, one), beside in itertools.product(FILTERS, BESIDE)
         for rest in ("order=id", "select=count()")] + [
    # What is asked of embedded rows, and rows embedded by those that are hidden.
    *(f"author?select=id,{view}({inner})&{view}.{one}&order=id" for view in ("shown", "owned") for one in BODY
      for inner in ("id", "count()")),
    *(f"author?select=id,{view}!inner(id)&{view}.{one}&order=id" for view, one in FILTERS
      if view not in ("joined", "limited")),
    *(f"{view}?select=id,author!inner(id)&author.bio=match.{FAILS}&order=id" for view in ("shown", "owned", "doc")),
    *(f"{view}?select=id,author(id)&author.bio=match.{FAILS}&{asked}&order=id" for view in ("shown", "owned", "doc")
      for asked in ("author=is.null", "author=not.is.null", "or=(author.not.is.null,id.eq.9)")),
    f"doc?select=id,tag(id)&tag.body=match.{FAILS}&tag=not.is.null&order=id",
    f"doc?select=id,tag!inner(id)&tag.body=match.{FAILS}&order=id",
    f"doc?select=id,tag(id)&tag.body=match.{FAILS}&order=id",
    f"author?select=id,open_docs(id)&open_docs.body=match.{FAILS}&order=id",
    f"author?select=id,open_docs!inner(id)&open_docs.extra=eq.one&order=id",
    *(f"rpc/listed?{one}&order=id&select=id" for one in BODY), "rpc/listed?extra=eq.one&select=id",
    *(f"rpc/values_of?{one}&order=id" for one in X),
    # What is made of rows, and their order.
    "parsed?order=x&limit=1", "parsed?select=x::int,id", "parsed?select=x,count()", "parsed?select=x->y,id&x=neq.a"]


class HiddenViewRows(RestFolderCase):
    def setUp(self):
        self.servers = [self.start_project(SCHEMA.format(long=LONG, hidden=hidden), "--plan-enabled")
                        for hidden in ("", HIDDEN)]

    def answers(self, method, path, body=None, **headers):
        answers = [self.ask(server, method, path, body, headers) for server in self.servers]
        return [(answer.status, answer.body, answer.header("Content-Range")) for answer in answers]

    def test_reads_tell_nothing_of_one(self):
        for path in PATHS:
            with self.subTest(path):
                without, beside = self.answers("GET", path, Prefer="count=exact")
                self.assertEqual(without, beside)
                self.assertIn(without[0], (200, 206, 400, 406))

    def test_nor_do_writes(self):
        for view, ones in (("shown", (*BODY, "fragile=eq.one")), ("parsed", X)):
            for one, beside in itertools.product(ones, BESIDE):
                for method, body in (("PATCH", {"owner": "x"}), ("DELETE", None)):
                    for asked in ("minimal", "representation"):
                        with self.subTest(f"{method} {view}?{beside}{one}", asked=asked):
                            headers = {"Prefer": f"tx=rollback, return={asked}, count=exact"}
                            without, there = self.answers(method, f"{view}?{beside}{one}", body, **headers)
                            self.assertEqual(without, there)
                            self.assertIn(without[0], (200, 204))

    def test_rows_that_are_shown_are_filtered_and_written(self):
        server = self.servers[1]
        for path, ids in (("shown?body=match.two", [2]), ("shown?body=not.match.two", [1]), ("parsed?x=eq.one", [1]),
                          ("either?x=eq.two", [2]), ("shown?fragile=eq.two", [2]), ("rpc/values_of?x=eq.one", [1]),
                          ("rpc/listed?body=match.one", [1]), ("every?body=match.one&id=lt.3", [1])):
            with self.subTest(path):
                self.assertEqual([row["id"] for row in self.ask(server, "GET", path).json()], ids)
        headers = {"Prefer": "return=representation"}
        changed = self.ask(server, "PATCH", "parsed?x=eq.two", {"owner": "carl"}, headers)
        self.assertEqual(changed.json(), [{"id": 2, "author_id": 1, "owner": "carl", "x": "two"}])
        gone = self.ask(server, "DELETE", "shown?body=match.one", None, headers)
        self.assertEqual([row["id"] for row in gone.json()], [1])
        self.assertEqual([row["id"] for row in self.ask(server, "GET", "shown").json()], [2])

    def plan(self, path):
        response = self.ask(self.servers[0], "GET", path, None, {"Accept": "application/vnd.pgrst.plan+json"})
        self.assertEqual(response.status, 200, response.body)
        return response.body.decode()

    def test_keys_and_indexes_serve_views_and_functions_as_before(self):
        for path in ("shown?id=eq.2", "parsed?id=eq.1", "rpc/listed?id=eq.1", "over?id=eq.1&owner=eq.ann"):
            with self.subTest(path):
                self.assertRegex(self.plan(path), "SEARCH doc USING INTEGER PRIMARY KEY")
                self.assertNotIn("CO-ROUTINE", self.plan(path))
        for path in ("shown?id=eq.2&body=match.x", "parsed?id=eq.1&x=eq.one", "rpc/values_of?id=eq.1&x=eq.one"):
            with self.subTest(path):
                self.assertRegex(self.plan(path), "SEARCH doc USING INTEGER PRIMARY KEY")
        # One that hides nothing is not made first.
        self.assertNotIn("CO-ROUTINE", self.plan("every?body=match.x&order=id&limit=1"))


if __name__ == "__main__":
    unittest.main()
