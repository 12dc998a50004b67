"""/rest/v1: what PostgREST's documentation says a client may ask, and what it is told."""

import csv
import io
import json
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import FolderCase, run_prodev  # noqa: E402
from rest_case import RestCase  # noqa: E402

class Reading(RestCase):
    def test_rows_have_the_types_of_their_columns(self):
        rows = self.rows("product?order=id")
        self.assertEqual(rows[0], {
            "id": 1, "category_id": 1, "name": "Ash cup", "price": 12.5, "stock": 3, "active": True,
            "attributes": {"colour": "grey"}, "picture": "AP8Q", "label": "Ash cup!"})
        self.assertEqual(rows[2]["stock"], 9007199254740993)
        self.assertEqual(rows[2]["active"], False)
        self.assertEqual([row["attributes"] for row in rows], [{"colour": "grey"}, None, [1, 2], "text"])
        self.assertEqual(rows[3]["price"], 1e300)

    def test_operators(self):
        for query, expected in {
            "id=eq.2": [2], "id=neq.2": [1, 3, 4], "id=gt.2": [3, 4], "id=gte.2": [2, 3, 4],
            "id=lt.2": [1], "id=lte.2": [1, 2], "id=in.(1,3)": [1, 3], "id=in.()": [],
            "id=not.in.(1,3)": [2, 4], "id=not.eq.2": [1, 3, 4],
            "name=like.*cup": [1, 2], "name=like.D*": [], "name=ilike.D*": [4],
            "name=like.%25c_p": [1, 2], 'name=in.("Ash cup","Cedar pot, \\"large\\"")': [1, 3],
            "price=is.null": [2], "price=not.is.null": [1, 3, 4], "price=is.not_null": [1, 3, 4],
            "active=is.true": [1, 2, 4], "active=is.false": [3], "active=eq.true": [1, 2, 4],
            "price=isdistinct.40": [1, 2, 4], "price=neq.40": [1, 4], "price=lt.1e2": [1, 3],
            "stock=eq.9007199254740993": [3], "stock=eq.9007199254740992": [],
            "picture=eq.AP8Q": [1],
            "or=(id.eq.1,id.eq.3)": [1, 3], "and=(id.gt.1,id.lt.4)": [2, 3],
            "not.or=(id.eq.1,id.eq.3)": [2, 4], "not.and=(id.gt.1,id.lt.4)": [1, 4],
            "or=(id.eq.1,and(category_id.eq.2,not.or(name.like.d*,id.eq.0)))": [1, 3],
            'or=(name.eq."Ash cup",name.eq."Cedar pot, \\"large\\"")': [1, 3],
            "or=(id.in.(1,2),price.not.is.null)": [1, 2, 3, 4],
            "id=gt.1&id=lt.4": [2, 3], "name=eq.Ash+cup": [1], "name=eq.Ash%20cup": [1],
        }.items():
            with self.subTest(query):
                quoted = urllib.parse.quote(query, safe="=&.*%+(),:")
                self.assertEqual(self.ids("product?order=id&" + quoted), expected)

    def test_select_renames_and_casts(self):
        self.assertEqual(self.rows("product?select=nr:id,price::text,active::text,id::bool&id=eq.1"),
                         [{"nr": 1, "price": "12.5", "active": "true", "id": True}])
        self.assertEqual(self.rows("product?select=*,again:id&id=eq.2")[0]["again"], 2)
        self.assertEqual(self.refused(400, "42704", "GET", "product?select=id::nosuch")["message"],
                         'type "nosuch" does not exist')

    def test_order_takes_null_for_the_largest_value(self):
        self.assertEqual(self.ids("product?order=price"), [1, 3, 4, 2])
        self.assertEqual(self.ids("product?order=price.desc"), [2, 4, 3, 1])
        self.assertEqual(self.ids("product?order=price.nullsfirst"), [2, 1, 3, 4])
        self.assertEqual(self.ids("product?order=price.desc.nullslast"), [4, 3, 1, 2])
        self.assertEqual(self.ids("product?order=category_id.desc,name.desc"), [4, 3, 2, 1])

    def test_windows_and_counts(self):
        def ranged(path, headers=(), method="GET"):
            response = self.call(method, path, headers=headers)
            return response.status, response.header("Content-Range")
        count = {"Prefer": "count=exact"}
        self.assertEqual(ranged("product"), (200, "0-3/*"))
        self.assertEqual(ranged("product", count), (200, "0-3/4"))
        self.assertEqual(ranged("product?limit=2", count), (206, "0-1/4"))
        self.assertEqual(ranged("product?limit=2&offset=3", count), (206, "3-3/4"))
        self.assertEqual(ranged("product?limit=0", count), (206, "*/4"))
        self.assertEqual(ranged("product?id=eq.99", count), (200, "*/0"))
        self.assertEqual(ranged("product?offset=9"), (200, "*/*"))
        self.assertEqual(ranged("product", {"Range": "1-2"}), (200, "1-2/*"))
        self.assertEqual(ranged("product", {"Range": "1-2", **count}), (206, "1-2/4"))
        self.assertEqual(ranged("product", {"Range": "2-"}), (200, "2-3/*"))
        self.assertEqual(ranged("product?limit=1", count, "HEAD"), (206, "0-0/4"))
        self.assertEqual(self.ids("product?order=id&limit=2&offset=1"), [2, 3])
        self.refused(416, "PGRST103", "GET", "product?offset=9", headers=count)
        self.refused(416, "PGRST103", "GET", "product", headers={"Range": "3-1"})
        self.refused(416, "PGRST103", "GET", "product?limit=-1")

    def test_one_object(self):
        one = {"Accept": "application/vnd.pgrst.object+json"}
        response = self.call("GET", "product?id=eq.2&select=id", headers=one)
        self.assertEqual((response.status, response.json()), (200, {"id": 2}))
        self.assertTrue(response.header("Content-Type").startswith(one["Accept"]))
        self.assertIn("0 rows", self.refused(406, "PGRST116", "GET", "product?id=eq.9", headers=one)["details"])
        self.refused(406, "PGRST116", "GET", "product?id=lt.9", headers=one)

    def test_csv_can_be_read_back(self):
        response = self.call("GET", "product?select=id,name,price,active,picture&order=id",
                             headers={"Accept": "text/csv"})
        self.assertTrue(response.header("Content-Type").startswith("text/csv"))
        rows = list(csv.reader(io.StringIO(response.body.decode())))
        self.assertEqual(rows[0], ["id", "name", "price", "active", "picture"])
        self.assertEqual(rows[1], ["1", "Ash cup", "12.5", "t", "AP8Q"])
        self.assertEqual(rows[3], ["3", 'Cedar pot, "large"', "40", "f", ""])

    def test_media_types_that_nothing_answers_are_refused(self):
        self.refused(406, "PGRST107", "GET", "product", headers={"Accept": "image/png"})
        self.assertEqual(self.call("GET", "product", headers={"Accept": "image/png, */*;q=0.1"}).status, 200)

    def test_what_cannot_be_read_is_pointed_at(self):
        for path, code, words in [
            ("product?id=5", "PGRST100", "column 1"), ("product?id=foo.5", "PGRST100", "operator"),
            ("product?id=in.1", "PGRST100", "'('"), ("product?id=in.(1", "PGRST100", "')'"),
            ("product?or=(id.eq.1", "PGRST100", "end of input"), ("product?or=id.eq.1", "PGRST100", "'('"),
            ("product?order=id.up", "PGRST100", "asc, desc"), ("product?select=id,", "PGRST100", "a column"),
            ("product?limit=many", "PGRST100", "whole number"), ("product?id=eq.%zz", "22P02", "%zz"),
            ("product?id=eq.abc", "22P02", "bigint"), ("product?price=eq.NaN", "22P02", "NaN"),
            ("product?id=eq.99999999999999999999", "22003", "out of range"),
            ("product?active=eq.maybe", "22P02", "boolean"), ("product?name=is.true", "42804", "boolean"),
            ("product?picture=eq.%25", "22P02", "bytea"), ("product?name=eq.%00", "22P05", "UTF-8"),
            ("product?name=eq.%ff", "22021", "UTF-8"),
            ("product?or=" + "(or" * 20 + "(id.eq.1" + ")" * 21, "PGRST100", "levels"),
        ]:
            with self.subTest(path):
                self.assertIn(words, json.dumps(self.refused(400, code, "GET", path)))
        self.assertIn("product.stock", self.refused(400, "42703", "GET", "product?stok=eq.1")["hint"])
        self.assertIn("'public.product'", self.refused(404, "PGRST205", "GET", "prodct")["hint"])
        self.refused(404, "PGRST205", "GET", "_prodev_policy")
        self.refused(404, "PGRST205", "GET", "sqlite_schema")
        self.refused(404, "PGRST125", "GET", "a/b")
        self.refused(406, "PGRST106", "GET", "product", headers={"Accept-Profile": "private"})

    def test_options_names_the_methods(self):
        self.assertEqual(self.call("OPTIONS", "product").header("Allow"), "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE")


