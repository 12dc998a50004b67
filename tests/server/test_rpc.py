"""/rest/v1/rpc: functions of the schema, called as PostgREST's documentation says."""

import contextlib
import json
import pathlib
import sqlite3
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import run_prodev  # noqa: E402
from rest import RestFolderCase, write_schema  # noqa: E402

SCHEMA = """
CREATE ROLE staff;
CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES category (id),
  name TEXT NOT NULL CHECK (length(name) < 50),
  price REAL,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  picture BLOB
) STRICT;
CREATE TABLE part (id INTEGER PRIMARY KEY, whole INTEGER REFERENCES part (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
CREATE TABLE move (id INTEGER PRIMARY KEY, a INTEGER REFERENCES category (id), b INTEGER REFERENCES category (id)) STRICT;
INSERT INTO category VALUES (1, 'cups'), (2, 'pots');
INSERT INTO product VALUES
  (1, 1, 'Ash', 12.5, 1, x'00ff10'), (2, 1, 'Birch', NULL, 1, NULL), (3, 2, 'Cedar', 40, 0, NULL),
  (4, 2, 'Dill', 7, 1, NULL);
CREATE POLICY categories ON category FOR SELECT TO staff USING (id = 1);

CREATE FUNCTION add_them(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE
  AS $$ SELECT :a + :b $$;
CREATE FUNCTION half(x numeric) RETURNS real LANGUAGE sql AS $$ SELECT :x / 2.0 $$;
CREATE FUNCTION who() RETURNS TABLE (uid text, role text, org text) LANGUAGE sql STABLE
  AS $$ SELECT auth.uid(), auth.role(), auth.jwt() ->> 'org' $$;
CREATE FUNCTION me(id text DEFAULT auth.uid()) RETURNS text LANGUAGE sql STABLE AS $$ SELECT :id $$;
CREATE FUNCTION echo(t text, j json DEFAULT NULL, f boolean DEFAULT false, b bytea DEFAULT NULL)
  RETURNS TABLE (t text, j json, f boolean, b bytea, kind text) LANGUAGE sql STABLE
  AS $$ SELECT :t, :j, :f, :b, typeof(:b) $$;
CREATE FUNCTION strict_sum(a integer, b integer) RETURNS integer LANGUAGE sql STRICT AS $$ SELECT 100 $$;
CREATE FUNCTION plus_one(numbers integer[]) RETURNS integer[] LANGUAGE sql STABLE
  AS $$ SELECT json_group_array(value + 1) FROM json_each(:numbers) $$;
CREATE FUNCTION words(w text[]) RETURNS SETOF text LANGUAGE sql STABLE AS $$ SELECT value FROM json_each(:w) $$;
CREATE FUNCTION mult_them(json) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT ($1 ->> 'x') * ($1 ->> 'y') $$;
CREATE FUNCTION named_json(j jsonb) RETURNS json LANGUAGE sql STABLE AS $$ SELECT :j $$;
CREATE FUNCTION size_of(bytea) RETURNS integer LANGUAGE sql AS $$ SELECT length($1) $$;
CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql AS $$ SELECT upper($1) $$;
CREATE FUNCTION upto(n integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$
  WITH RECURSIVE up(i) AS (SELECT 1 WHERE :n > 0 UNION ALL SELECT i + 1 FROM up WHERE i < :n) SELECT i FROM up $$;
CREATE FUNCTION products_of(category text) RETURNS SETOF product LANGUAGE sql STABLE AS $$
  SELECT product.* FROM product JOIN category ON category.id = category_id WHERE category.name = :category
  ORDER BY product.id DESC $$;
CREATE FUNCTION all_products() RETURNS SETOF product LANGUAGE sql STABLE AS $$ SELECT * FROM product $$;
CREATE FUNCTION best_product() RETURNS product LANGUAGE sql STABLE
  AS $$ SELECT * FROM product ORDER BY price DESC NULLS LAST $$;
CREATE FUNCTION product_called(name text) RETURNS product LANGUAGE sql STABLE
  AS $$ SELECT * FROM product WHERE product.name = :name $$;
CREATE FUNCTION prices(least real DEFAULT 0) RETURNS TABLE (name text, price real) LANGUAGE sql STABLE
  AS $$ SELECT name, price FROM product WHERE price >= :least $$;
CREATE FUNCTION overload(a integer) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE FUNCTION overload(a integer, b integer) RETURNS text LANGUAGE sql AS $$ SELECT 'a and b' $$;
CREATE FUNCTION twins(x integer) RETURNS text LANGUAGE sql AS $$ SELECT 'integer' $$;
CREATE FUNCTION twins(x text) RETURNS text LANGUAGE sql AS $$ SELECT 'text' $$;

CREATE FUNCTION note(line text) RETURNS void LANGUAGE sql AS $$ INSERT INTO log (line) VALUES (:line) $$;
CREATE FUNCTION rename_product(product_id integer, new_name text) RETURNS SETOF product LANGUAGE sql AS $$
  INSERT INTO log (line) SELECT name || ' > ' || :new_name FROM product WHERE id = :product_id;
  UPDATE product SET name = :new_name WHERE id >= :product_id RETURNING *; $$;
CREATE FUNCTION rename_one(i integer, n text) RETURNS product LANGUAGE sql
  AS $$ UPDATE product SET name = :n WHERE id = :i RETURNING * $$;
CREATE FUNCTION log_and_count(line text) RETURNS integer LANGUAGE sql AS $$
  INSERT INTO log (line) VALUES (:line); SELECT count(*) FROM log; $$;
CREATE FUNCTION log_move(line text) RETURNS SETOF move LANGUAGE sql AS $$
  INSERT INTO log (line) VALUES (:line); INSERT INTO move DEFAULT VALUES RETURNING * $$;
CREATE FUNCTION log_twice(line text) RETURNS SETOF text LANGUAGE sql
  AS $$ INSERT INTO log (line) VALUES (:line), (:line || '!') RETURNING line $$;
CREATE FUNCTION log_and_fail(line text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO log (line) VALUES (:line); INSERT INTO category (name) VALUES ('cups'); $$;
CREATE FUNCTION add_part(whole integer) RETURNS void LANGUAGE sql AS $$ INSERT INTO part (whole) VALUES (:whole) $$;
CREATE FUNCTION strict_note(line text) RETURNS integer LANGUAGE sql STRICT
  AS $$ INSERT INTO log (line) VALUES (:line) RETURNING id $$;
CREATE FUNCTION fill_log(n integer, bytes integer) RETURNS SETOF text LANGUAGE sql AS $$
  WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < :n)
  INSERT INTO log (line) SELECT hex(zeroblob(:bytes)) FROM up RETURNING line $$;
CREATE FUNCTION forever() RETURNS integer LANGUAGE sql STABLE AS $$
  WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up) SELECT count(*) FROM up $$;
CREATE FUNCTION write_forever() RETURNS integer LANGUAGE sql AS $$
  INSERT INTO log (line) VALUES ('begun');
  WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up) SELECT count(*) FROM up $$;
CREATE FUNCTION title(product) RETURNS text LANGUAGE sql AS $$ SELECT product.name || '!' $$;
CREATE FUNCTION hidden() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 42 $$;
CREATE FUNCTION itself(product) RETURNS SETOF product ROWS 1 LANGUAGE sql STABLE AS $$
  SELECT _1.* FROM product AS _1 JOIN product AS _2 ON _2.id = _1.id JOIN product AS _3 ON _3.id = _2.id
  WHERE _1.id = $1.id $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO staff;
GRANT EXECUTE ON FUNCTION add_them, note TO anon;
REVOKE EXECUTE ON FUNCTION hidden FROM staff;
"""


