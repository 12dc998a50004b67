"""/openapi.json, /rest/v1/ and /schemas/TABLE: what a caller may use, told from catalog, rights and routes."""

import json
import pathlib
import sys
import time
import unittest
import urllib.parse

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from openapi_check import Document, check_response  # noqa: E402
from prodev import Client, Response, eventually, run_prodev  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE ROLE staff;

-- Something that
-- can be bought.
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  -- Its name on labels.
  name TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'cup' CHECK (kind IN ('cup', 'pot')),
  size TEXT CHECK (size IN ('s', 'm')), -- how large
  price REAL NOT NULL,
  cost REAL,
  stock INTEGER NOT NULL DEFAULT -1,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  facts TEXT NOT NULL DEFAULT '{"a":[1]}' CHECK (json_valid(facts)),
  made TEXT NOT NULL DEFAULT (strftime('%Y', 'now')),
  label TEXT GENERATED ALWAYS AS (name || '!') VIRTUAL
) STRICT;
CREATE TABLE part (product_id INTEGER REFERENCES product, at TIMESTAMP, day DATE, key UUID, bytes BLOB, any_value);
CREATE TABLE secret (id INTEGER PRIMARY KEY);
CREATE TABLE inbox (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE VIEW cheap AS SELECT id, name FROM product WHERE price < 10;
COMMENT ON TABLE part IS 'What it''s made of';
COMMENT ON COLUMN cheap.name IS 'As on labels';

-- The cheapest, first.
CREATE FUNCTION cheapest(n integer, below real DEFAULT 10) RETURNS SETOF product LANGUAGE sql STABLE
AS $$ SELECT * FROM product WHERE price < :below ORDER BY price LIMIT :n $$;
CREATE FUNCTION restock(id integer) RETURNS void LANGUAGE sql AS $$ UPDATE product SET stock = 9 WHERE id = :id $$;
CREATE FUNCTION total() RETURNS real LANGUAGE sql STABLE AS $$ SELECT sum(price) FROM product $$;
CREATE FUNCTION loud(product) RETURNS text LANGUAGE sql STABLE AS $$ SELECT upper(product.name) $$;
COMMENT ON FUNCTION total IS 'What everything costs.';
GRANT EXECUTE ON FUNCTION cheapest, loud TO anon;
GRANT EXECUTE ON FUNCTION cheapest, restock, total TO staff;

CREATE POLICY read_products ON product FOR SELECT USING (true);
CREATE POLICY staff_products ON product FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY write_inbox ON inbox FOR INSERT WITH CHECK (true);
CREATE POLICY read_parts ON part FOR SELECT USING (true);
GRANT SELECT (id, name, kind, size, price, stock, active, facts, label) ON product TO anon;
GRANT UPDATE (name, price) ON product TO staff;
GRANT SELECT ON cheap TO staff;

INSERT INTO product (id, name, size, price) VALUES (1, 'Ash', NULL, 5), (2, 'Birch', 'm', 50.5);
INSERT INTO part VALUES (1, '2026-01-31T12:00:00Z', '2026-01-31', '0190b9a2-7d3c-4f11-9f6e-2c4b8a5d7e10', x'00ff', 7);
"""


class Openapi(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(SCHEMA, "--anonymous-sign-in")

    def get(self, path, headers=(), method="GET"):
        with Client(self.server.port) as client:
            return client.request(method, path, headers)

    def document(self, role=None):
        response = self.get("/openapi.json", self.bearer(role) if role else ())
        self.assertEqual(response.status, 200, response)
        return response.json()

    def methods(self, role, path):
        return set(self.document(role)["paths"].get(path, {}))

    def test_it_is_openapi_3_1_at_both_addresses(self):
        document, root = self.get("/openapi.json"), self.get("/rest/v1/")
        self.assertEqual(document.header("Content-Type"), "application/openapi+json; charset=utf-8")
        self.assertEqual(document.header("Content-Type"), root.header("Content-Type"))
        self.assertEqual({**document.json(), "servers": []}, {**root.json(), "servers": []})
        for base, found in (("/openapi.json", document), ("/rest/v1/", root)):
            server = found.json()["servers"][0]["url"]
            self.assertEqual(urllib.parse.urljoin(base, server + "/rest/v1/product"), "/rest/v1/product")
        self.assertTrue(document.json()["openapi"].startswith("3.1."))
        self.assertEqual(self.get("/rest/v1/", method="POST").status, 405)

    def test_a_client_that_has_it_is_told_so(self):
        first = self.get("/openapi.json")
        again = self.get("/openapi.json", {"If-None-Match": first.header("ETag")})
        self.assertEqual((again.status, again.body), (304, b""))
        head = self.get("/openapi.json", method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.header("Content-Length"), str(len(first.body)))
        staff = self.get("/openapi.json", {"If-None-Match": first.header("ETag"), **self.bearer("staff")})
        self.assertEqual(staff.status, 200)
        self.assertEqual(staff.header("Vary"), "Authorization, apikey")

    def test_a_token_that_cannot_be_trusted_is_refused(self):
        for path in ("/openapi.json", "/rest/v1/", "/schemas/product"):
            response = self.get(path, {"Authorization": "Bearer nonsense"})
            self.assertEqual(response.status, 401)
            self.assertEqual(response.json()["code"], "PGRST301")

    def test_a_role_sees_the_tables_verbs_and_columns_that_it_may_use(self):
        self.assertEqual(self.methods(None, "/rest/v1/product"), {"get"})
        self.assertEqual(self.methods("staff", "/rest/v1/product"), {"get", "post", "put", "patch", "delete"})
        self.assertEqual(self.methods(None, "/rest/v1/inbox"), {"post"})
        self.assertEqual(self.methods(None, "/rest/v1/cheap"), set())
        self.assertEqual(self.methods("staff", "/rest/v1/cheap"), {"get"}, "the view takes no writes")
        self.assertEqual(self.methods("staff", "/rest/v1/secret"), set())
        self.assertEqual(self.methods("service_role", "/rest/v1/secret"), {"get", "post", "put", "patch", "delete"})
        self.assertEqual(self.methods("nobody_knows", "/rest/v1/product"), set())
        anon, staff = self.document(), self.document("staff")
        self.assertNotIn("cost", anon["components"]["schemas"]["product"]["properties"])
        self.assertIn("cost", staff["components"]["schemas"]["product"]["properties"])
        self.assertNotIn("filter.product.cost", anon["components"]["parameters"])
        self.assertEqual(list(staff["components"]["schemas"]["product.update"]["properties"]), ["name", "price"])
        self.assertEqual(self.methods("authenticated", "/rest/v1/product"), {"get"})
        self.assertFalse([name for name in self.document("service_role")["paths"] if "/_" in name])

    def test_what_it_lists_is_not_refused(self):
        for role in ("anon", "authenticated", "staff", "service_role"):
            paths = self.document(role)["paths"]
            self.assertIn("/rest/v1/product", paths)
            for path, item in paths.items():
                if path.startswith("/rest/v1/") and "/rpc/" not in path and "get" in item:
                    self.assertEqual(self.get(path + "?limit=0", self.bearer(role)).status, 200, (role, path))

    def test_functions_are_in_it_for_those_who_may_call_them(self):
        self.assertEqual(self.methods(None, "/rest/v1/rpc/cheapest"), {"get", "post"})
        self.assertEqual(self.methods("authenticated", "/rest/v1/rpc/cheapest"), set())
        self.assertEqual(self.methods(None, "/rest/v1/rpc/loud"), set(), "a column of products")
        self.assertEqual(self.methods("staff", "/rest/v1/rpc/restock"), {"post"}, "it writes")
        document = self.document("staff")
        cheapest = document["paths"]["/rest/v1/rpc/cheapest"]
        self.assertEqual(cheapest["post"]["description"], "The cheapest, first.")
        body = cheapest["post"]["requestBody"]["content"]["application/json"]["schema"]
        self.assertEqual(body["required"], ["n"])
        self.assertEqual(list(body["properties"]), ["n", "below"])
        arguments = {one["name"]: one for one in cheapest["get"]["parameters"] if "name" in one}
        self.assertEqual(arguments["n"]["required"], True)
        self.assertEqual(arguments["n"]["schema"], {"type": "integer", "format": "int64"})
        self.assertNotIn("required", arguments["below"])
        rows = document["components"]["responses"]["rows.rpc.cheapest"]["content"]["application/json"]["schema"]
        self.assertEqual(rows, {"type": "array", "items": {"$ref": "#/components/schemas/rpc.cheapest"}})
        self.assertIn("cost", document["components"]["schemas"]["rpc.cheapest"]["properties"], "the owner's rights")
        total = document["paths"]["/rest/v1/rpc/total"]["get"]
        self.assertEqual(total["description"], "What everything costs.")
        self.assertEqual(
            document["components"]["responses"]["rows.rpc.total"]["content"]["application/json"]["schema"],
            {"type": ["number", "null"], "format": "double"})
        self.assertIn("204", document["paths"]["/rest/v1/rpc/restock"]["post"]["responses"])

    def test_columns_are_described_by_type_null_default_and_comment(self):
        row = self.document("staff")["components"]["schemas"]["product"]
        columns = row["properties"]
        self.assertEqual(row["description"], "Something that\ncan be bought.")
        self.assertEqual(row["required"], list(columns))
        self.assertEqual(columns["name"], {"type": "string", "description": "Its name on labels."})
        self.assertEqual(columns["kind"], {"type": "string", "enum": ["cup", "pot"], "default": "cup"})
        self.assertEqual(columns["size"], {"type": ["string", "null"], "enum": ["s", "m", None], "description": "how large"})
        self.assertEqual(columns["price"], {"type": "number", "format": "double"})
        self.assertEqual(columns["stock"], {"type": "integer", "format": "int64", "default": -1})
        self.assertEqual(columns["active"], {"type": "boolean", "default": True})
        self.assertEqual(columns["facts"], {"default": {"a": [1]}})
        self.assertEqual(columns["made"], {"type": "string"}, "an expression is no default of JSON")
        self.assertEqual(columns["label"], {"type": ["string", "null"], "readOnly": True})
        part = self.document()["components"]["schemas"]["part"]
        self.assertEqual(part["description"], "What it's made of")
        self.assertEqual(part["properties"], {
            "product_id": {"type": ["integer", "null"], "format": "int64", "description": "Refers to `product.id`."},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "day": {"type": ["string", "null"], "format": "date"},
            "key": {"type": ["string", "null"], "format": "uuid"},
            "bytes": {"type": ["string", "null"], "contentEncoding": "base64"},
            "any_value": {}})
        self.assertEqual(self.document("staff")["components"]["schemas"]["cheap"]["properties"]["name"]["description"],
                         "As on labels")

    def test_a_new_row_needs_what_has_no_value_of_its_own(self):
        new = self.document("staff")["components"]["schemas"]["product.insert"]
        self.assertEqual(new["required"], ["name", "price"])
        self.assertNotIn("label", new["properties"])
        self.assertEqual(new["properties"]["kind"]["description"], "Default: `'cup'`.")

    def test_the_routes_are_in_it_with_their_errors(self):
        paths = self.document()["paths"]
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/schemas/{table}", "/auth/v1/signup"):
            self.assertIn(path, paths)
        self.assertNotIn("/rest/v1/", paths, "the same document")
        self.assertIn("403", paths["/metrics"]["get"]["responses"])
        document = Document(self.get("/openapi.json").body)
        for method, path in (("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/openapi.json"),
                             ("POST", "/auth/v1/signup"), ("POST", "/auth/v1/token")):
            self.assertTrue(check_response(document, method, path, self.get(path, method=method)), path)
        with Client(self.server.port) as client:
            session = client.request("POST", "/auth/v1/signup", {"Content-Type": "application/json"}, b"{}")
        self.assertEqual(session.status, 200)
        self.assertTrue(check_response(document, "POST", "/auth/v1/signup", session))

    def test_the_schema_of_one_table_stands_alone_and_its_rows_fit(self):
        for table, role in (("product", "anon"), ("product", "staff"), ("part", "anon"), ("cheap", "staff")):
            response = self.get("/schemas/" + table, self.bearer(role))
            self.assertEqual(response.status, 200, response)
            self.assertEqual(response.header("Content-Type"), "application/schema+json; charset=utf-8")
            schema = response.json()
            self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
            jsonschema.Draft202012Validator.check_schema(schema)
            rows = self.get("/rest/v1/" + table, self.bearer(role)).json()
            self.assertTrue(rows)
            for row in rows:
                jsonschema.Draft202012Validator(schema).validate(row)
                with self.assertRaises(jsonschema.ValidationError):
                    jsonschema.Draft202012Validator(schema).validate({})
        for table in ("secret", "inbox", "nothing", "_prodev_role", "product/x"):
            response = self.get("/schemas/" + table)
            self.assertEqual((response.status, response.json()["code"]), (404, "PGRST205"), table)

    def test_it_follows_the_schema(self):
        before = self.get("/openapi.json")
        (self.project / "schema/0002_more.sql").write_text(
            "-- New.\nCREATE TABLE more (id INTEGER PRIMARY KEY);\nCREATE POLICY p ON more FOR SELECT USING (true);\n"
            "COMMENT ON TABLE product IS NULL;")
        self.assertEqual(run_prodev("migrate", "--dir", self.project).returncode, 0)
        after = eventually(lambda: "/rest/v1/more" in (found := self.document())["paths"] and found, "the new table")
        self.assertEqual(after["components"]["schemas"]["more"]["description"], "New.")
        self.assertNotIn("description", after["components"]["schemas"]["product"])
        self.assertEqual(self.get("/openapi.json", {"If-None-Match": before.header("ETag")}).status, 200)

    def test_the_command_line_prints_what_the_server_answers(self):
        for role in ("anon", "staff"):
            printed = run_prodev("openapi", "--role", role, "--dir", self.project)
            self.assertEqual(printed.returncode, 0, printed.stderr)
            self.assertEqual(json.loads(printed.stdout), {**self.document(role), "servers": [{"url": "/"}]})
        wrong = run_prodev("openapi", "--role", "stuff", "--dir", self.project)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("there is no role stuff", wrong.stderr)
        self.assertEqual(run_prodev("types", "--lang", "go", "--dir", self.project).returncode, 2)

    def test_a_response_that_the_document_does_not_have_is_noticed(self):
        document = Document(self.get("/openapi.json").body)
        row = self.get("/rest/v1/product?limit=1").json()[0]

        def answer(status, value, media="application/json"):
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            return Response(status, "1.1", [("Content-Type", media)], body, b"")

        path = "/rest/v1/product"
        self.assertTrue(check_response(document, "GET", path, answer(200, [row])))
        self.assertTrue(check_response(document, "GET", path + "?select=id", answer(200, [{"id": 1}])))
        for wrong in (answer(200, [{**row, "price": "5"}]), answer(200, [{"id": 1}]), answer(200, row),
                      answer(418, [row]), answer(200, [row], "text/html"), answer(400, {"code": "x"})):
            with self.assertRaises(AssertionError):
                check_response(document, "GET", path, wrong)
        with self.assertRaises(AssertionError):
            check_response(document, "GET", "/rest/v1/secret", answer(200, [{"id": 1}]))


class Large(RestFolderCase):
    def test_the_first_document_of_many_tables_holds_up_nobody(self):
        columns = ", ".join(f"c{i} TEXT" for i in range(8))
        server = self.start_project("".join(
            f"CREATE TABLE t{i} (id INTEGER PRIMARY KEY, {columns}) STRICT;"
            f"CREATE POLICY p ON t{i} FOR ALL USING (true) WITH CHECK (true);" for i in range(700)), "--loops", "1")
        asking = [Client(server.port) for _ in range(3)]
        other = Client(server.port)
        for client in [*asking, other]:
            self.addCleanup(client.close)
        self.assertEqual(other.get("/healthz").status, 200)
        for client in asking:
            client.send(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.02)  # so that the loop has them first
        self.assertEqual(other.get("/healthz").status, 200)
        self.assertTrue(asking[0].is_silent(0.001), "the document was ready before, and the test shows nothing")
        documents = [client.read_response() for client in asking]
        self.assertEqual({document.status for document in documents}, {200})
        self.assertEqual(len({document.header("ETag") for document in documents}), 1)
        self.assertEqual(len([path for path in documents[0].json()["paths"] if path.startswith("/rest/v1/t")]), 700)


if __name__ == "__main__":
    unittest.main()