class Rights(RestCase):
    def test_policies_and_grants_narrow_rows_and_columns(self):
        self.assertEqual(self.rows("product?order=id", role=None),
                         [{"id": 1, "name": "Ash cup", "price": 12.5, "active": True},
                          {"id": 2, "name": "Birch cup", "price": None, "active": True},
                          {"id": 4, "name": "dill pot", "price": 1e300, "active": True}])
        self.refused(401, "42501", "GET", "product?select=stock", role=None)
        self.refused(401, "42501", "GET", "product?stock=gt.1", role=None)
        self.refused(401, "42501", "GET", "product?order=stock", role=None)
        self.assertEqual(self.rows("note", role=None), [])
        self.assertEqual(self.ids("note", role="authenticated", sub="ada"), [1])
        self.assertEqual(self.ids("note?order=id", role="service_role"), [1, 2])

    def test_a_write_is_held_to_the_policy_of_the_new_row(self):
        ada = {"role": "authenticated", "sub": "ada"}
        self.assertEqual(self.call("POST", "note", {"owner": "ada", "body": "x"}, **ada).status, 201)
        self.refused(403, "42501", "POST", "note", {"owner": "bob", "body": "x"}, **ada)
        self.refused(403, "42501", "POST", "note", [{"owner": "ada"}, {"owner": "bob"}], **ada)
        self.refused(403, "42501", "PATCH", "note?id=eq.1", {"owner": "bob"}, **ada)
        self.refused(401, "42501", "POST", "note", {"owner": "ada"}, role=None)
        self.assertEqual(self.call("PATCH", "note?id=eq.2", {"body": "taken"}, **ada).status, 204)
        self.assertEqual(self.call("DELETE", "note?id=gt.0", **ada).status, 204)
        self.assertEqual(self.rows("note", role="service_role"), [{"id": 2, "owner": "bob", "body": "his"}])

    def test_bad_tokens_are_refused(self):
        for header in ["Bearer x", "Bearer a.b.c", "Basic YTpi", "Bearer " + self.token("staff") + "x"]:
            response = self.client().request("GET", "/rest/v1/product", {"Authorization": header})
            self.assertEqual(response.status, 401, header)
            self.assertIn(response.json()["code"], ("PGRST301", "PGRST303"))
            self.assertTrue(response.header("WWW-Authenticate").startswith("Bearer"))
        self.refused(403, "42501", "GET", "product", role="nobody")