class RpcCase(RestFolderCase):
    ARGUMENTS = ()

    def setUp(self):
        self.server = self.start_project(SCHEMA, *self.ARGUMENTS)

    def call(self, method, path, body=None, role="staff", headers=None, sub="s", **claims):
        sent = dict(headers or {})
        if role is not None:
            sent.update(self.bearer(role, sub, **claims))
        return self.ask(self.server, method, "rpc/" + path, body, sent)

    def answer(self, response, status=200):
        self.assertEqual(response.status, status, response.body)
        return response.json()

    def get(self, path, **more):
        return self.answer(self.call("GET", path, **more))

    def post(self, path, body=None, **more):
        return self.answer(self.call("POST", path, {} if body is None else body, **more))

    def refused(self, status, code, method, path, body=None, **more):
        response = self.call(method, path, body, **more)
        self.assertEqual(response.status, status, response.body)
        error = response.json()
        self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
        self.assertEqual(error["code"], code, error)
        return error

    def log(self):
        return [row["line"] for row in self.answer(
            self.ask(self.server, "GET", "log?order=id", None, self.bearer("service_role")))]

    def names(self):
        return [row["name"] for row in self.answer(
            self.ask(self.server, "GET", "product?order=id", None, self.bearer("service_role")))]


class Arguments(RpcCase):
    def test_they_come_by_name_in_an_object_or_as_parameters(self):
        self.assertEqual(self.post("add_them", {"a": 1, "b": 5}), 6)
        self.assertEqual(self.get("add_them?a=1&b=5"), 6)
        self.assertEqual(self.post("add_them?columns=a", {"a": 1, "b": 5}), 3)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.post("add_them", b"a=4&b=-4", headers=form), 0)

    def test_one_that_is_left_out_has_its_default(self):
        self.assertEqual(self.post("add_them", {"a": 1}), 3)
        self.assertEqual(self.get("add_them?a=1"), 3)
        self.assertEqual(self.post("add_them", {"a": 1, "b": None}), None)
        self.assertEqual(self.get("me", sub="ada"), "ada")
        self.assertEqual(self.get("me?id=bob", sub="ada"), "bob")
        self.assertEqual(self.post("who", b""), [{"uid": "s", "role": "staff", "org": None}])

    def test_they_keep_their_types(self):
        value = {"t": "7", "j": {"a": [1, None]}, "f": True, "b": "AP8Q"}
        self.assertEqual(self.post("echo", value), [{**value, "kind": "blob"}])
        query = urllib.parse.urlencode({"t": "7", "j": '{"a":[1,null]}', "f": "true", "b": "AP8Q"})
        self.assertEqual(self.get("echo?" + query), [{**value, "kind": "blob"}])
        self.assertEqual(self.post("add_them", {"a": 2 ** 53, "b": 1}), 2 ** 53 + 1)
        self.assertEqual(self.post("half", {"x": 5}), 2.5)

    def test_values_of_the_wrong_type_are_refused(self):
        self.refused(400, "22P02", "POST", "add_them", {"a": "one"})
        self.refused(400, "22P02", "POST", "add_them", {"a": [1]})
        self.refused(400, "22P02", "GET", "add_them?a=one")
        self.refused(400, "22003", "POST", "add_them", b'{"a": 9223372036854775808}')
        self.refused(400, "22P02", "GET", "echo?t=1&j=%7Bnot")
        self.refused(400, "22P02", "POST", "plus_one", {"numbers": [1, "x"]})
        self.refused(400, "22P02", "POST", "plus_one", {"numbers": 7})
        self.refused(400, "22P02", "GET", "plus_one?numbers=%7B1,x%7D")
        self.refused(400, "22P02", "GET", "plus_one?numbers=%7B1,%7B2%7D%7D")

    def test_arrays_come_as_json_as_literals_and_as_repeated_parameters(self):
        self.assertEqual(self.post("plus_one", {"numbers": [1, 2, None]}), [2, 3, None])
        self.assertEqual(self.post("plus_one", {"numbers": "{1,2}"}), [2, 3])
        self.assertEqual(self.get("plus_one?numbers=%7B1,2,3%7D"), [2, 3, 4])
        self.assertEqual(self.get("plus_one?numbers=1&numbers=2"), [2, 3])
        self.assertEqual(self.get("plus_one?numbers=%7B%7D"), [])
        self.assertEqual(self.get("words?w=%7Ba,%22b,%20c%22,NULL%7D"), ["a", "b, c", None])
        self.assertEqual(self.post("words", b"w=x&w=y%2Cz",
                                   headers={"Content-Type": "application/x-www-form-urlencoded"}), ["x", "y,z"])

    def test_a_body_may_be_one_argument_as_a_whole(self):
        self.assertEqual(self.post("mult_them", {"x": 4, "y": 2}), 8)
        self.assertEqual(self.post("shout", b"gr\xc3\xbcn", headers={"Content-Type": "text/plain"}), "GRüN")
        binary = {"Content-Type": "application/octet-stream"}
        self.assertEqual(self.post("size_of", b"\x00\xff{", headers=binary), 3)
        single = {"Prefer": "params=single-object"}
        self.assertEqual(self.post("named_json", {"a": 1}, headers=single), {"a": 1})
        self.assertEqual(self.post("named_json", [1, 2], headers=single), [1, 2])
        self.refused(404, "PGRST202", "POST", "add_them", b"1", headers={"Content-Type": "text/plain"})
        self.refused(400, "22021", "POST", "shout", b"\xff", headers={"Content-Type": "text/plain"})

    def test_a_body_that_cannot_be_read_is_refused(self):
        for body in (b"{", b'{"a": 1', b'{"a": 1} x', b"nonsense", b'{"a": 1, "a": 2}'):
            self.refused(400, "PGRST102", "POST", "add_them", body)
        self.refused(400, "PGRST102", "POST", "prices", b"[]")
        self.refused(415, "PGRST102", "POST", "add_them", b"<a/>", headers={"Content-Type": "text/xml"})

    def test_a_large_body_is_an_argument_like_any_other(self):
        text = "x" * 400_000
        self.assertEqual(self.post("echo", {"t": text})[0]["t"], text)
        self.assertEqual(self.call("POST", "note", {"line": text}).status, 204)
        self.assertEqual([len(line) for line in self.log()], [400_000])

    def test_what_arguments_say_is_never_sql(self):
        for evil in ("'; DROP TABLE log; --", "1) UNION SELECT sql FROM sqlite_schema --", '"', "$$", ":line ?1"):
            with self.subTest(evil):
                self.assertEqual(self.post("echo", {"t": evil})[0]["t"], evil)
                self.assertEqual(self.get("echo?t=" + urllib.parse.quote(evil))[0]["t"], evil)
                self.assertEqual(self.call("POST", "note", {"line": evil}).status, 204)
                self.assertEqual(self.log()[-1], evil)
                self.refused(400, "22P02", "POST", "add_them", {"a": evil})
                self.refused(404, "PGRST202", "POST", "add_them", {evil: 1})
                self.refused(404, "PGRST202", "POST", urllib.parse.quote(evil, safe=""), {})
        self.refused(400, "22P05", "POST", "note", {"line": "\0"})
        self.assertEqual(len(self.names()), 4)


