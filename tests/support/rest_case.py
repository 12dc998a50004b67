"""A server with a small shop, and requests to its /rest/v1."""

import json

from openapi_check import CheckedClient
from prodev import FolderCase
from rest import make_token

SCHEMA = """
CREATE ROLE staff;
CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES category (id),
  name TEXT NOT NULL,
  price REAL,
  stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  attributes TEXT CHECK (attributes IS NULL OR json_valid(attributes)),
  picture BLOB,
  label TEXT GENERATED ALWAYS AS (name || '!') VIRTUAL
) STRICT;
CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, body TEXT) STRICT;
INSERT INTO category VALUES (1, 'cups'), (2, 'pots');
INSERT INTO product (id, category_id, name, price, stock, active, attributes, picture) VALUES
  (1, 1, 'Ash cup', 12.5, 3, 1, '{"colour":"grey"}', x'00ff10'),
  (2, 1, 'Birch cup', NULL, 0, 1, NULL, NULL),
  (3, 2, 'Cedar pot, "large"', 40, 9007199254740993, 0, '[1,2]', NULL),
  (4, 2, 'dill pot', 1e300, 1, 1, '"text"', NULL);
INSERT INTO note VALUES (1, 'ada', 'hers'), (2, 'bob', 'his');
CREATE TABLE part (id INTEGER PRIMARY KEY, whole INTEGER REFERENCES part (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
CREATE POLICY all_categories ON category FOR SELECT USING (true);
CREATE POLICY all_products ON product FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY active_products ON product FOR SELECT TO anon, authenticated USING (active = 1);
CREATE POLICY own_notes ON note TO authenticated USING (owner = auth.uid());
GRANT SELECT (id, name, price, active) ON product TO anon;
"""


class RestCase(FolderCase):
    """A server of its own for each test: tests write."""

    SCHEMA = SCHEMA
    ARGUMENTS = ()

    def setUp(self):
        self.folder = self.make_folder()
        (self.folder / "schema").mkdir()
        (self.folder / "schema/0001_shop.sql").write_text(self.SCHEMA)
        self.server = self.start_prodev(*self.ARGUMENTS, folder=self.folder)
        self.tokens = {}

    def token(self, role, sub=""):
        if (role, sub) not in self.tokens:
            self.tokens[role, sub] = make_token(self.folder, role, sub or None)
        return self.tokens[role, sub]

    def call(self, method, path, body=None, role="staff", sub="s", headers=()):
        headers = dict(headers)
        if role is not None:
            headers["Authorization"] = "Bearer " + self.token(role, sub)
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        data = body.encode() if isinstance(body, str) else body or b""
        return self.client().request(method, "/rest/v1/" + path, headers, data)

    def client(self):
        if not hasattr(self, "_client"):
            self._client = CheckedClient(self.server.port)
            self.addCleanup(self._client.close)
        return self._client

    def rows(self, path, **more):
        response = self.call("GET", path, **more)
        self.assertIn(response.status, (200, 206), response.body)
        return response.json()

    def ids(self, path, **more):
        return [row["id"] for row in self.rows(path, **more)]

    def refused(self, status, code, method, path, body=None, **more):
        response = self.call(method, path, body, **more)
        self.assertEqual(response.status, status, response.body)
        error = response.json()
        self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
        self.assertEqual(error["code"], code, error)
        return error