class Writing(RestCase):
    WHOLE = {"Prefer": "return=representation"}

    def test_inserting_one_and_many(self):
        response = self.call("POST", "product?select=id,label", {"category_id": 1, "name": "n"}, headers=self.WHOLE)
        self.assertEqual((response.status, response.json()), (201, [{"id": 5, "label": "n!"}]))
        response = self.call("POST", "product", [{"category_id": 1, "name": "a"}, {"name": "b", "category_id": 2}])
        self.assertEqual((response.status, response.body), (201, b""))
        self.assertEqual(self.call("POST", "product", []).status, 201)
        self.assertEqual(len(self.rows("product")), 7)

    def test_columns_choose_the_keys(self):
        response = self.call("POST", "product?columns=category_id,name", {"category_id": 1, "name": "n", "junk": {}},
                             headers=self.WHOLE)
        self.assertEqual(response.status, 201, response.body)
        self.refused(400, "PGRST204", "POST", "product", {"category_id": 1, "name": "n", "junk": 1})

    def test_values_keep_what_they_are(self):
        row = {"category_id": 1, "name": "ü\n\"", "stock": 9223372036854775807, "price": 0.1,
               "active": False, "attributes": {"deep": [1, {"x": None}]}, "picture": "AAE="}
        response = self.call("POST", "product", row, headers=self.WHOLE)
        self.assertEqual(response.status, 201, response.body)
        self.assertEqual({key: response.json()[0][key] for key in row}, row)

    def test_values_that_do_not_fit_are_refused(self):
        for value, code in [('"x"', "22P02"), ("1.5", "22P02"), ("9223372036854775808", "22003"), ("{}", "22P02"),
                            ("true", "22P02")]:
            self.refused(400, code, "POST", "product", '{"category_id":1,"name":"n","stock":%s}' % value)
        for value in ['"NaN"', '"Infinity"']:
            self.refused(400, "22P02", "POST", "product", '{"category_id":1,"name":"n","price":%s}' % value)
        self.refused(400, "22003", "POST", "product", '{"category_id":1,"name":"n","price":1e999}')
        for body in ["", "{", "[{]", "NaN", '{"name":NaN}', "[1]", '{"name":"a","name":"b"}', '"x"',
                     '[{"name":"a"},{"stock":1}]', "[" * 100]:
            self.refused(400, "PGRST102", "POST", "product", body)
        self.refused(400, "428C9", "POST", "product", {"category_id": 1, "name": "n", "label": "x"})

    def test_constraints_have_their_sqlstate(self):
        self.refused(409, "23505", "POST", "category", {"name": "cups"}, role="service_role")
        self.refused(409, "23503", "POST", "product", {"category_id": 77, "name": "n"})
        self.refused(400, "23514", "POST", "product", {"category_id": 1, "name": "n", "stock": -1})
        error = self.refused(400, "23502", "POST", "product", {"category_id": 1})
        self.assertIn('"name"', error["message"])
        self.refused(409, "23503", "DELETE", "category?id=eq.1", role="service_role")

    def test_a_deferred_foreign_key_is_checked_with_its_request(self):
        admin = {"role": "service_role"}
        self.refused(409, "23503", "POST", "part", {"id": 1, "whole": 2}, **admin)
        self.assertEqual(self.call("POST", "part", [{"id": 1, "whole": 2}, {"id": 2, "whole": 1}], **admin).status, 201)
        self.assertEqual(self.client().request("GET", "/readyz").status, 200)

    def test_a_request_is_whole_or_not_at_all(self):
        rows = [{"category_id": 1, "name": "a"}, {"category_id": 77, "name": "b"}]
        self.refused(409, "23503", "POST", "product", rows)
        self.assertEqual(len(self.rows("product")), 4)

    def test_updating_and_deleting_by_filter(self):
        response = self.call("PATCH", "product?category_id=eq.1&select=id,price", {"price": 7}, headers=self.WHOLE)
        self.assertEqual((response.status, response.header("Content-Range")), (200, "0-1/*"))
        self.assertEqual(response.json(), [{"id": 1, "price": 7}, {"id": 2, "price": 7}])
        response = self.call("PATCH", "product?id=eq.99", {"price": 7}, headers={"Prefer": "count=exact"})
        self.assertEqual((response.status, response.header("Content-Range")), (204, "*/0"))
        response = self.call("DELETE", "product?id=in.(1,2)&select=id", headers=self.WHOLE)
        self.assertEqual((response.status, response.json()), (200, [{"id": 1}, {"id": 2}]))
        self.assertEqual(self.ids("product?order=id"), [3, 4])

    def test_a_write_of_every_row_must_be_allowed_by_a_setting(self):
        self.refused(400, "21000", "DELETE", "product")
        self.refused(400, "21000", "PATCH", "product", {"price": 1})
        self.refused(400, "PGRST100", "DELETE", "product?id=gt.0&limit=1")
        self.assertEqual(len(self.rows("product")), 4)

    def test_one_object_of_a_write_or_nothing_is_written(self):
        headers = {"Accept": "application/vnd.pgrst.object+json", **self.WHOLE}
        self.refused(406, "PGRST116", "PATCH", "product?id=lt.3", {"price": 7}, headers=headers)
        self.assertEqual(self.rows("product?id=eq.1&select=price"), [{"price": 12.5}])
        self.assertEqual(self.call("PATCH", "product?id=eq.1&select=id", {"price": 7}, headers=headers).json(), {"id": 1})

    def test_upsert(self):
        merge = {"Prefer": "resolution=merge-duplicates,return=representation"}
        response = self.call("POST", "category", [{"id": 1, "name": "mugs"}, {"id": 9, "name": "pans"}],
                             role="service_role", headers=merge)
        self.assertEqual(response.status, 201, response.body)
        self.assertIn("resolution=merge-duplicates", response.header("Preference-Applied"))
        ignore = {"Prefer": "resolution=ignore-duplicates,return=representation"}
        response = self.call("POST", "category?on_conflict=name", [{"name": "mugs"}, {"name": "lids"}],
                             role="service_role", headers=ignore)
        self.assertEqual([row["name"] for row in response.json()], ["lids"])
        self.assertEqual([row["name"] for row in self.rows("category?order=id")], ["mugs", "pots", "pans", "lids"])
        self.refused(400, "42P10", "POST", "product?on_conflict=name", {"category_id": 1, "name": "n"}, headers=merge)