class Choosing(RpcCase):
    def test_overloads_are_told_apart_by_the_names_of_their_arguments(self):
        self.assertEqual(self.post("overload", {"a": 1}), "a")
        self.assertEqual(self.post("overload", {"b": 1, "a": 1}), "a and b")
        self.assertEqual(self.get("overload?a=1&b=2"), "a and b")

    def test_there_may_be_too_many_choices(self):
        error = self.refused(300, "PGRST203", "POST", "twins", {"x": 1})
        self.assertEqual(error["message"], "Could not choose the best candidate function between: "
                                           "public.twins(x => integer), public.twins(x => text)")
        self.assertEqual(error["hint"], "Try renaming the parameters or the function itself in the database so "
                                        "function overloading can be resolved")

    def test_choices_are_told_to_those_who_may_call_them(self):
        for method, path, body in (("POST", "twins", {"x": 1}), ("GET", "twins?x=1", None)):
            self.refused(401, "42501", method, path, body, role=None)

    def test_a_function_that_is_not_there_is_told_with_the_nearest(self):
        self.assertEqual(self.refused(404, "PGRST202", "POST", "add_then", {"b": 1, "a": 1}), {
            "code": "PGRST202",
            "message": "Could not find the function public.add_then(a, b) in the schema cache",
            "details": "Searched for the function public.add_then with parameters a, b or with a single unnamed "
                       "json/jsonb parameter, but no matches were found in the schema cache.",
            "hint": "Perhaps you meant to call the function public.add_them"})
        error = self.refused(404, "PGRST202", "GET", "whoo")
        self.assertEqual(error["message"],
                         "Could not find the function public.whoo without parameters in the schema cache")
        self.assertEqual(error["details"], "Searched for the function public.whoo without parameters, but no matches "
                                           "were found in the schema cache.")
        self.assertEqual(self.refused(404, "PGRST202", "POST", "zzzzzzzzzz")["hint"], None)

    def test_arguments_that_do_not_fit_are_told_with_those_that_would(self):
        error = self.refused(404, "PGRST202", "POST", "add_them", {"b": 1})
        self.assertEqual(error["hint"], "Perhaps you meant to call the function public.add_them(a, b)")
        self.refused(404, "PGRST202", "POST", "add_them", {"a": 1, "c": 1})
        error = self.refused(404, "PGRST202", "GET", "add_them?a=1&c=1")
        self.assertIn("public.add_them(a, c)", error["message"])
        self.refused(404, "PGRST202", "POST", "mult_them", b"x=1",
                     headers={"Content-Type": "application/x-www-form-urlencoded"})

    def test_functions_of_a_row_are_not_called(self):
        self.refused(404, "PGRST202", "POST", "title", {"product": {"name": "x"}})
        self.refused(404, "PGRST202", "POST", "title")

    def test_only_get_head_and_post_call(self):
        for method in ("PUT", "PATCH", "DELETE"):
            error = self.refused(405, "PGRST101", method, "add_them", {"a": 1})
            self.assertEqual(error["message"], f"Cannot use the {method} method on RPC")
        self.assertEqual(self.ask(self.server, "OPTIONS", "rpc/add_them").header("Allow"), "OPTIONS,GET,HEAD,POST")
        self.assertEqual(self.ask(self.server, "OPTIONS", "rpc/note").header("Allow"), "OPTIONS,POST")
        self.assertEqual(self.ask(self.server, "OPTIONS", "rpc/nosuch").status, 404)

    def test_get_does_not_write(self):
        error = self.refused(405, "25006", "GET", "note?line=x")
        self.assertEqual(error["message"], "cannot execute function note in a read-only transaction")
        self.assertEqual(self.call("HEAD", "note?line=x").status, 405)
        self.assertEqual(self.log(), [])


