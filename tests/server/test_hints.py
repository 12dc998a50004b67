"""An error suggests only what its caller may use: of two servers that differ in hidden tables, both answer alike."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SHARED = """
CREATE ROLE staff;
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT) STRICT;
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT) STRICT;
CREATE TABLE visit (person_id INTEGER REFERENCES person (id), place_id INTEGER REFERENCES place (id),
                    PRIMARY KEY (person_id, place_id)) STRICT;
CREATE TABLE inbox (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE POLICY people ON person FOR SELECT USING (true);
CREATE POLICY places ON place FOR SELECT USING (true);
CREATE POLICY visits ON visit FOR SELECT USING (true);
CREATE POLICY write_inbox ON inbox FOR INSERT WITH CHECK (true);
CREATE FUNCTION find_person(name text) RETURNS SETOF person LANGUAGE sql STABLE
  AS $$ SELECT * FROM person WHERE person.name = :name $$;
GRANT EXECUTE ON FUNCTION find_person TO anon;
INSERT INTO person VALUES (1, 'ann'); INSERT INTO place VALUES (1, 'here'); INSERT INTO visit VALUES (1, 1);
"""
# What only staff may use: between the same tables, and with names like theirs.
HIDDEN = """
CREATE TABLE persons_salary (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id)) STRICT;
CREATE TABLE banned (person_id INTEGER REFERENCES person (id), place_id INTEGER REFERENCES place (id),
                     PRIMARY KEY (person_id, place_id)) STRICT;
CREATE TABLE secret_plan (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id)) STRICT;
CREATE FUNCTION find_persons_salary() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 1 $$;
CREATE FUNCTION find_person(salary integer, bonus integer) RETURNS SETOF person LANGUAGE sql STABLE
  AS $$ SELECT * FROM person WHERE :salary + :bonus > 0 $$;
""" + "".join(f"CREATE POLICY staff_{t} ON {t} FOR ALL TO staff USING (true);\n"
              for t in ("persons_salary", "banned", "secret_plan")) + """
GRANT EXECUTE ON FUNCTION find_persons_salary TO staff;
GRANT EXECUTE ON FUNCTION find_person(salary integer, bonus integer) TO staff;
"""
QUESTIONS = [
    ("GET", "secret_plam"), ("GET", "persons_salar"), ("GET", "bannd"), ("GET", "perso"), ("GET", "inbx"),
    ("POST", "secret_plam"), ("PATCH", "secret_plam?id=eq.1"), ("DELETE", "banne?id=eq.1"), ("OPTIONS", "secret_plam"),
    ("GET", "person?select=*,secret_plam(*)"), ("GET", "person?select=*,persons_salar(*)"),
    ("GET", "person?select=*,place(*)"), ("GET", "place?select=*,person(name)"), ("GET", "person?select=*,bannd(*)"),
    ("GET", "rpc/find_persons_salar"), ("GET", "rpc/find_persn"), ("GET", "rpc/find_person?salary=1"),
    ("GET", "rpc/find_person?salary=1&bonu=1"), ("POST", "rpc/find_person"), ("OPTIONS", "rpc/find_persons_salar"),
]


class Hints(RestFolderCase):
    client_type = Client

    def start(self, schema):
        server = self.start_project(schema, "--jwt-secret", "k" * 40)
        (self.project / "data/keys").mkdir(exist_ok=True)
        (self.project / "data/keys/jwt.key").write_text("k" * 40)
        return server

    def answer(self, server, method, path, role=None):
        response = self.ask(server, method, path, {} if method in ("POST", "PATCH") else None,
                            self.bearer(role) if role else {})
        return response.status, response.header("Allow"), response.body.decode()

    def test_servers_that_differ_in_hidden_tables_and_functions_answer_alike(self):
        plain, more = self.start(SHARED), self.start(SHARED + HIDDEN)
        for method, path in QUESTIONS:
            for role in (None, "authenticated"):
                with self.subTest(method + " " + path, role=role):
                    self.assertEqual(self.answer(plain, method, path, role), self.answer(more, method, path, role))

    def test_who_may_use_them_is_told_of_them(self):
        more = self.start(SHARED + HIDDEN)
        for path, name in [("secret_plam", "secret_plan"), ("person?select=*,secret_plam(*)", "secret_plan"),
                           ("rpc/find_persons_salar", "find_persons_salary"), ("rpc/find_person?salary=1", "salary"),
                           ("inbx", "inbox")]:
            self.assertIn(name, json.loads(self.answer(more, "GET", path, "staff")[2])["hint"], path)
        self.assertEqual(self.answer(more, "GET", "person?select=*,place(*)", "staff")[0], 300)


if __name__ == "__main__":
    unittest.main()