class LongResponses(RestCase):
    def test_a_long_list_goes_through_a_file_and_arrives_whole(self):
        rows = [{"category_id": 1, "name": "x" * 500, "stock": i} for i in range(6_000)]
        self.assertEqual(self.call("POST", "product", rows).status, 201)
        response = self.call("GET", "product?name=like.x*&order=id", headers={"Prefer": "count=exact"})
        self.assertEqual(response.header("Content-Range"), "0-5999/6000")
        self.assertGreater(len(response.body), 3_000_000)
        self.assertEqual([row["stock"] for row in response.json()], list(range(6_000)))
        response = self.call("GET", "product?name=like.x*", headers={"Accept": "text/csv"})
        self.assertEqual(len(response.body.splitlines()), 6_001)


class SlowReads(FolderCase):
    SCHEMA = """
    CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; INSERT INTO t VALUES (1);
    CREATE POLICY r ON t FOR SELECT USING (true);
    CREATE VIEW endless AS WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i FROM c;
    CREATE VIEW heavy AS WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300000)
      SELECT count(*) AS n FROM c;
    GRANT SELECT ON endless TO anon; GRANT SELECT ON heavy TO anon;
    """

    def test_they_leave_their_loop_and_end_at_the_timeout(self):
        from prodev import Client
        folder = self.make_folder()
        (folder / "schema").mkdir()
        (folder / "schema/0001_a.sql").write_text(self.SCHEMA)
        server = self.start_prodev("--loops", "1", "--read-timeout-ms", "4000", folder=folder)
        with Client(server.port) as slow, Client(server.port) as heavy, Client(server.port) as quick:
            for _ in range(3):  # the third time it is known as slow
                self.assertEqual(heavy.get("/rest/v1/heavy").json(), [{"n": 300000}])
            slow.send(b"GET /rest/v1/endless?select=i&i=lt.0 HTTP/1.1\r\nHost: x\r\n\r\n")
            for _ in range(20):
                self.assertEqual(quick.get("/rest/v1/t").json(), [{"id": 1}])
            self.assertTrue(slow.is_silent(0.2))  # still at it, on a thread of the pool
            response = slow.read_response()
            self.assertEqual((response.status, response.json()["code"]), (504, "57014"))