class Rights(RpcCase):
    def test_only_who_was_granted_execute_may_call(self):
        self.assertEqual(self.post("add_them", {"a": 1}, role=None), 3)
        error = self.refused(401, "42501", "POST", "all_products", role=None)
        self.assertEqual(error["message"], "permission denied for function all_products")
        self.refused(403, "42501", "GET", "all_products", role="authenticated")
        self.refused(403, "42501", "POST", "hidden")
        self.assertEqual(self.post("hidden", role="service_role"), 42)
        self.refused(403, "42501", "POST", "rename_product", {"product_id": 1, "new_name": "x"}, role="authenticated")
        self.assertEqual(self.names(), ["Ash", "Birch", "Cedar", "Dill"])

    def test_a_function_sees_what_its_caller_may_not(self):
        table = self.ask(self.server, "GET", "product", None, self.bearer("staff"))
        self.assertEqual(self.answer(table), [])
        self.assertEqual(len(self.get("all_products")), 4)
        self.assertEqual(self.call("POST", "note", {"line": "x"}, role=None).status, 204)
        self.assertEqual(self.log(), ["x"])

    def test_a_function_knows_who_calls(self):
        self.assertEqual(self.get("who", sub="ada", org="acme"), [{"uid": "ada", "role": "staff", "org": "acme"}])
        self.assertEqual(self.get("who?select=uid&role=eq.staff", sub="bob"), [{"uid": "bob"}])