class SchemaChanges(RestCase):
    def test_a_migration_from_outside_is_in_force_at_once(self):
        (self.folder / "schema/0002_more.sql").write_text(
            "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; INSERT INTO later VALUES (7);\n"
            "CREATE POLICY later_read ON later FOR SELECT USING (true);")
        self.refused(404, "PGRST205", "GET", "later")
        result = run_prodev("migrate", "up", "--dir", self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        from prodev import eventually
        eventually(lambda: self.call("GET", "later").status == 200, "the new table is served")
        self.assertEqual(self.rows("later", role=None), [{"id": 7}])


class Development(FolderCase):
    def test_a_saved_schema_file_is_applied_at_once(self):
        from prodev import Client, eventually
        folder = self.make_folder()
        (folder / "schema").mkdir()
        server = self.start_prodev("--dev", folder=folder)
        (folder / "schema/0001_a.sql").write_text("CREATE TABLE a (id INTEGR PRIMRY KEY) STRICT;")
        eventually(lambda: "0001_a.sql:1:" in server.stderr_text(), "the mistake is told with its place")
        (folder / "schema/0001_a.sql").write_text(
            "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE POLICY r ON a FOR SELECT USING (true);")
        with Client(server.port) as client:
            eventually(lambda: client.get("/rest/v1/a").status == 200, "the table is served")


if __name__ == "__main__":
    unittest.main()