class Results(RpcCase):
    def test_a_scalar_is_a_value(self):
        response = self.call("GET", "add_them?a=1")
        self.assertEqual((response.body, response.header("Content-Type"), response.header("Content-Range")),
                         (b"3", "application/json; charset=utf-8", "0-0/*"))
        self.assertEqual(self.post("half", {"x": None}), None)
        self.assertEqual(self.post("strict_sum", {"a": 1, "b": 2}), 100)
        self.assertEqual(self.post("strict_sum", {"a": 1, "b": None}), None)

    def test_a_set_of_scalars_is_an_array(self):
        self.assertEqual(self.get("upto?n=3"), [1, 2, 3])
        self.assertEqual(self.get("upto?n=0"), [])
        self.assertEqual(self.get("upto?n=9&upto=gt.6&limit=2"), [7, 8])
        self.assertEqual(self.get("upto?n=5&order=upto.desc&offset=3"), [2, 1])

    def test_one_row_is_an_object_and_none_is_null(self):
        cedar = {"id": 3, "category_id": 2, "name": "Cedar", "price": 40.0, "active": False, "picture": None}
        self.assertEqual(self.get("best_product"), cedar)
        self.assertEqual(self.post("best_product?select=name"), {"name": "Cedar"})
        self.assertEqual(self.get("product_called?name=Nosuch"), None)
        one = {"Accept": "application/vnd.pgrst.object+json"}
        self.assertEqual(self.get("product_called?name=Ash&select=id", headers=one), {"id": 1})
        self.refused(406, "PGRST116", "GET", "product_called?name=Nosuch", headers=one)

    def test_rows_are_filtered_chosen_ordered_and_cut(self):
        self.assertEqual([row["id"] for row in self.get("products_of?category=cups")], [2, 1])
        self.assertEqual(self.get("all_products?select=id,n:name&price=gt.10&order=price.desc"),
                         [{"id": 3, "n": "Cedar"}, {"id": 1, "n": "Ash"}])
        self.assertEqual(self.post("all_products?select=id&or=(id.eq.1,active.is.false)"), [{"id": 1}, {"id": 3}])
        self.assertEqual(self.get("all_products?select=id&order=id&limit=1&offset=2"), [{"id": 3}])
        self.assertEqual(self.get("prices?price=gt.10&select=name&order=name", headers={"Range": "0-0"}),
                         [{"name": "Ash"}])
        # `category` is an argument of this one, `name` a column of its result.
        self.assertEqual(self.get("products_of?category=cups&name=eq.Ash&select=id"), [{"id": 1}])
        self.refused(400, "42703", "GET", "all_products?nosuch=eq.1")

    def test_aliases_within_a_body_are_its_own(self):
        rows = self.get("all_products?select=id,itself(id,itself(id))&order=id")
        self.assertEqual(rows, [{"id": i, "itself": {"id": i, "itself": {"id": i}}} for i in (1, 2, 3, 4)])

    def test_rows_bring_what_belongs_to_them_as_far_as_the_caller_may_see_it(self):
        rows = self.get("all_products?select=id,category(name)&order=id")
        self.assertEqual(rows, [{"id": 1, "category": {"name": "cups"}}, {"id": 2, "category": {"name": "cups"}},
                                {"id": 3, "category": None}, {"id": 4, "category": None}])
        rows = self.get("all_products?select=id,category!inner(name)&category.name=eq.cups&order=id")
        self.assertEqual([row["id"] for row in rows], [1, 2])
        rows = self.post("rename_product?select=id,category(name)&id=lt.4&order=id",
                         {"product_id": 2, "new_name": "Elm"}, role="service_role")
        self.assertEqual(rows, [{"id": 2, "category": {"name": "cups"}}, {"id": 3, "category": {"name": "pots"}}])

    def test_rows_are_counted(self):
        response = self.call("GET", "all_products?id=gt.1&limit=2", headers={"Prefer": "count=exact"})
        self.assertEqual((response.status, response.header("Content-Range")), (206, "0-1/3"))
        self.assertEqual(response.header("Preference-Applied"), "count=exact")
        response = self.call("HEAD", "all_products", headers={"Prefer": "count=exact"})
        self.assertEqual((response.status, response.header("Content-Range"), response.body), (200, "0-3/4", b""))
        response = self.call("POST", "log_twice?limit=1", {"line": "x"}, headers={"Prefer": "count=exact"})
        self.assertEqual((response.status, response.header("Content-Range"), response.json()), (206, "0-0/2", ["x"]))
        self.assertEqual(self.log(), ["x", "x!"])

    def test_they_are_written_as_the_client_likes(self):
        csv = self.call("GET", "prices?order=name", headers={"Accept": "text/csv"})
        self.assertEqual(csv.body, b"name,price\nAsh,12.5\nCedar,40\nDill,7")
        lines = self.call("GET", "prices?select=name&order=name", headers={"Accept": "application/x-ndjson"})
        self.assertEqual([json.loads(line)["name"] for line in lines.body.splitlines()], ["Ash", "Cedar", "Dill"])
        one = {"Accept": "application/vnd.pgrst.object+json"}
        self.assertEqual(self.get("prices?name=eq.Ash", headers=one), {"name": "Ash", "price": 12.5})
        self.refused(406, "PGRST116", "GET", "prices", headers=one)
        self.refused(406, "PGRST107", "GET", "prices", headers={"Accept": "image/png"})

    def test_a_long_result_is_whole(self):
        response = self.call("GET", "upto?n=300000")
        self.assertEqual(self.answer(response), list(range(1, 300_001)))
        self.assertEqual(response.header("Content-Type"), "application/json; charset=utf-8")


class Writing(RpcCase):
    def test_void_is_204_without_a_body(self):
        response = self.call("POST", "note", {"line": "one"})
        self.assertEqual((response.status, response.body, response.header("Content-Type")), (204, b"", None))
        self.assertEqual(self.log(), ["one"])

    def test_statements_run_in_order_and_the_last_one_answers(self):
        self.assertEqual(self.post("log_and_count", {"line": "a"}), 1)
        self.assertEqual(self.post("log_and_count", {"line": "b"}), 2)
        rows = self.post("rename_product", {"product_id": 3, "new_name": "Fir"})
        self.assertEqual([(row["id"], row["name"], row["active"]) for row in rows], [(3, "Fir", False), (4, "Fir", True)])
        self.assertEqual(self.log(), ["a", "b", "Cedar > Fir"])
        self.assertEqual(self.post("rename_one", {"i": 1, "n": "Gum"})["name"], "Gum")
        self.assertEqual(self.post("rename_one", {"i": 99, "n": "Gum"}), None)
        self.assertEqual(self.names(), ["Gum", "Birch", "Fir", "Fir"])

    def test_what_a_write_returns_can_be_asked_like_a_table(self):
        rows = self.post("rename_product?select=id,name,picture&order=id.desc&id=lt.4",
                         {"product_id": 1, "new_name": "Hazel"})
        self.assertEqual(rows, [{"id": 3, "name": "Hazel", "picture": None}, {"id": 2, "name": "Hazel", "picture": None},
                                {"id": 1, "name": "Hazel", "picture": "AP8Q"}])
        self.assertEqual(self.names(), ["Hazel"] * 4, "a filter is about the result, not about what is done")
        self.assertEqual(self.post("rename_product?id=eq.9", {"product_id": 1, "new_name": "Iris"}), [])
        self.assertEqual(self.post("log_twice", {"line": "x"}), ["x", "x!"])
        self.assertEqual(self.post("log_twice?log_twice=like.*!", {"line": "y"}), ["y!"])

    def test_a_call_that_fails_leaves_nothing(self):
        error = self.refused(409, "23505", "POST", "log_and_fail", {"line": "gone"})
        self.assertIn('"category"', error["message"])
        self.assertEqual(self.log(), [])
        self.refused(400, "23514", "POST", "rename_one", {"i": 1, "n": "x" * 60})
        self.refused(409, "23503", "POST", "add_part", {"whole": 77})
        self.assertEqual(self.call("POST", "add_part", {"whole": None}).status, 204)
        self.refused(400, "42703", "POST", "log_twice?nosuch=eq.1", {"line": "gone"})
        ambiguous = self.call("POST", "log_move?select=id,category(id)", {"line": "gone"})
        self.assertEqual((ambiguous.status, ambiguous.json()["code"]), (300, "PGRST201"))
        self.refused(406, "PGRST116", "POST", "log_twice", {"line": "gone"},
                     headers={"Accept": "application/vnd.pgrst.object+json"})
        self.assertEqual(self.log(), [])

    def test_what_a_write_returns_has_a_limit(self):
        error = self.refused(413, "54000", "POST", "fill_log", {"n": 1_200, "bytes": 500})
        self.assertIn("larger than", error["message"])
        error = self.refused(413, "54000", "POST", "fill_log?limit=1", {"n": 33_000, "bytes": 1})
        self.assertIn("more than 32000 values", error["message"])
        self.assertEqual(self.log(), [])

    def test_a_dry_run_answers_and_leaves_nothing(self):
        response = self.call("POST", "log_twice", {"line": "x"}, headers={"Prefer": "tx=rollback"})
        self.assertEqual((response.status, response.json()), (200, ["x", "x!"]))
        self.assertEqual(response.header("Preference-Applied"), "tx=rollback")
        self.assertEqual(self.log(), [])

    def test_strict_does_nothing_for_null(self):
        self.assertEqual(self.post("strict_note", {"line": None}), None)
        self.assertEqual(self.log(), [])
        self.assertEqual(self.post("strict_note", {"line": "x"}), 1)

    def test_calls_at_the_same_time_do_not_disturb_each_other(self):
        def work(worker):
            for i in range(20):
                bad = i % 3 == 0
                response = self.call("POST", "log_and_fail" if bad else "log_and_count", {"line": f"{worker} {i}"})
                results.append((response.status, 409 if bad else 200))

        results = []
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(results), 160)
        self.assertEqual([got for got, _ in results], [wanted for _, wanted in results])
        self.assertEqual(sorted(self.log()),
                         sorted(f"{worker} {i}" for worker in range(8) for i in range(20) if i % 3))


class Limits(RpcCase):
    ARGUMENTS = ("--read-timeout-ms", "1000")

    def test_a_read_that_does_not_end_is_ended(self):
        started = time.monotonic()
        self.refused(504, "57014", "GET", "forever")
        self.assertLess(time.monotonic() - started, 8)
        self.assertEqual(self.get("add_them?a=1"), 3)

    def test_a_write_that_does_not_end_is_ended_and_undone(self):
        self.refused(504, "57014", "POST", "write_forever")
        self.assertEqual(self.log(), [])
        self.assertEqual(self.call("POST", "note", {"line": "after"}).status, 204)
        self.assertEqual(self.log(), ["after"])


class Changes(RestFolderCase):
    """Functions come and go with the schema."""

    def test_a_function_that_fits_no_longer_is_left_out_and_told(self):
        folder = self.make_folder()
        write_schema(folder, "CREATE TABLE t (a TEXT) STRICT; INSERT INTO t VALUES ('x');"
                             "CREATE FUNCTION letters() RETURNS SETOF text LANGUAGE sql AS $$ SELECT a FROM t $$;"
                             "GRANT EXECUTE ON FUNCTION letters TO anon;")
        server = self.start_prodev(folder=folder)
        self.assertEqual(self.ask(server, "GET", "rpc/letters").json(), ["x"])
        server.stop()
        # Not by a schema file, which functions follow.
        with contextlib.closing(sqlite3.connect(folder / "data/prodev.db")) as database:
            database.execute("ALTER TABLE t RENAME TO u")
        server = self.start_prodev(folder=folder)
        self.assertEqual(self.ask(server, "GET", "rpc/letters").status, 404)
        server.stop()
        told = run_prodev("doctor", "--dir", folder)
        self.assertIn("function letters() is left out: no such table: t", told.stdout)
        (folder / "schema/0002_mend.sql").write_text(
            "CREATE OR REPLACE FUNCTION letters() RETURNS SETOF text LANGUAGE sql AS $$ SELECT a || '?' FROM u $$;")
        server = self.start_prodev(folder=folder)
        self.assertEqual(self.ask(server, "GET", "rpc/letters").json(), ["x?"])

    def test_what_comments_say_of_a_function_is_kept(self):
        folder = self.make_folder()
        write_schema(folder, "-- Adds.\n-- Both.\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT :a $$;\n"
                             "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n"
                             "COMMENT ON FUNCTION g() IS 'One.';\n")
        server = self.start_prodev(folder=folder)
        server.stop()
        database = sqlite3.connect(folder / "data/prodev.db")
        self.addCleanup(database.close)
        self.assertEqual(database.execute("SELECT name, text FROM _prodev_comment ORDER BY name").fetchall(),
                         [("f", "Adds.\nBoth."), ("g", "One.")])

    def test_a_file_with_a_wrong_function_is_refused_at_the_spot(self):
        folder = self.make_folder()
        write_schema(folder, "CREATE TABLE t (a TEXT) STRICT;\n"
                             "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\n  SELECT b FROM t\n$$;\n")
        result = run_prodev("migrate", "up", "--dir", folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("0001_tables.sql:3:10: no such column: b", result.stderr)


if __name__ == "__main__":
    unittest.main()
