"""/rest/v1: bodies, upserts, PUT and the preferences of writes, as PostgREST's documentation has them."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest_case import SCHEMA, RestCase  # noqa: E402

MORE = """
CREATE TABLE setting (
  key TEXT NOT NULL, scope TEXT NOT NULL DEFAULT 'all', value TEXT DEFAULT 'none', n INTEGER DEFAULT (2 + 3),
  at TEXT DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (key, scope)
) WITHOUT ROWID;
CREATE TABLE journal (line TEXT) STRICT;
CREATE VIEW product_names AS SELECT id, name FROM product;
CREATE POLICY all_settings ON setting TO staff USING (true) WITH CHECK (true);
CREATE POLICY all_lines ON journal TO staff USING (true) WITH CHECK (true);
GRANT SELECT ON product_names TO staff;
"""
WHOLE = "return=representation"


class WriteCase(RestCase):
    SCHEMA = SCHEMA + MORE

    def write(self, method, path, body=None, prefer="", content_type=None, **more):
        headers = {"Prefer": prefer} if prefer else {}
        if content_type:
            headers["Content-Type"] = content_type
        headers.update(more.pop("headers", {}))
        return self.call(method, path, body, headers=headers, **more)

    def answers(self, status, method, path, body=None, prefer="", **more):
        response = self.write(method, path, body, prefer, **more)
        self.assertEqual(response.status, status, response.body)
        return response

    def refuses(self, status, code, method, path, body=None, prefer="", content_type=None, **more):
        headers = {"Prefer": prefer} if prefer else {}
        if content_type:
            headers["Content-Type"] = content_type
        return self.refused(status, code, method, path, body, headers=headers, **more)


class Bodies(WriteCase):
    PATH = "product?select=category_id,name,price,active"

    def inserted(self, body, content_type, path=PATH):
        return self.answers(201, "POST", path, body, WHOLE, content_type=content_type).json()

    def test_csv(self):
        body = 'category_id,name,price,active\r\n1,"a ""quoted"", name",1.5,true\n2,"NULL",NULL,f\n'
        self.assertEqual(self.inserted(body, "text/csv; charset=utf-8"), [
            {"category_id": 1, "name": 'a "quoted", name', "price": 1.5, "active": True},
            {"category_id": 2, "name": "NULL", "price": None, "active": False}])
        self.assertEqual(self.inserted("category_id,name\n1,\n", "text/csv")[0]["name"], "")
        self.assertEqual(self.inserted("name,junk,category_id\nx,y,1", "text/csv",
                                       self.PATH + "&columns=category_id,name")[0]["name"], "x")
        self.assertEqual(self.inserted("category_id,name\n", "text/csv"), [])

    def test_csv_that_does_not_fit(self):
        for body, words in [("category_id,name\n1\n", "same number of fields"), ("", "empty"),
                            ('category_id,name\n1,"a', "within quotes"), ("name,name\na,b", "twice")]:
            error = self.refuses(400, "PGRST102", "POST", "product", body, content_type="text/csv")
            self.assertIn(words, error["message"])
        self.refuses(400, "PGRST204", "POST", "product", "junk\n1", content_type="text/csv")
        self.refuses(400, "22P02", "POST", "product", "category_id,name\nx,y", content_type="text/csv")
        self.refuses(400, "22P02", "POST", "product", "category_id,name,price\n1,y,", content_type="text/csv")

    def test_a_form(self):
        self.assertEqual(self.inserted("category_id=1&name=John+%26+Doe&active=false",
                                       "application/x-www-form-urlencoded"),
                         [{"category_id": 1, "name": "John & Doe", "price": None, "active": False}])
        self.refuses(400, "PGRST102", "POST", "product", "name=%zz", content_type="application/x-www-form-urlencoded")

    def test_lines_of_json(self):
        body = '{"category_id":1,"name":"a"}\n\n{"name":"b","category_id":2}\r\n'
        self.assertEqual([row["name"] for row in self.inserted(body, "application/x-ndjson")], ["a", "b"])
        error = self.refuses(400, "PGRST102", "POST", "product", '{"name":"a"}\n[1]', content_type="application/x-ndjson")
        self.assertEqual(error["message"], "Empty or invalid json")

    def test_other_types_are_refused(self):
        error = self.refuses(400, "PGRST102", "POST", "product", "<a/>", content_type="application/xml")
        self.assertEqual(error["message"], "Content-Type not acceptable: application/xml")

    def test_a_body_of_any_type_updates(self):
        self.answers(204, "PATCH", "product?id=eq.1", "price=7", content_type="application/x-www-form-urlencoded")
        self.answers(204, "PATCH", "product?id=eq.2", "price\n8\n", content_type="text/csv")
        self.assertEqual([row["price"] for row in self.rows("product?order=id&limit=2")], [7, 8])

    def test_long_bodies_of_every_type(self):
        names = [f"name {i} " + "x" * 100 for i in range(4_000)]
        csv = "category_id,name\n" + "".join(f"1,{name}\n" for name in names)
        lines = "".join('{"category_id":1,"name":"%s"}\n' % name for name in names)
        for body, kind in [(csv, "text/csv"), (lines, "application/x-ndjson")]:
            self.answers(201, "POST", "product", body, content_type=kind)
        response = self.call("GET", "product?name=like.name*", headers={"Prefer": "count=exact", "Range": "0-0"})
        self.assertEqual(response.header("Content-Range"), "0-0/8000")


class Missing(WriteCase):
    def test_what_is_absent_is_null_or_the_default(self):
        row = {"key": "a", "value": "x"}
        path = "setting?columns=key,value,n&select=key,scope,value,n"
        self.assertEqual(self.answers(201, "POST", path, row, WHOLE).json(),
                         [{"key": "a", "scope": "all", "value": "x", "n": None}])
        response = self.answers(201, "POST", path, {"key": "b"}, WHOLE + ",missing=default")
        self.assertEqual(response.json(), [{"key": "b", "scope": "all", "value": "none", "n": 5}])
        self.assertEqual(response.header("Preference-Applied"), "missing=default, return=representation")

    def test_rows_of_one_insert_may_differ_and_keep_their_order(self):
        rows = [{"key": f"k{i}"} for i in range(6)]
        rows[1]["n"] = 1
        rows[3].update(value="v", n=3)
        rows[4] = {"n": 4, "key": "k4"}
        rows[5] = {"n": 6, "value": "w", "key": "k5"}
        self.refuses(400, "PGRST102", "POST", "setting", rows)
        response = self.answers(201, "POST", "setting?select=key,value,n", rows, WHOLE + ",missing=default")
        self.assertEqual([(row["key"], row["value"], row["n"]) for row in response.json()], [
            ("k0", "none", 5), ("k1", "none", 1), ("k2", "none", 5), ("k3", "v", 3), ("k4", "none", 4), ("k5", "w", 6)])

    def test_too_many_shapes_are_refused(self):
        self.answers(200, "PATCH", "setting?key=eq.none", {"n": 1}, WHOLE)
        names = "abcdefg"
        schema = "CREATE TABLE wide (%s) STRICT;" % ", ".join(f"{n} TEXT" for n in names)
        schema += "CREATE POLICY w ON wide TO staff USING (true) WITH CHECK (true);"
        (self.folder / "schema/0002_wide.sql").write_text(schema)
        from prodev import eventually, run_prodev
        self.assertEqual(run_prodev("migrate", "up", "--dir", self.folder).returncode, 0)
        eventually(lambda: self.call("GET", "wide").status == 200, "the new table is served")
        rows = [{n: "x" for bit, n in enumerate(names) if number >> bit & 1} for number in range(1, 128)]
        self.refuses(400, "PGRST102", "POST", "wide", rows, "missing=default")
        self.answers(201, "POST", "wide", rows[:64], "missing=default")
        self.assertEqual(len(self.rows("wide")), 64)

    def test_an_update_sets_defaults(self):
        self.answers(201, "POST", "setting", {"key": "a", "value": "x", "n": 9})
        path = "setting?key=eq.a&columns=value,n&select=value,n"
        self.assertEqual(self.answers(200, "PATCH", path, {"value": "y"}, WHOLE + ",missing=default").json(),
                         [{"value": "y", "n": 5}])
        self.assertEqual(self.answers(200, "PATCH", path, {"value": "y"}, WHOLE).json(), [{"value": "y", "n": None}])

    def test_empty_bodies(self):
        self.assertEqual(self.answers(201, "POST", "journal", {}, WHOLE).json(), [{"line": None}])
        self.assertEqual(self.answers(201, "POST", "journal", [], WHOLE).json(), [])
        self.assertEqual(self.answers(201, "POST", "journal", [{}, {}], WHOLE).json(), [{"line": None}] * 2)
        self.assertEqual(self.answers(204, "PATCH", "product?id=eq.1", {}).header("Content-Range"), "*/*")
        self.assertEqual(self.answers(200, "PATCH", "product?id=eq.1", {}, WHOLE).json(), [])
        self.assertEqual(self.answers(204, "PATCH", "product?id=eq.1", [], "count=exact").header("Content-Range"), "*/0")
        self.refuses(400, "PGRST102", "PATCH", "product?id=eq.1", "")
        self.refuses(403, "42501", "PATCH", "product?id=eq.1", {}, role="nobody")


class Upserts(WriteCase):
    MERGE = "resolution=merge-duplicates"

    def test_200_when_nothing_was_inserted(self):
        admin = {"role": "service_role"}
        self.assertEqual(self.answers(200, "POST", "category", {"id": 1, "name": "mugs"}, self.MERGE, **admin)
                         .header("Preference-Applied"), self.MERGE)
        self.answers(201, "POST", "category", [{"id": 1, "name": "m"}, {"id": 7, "name": "x"}], self.MERGE, **admin)
        self.answers(201, "POST", "category", [{"id": 8, "name": "y"}, {"id": 1, "name": "m"}], self.MERGE, **admin)
        self.answers(200, "POST", "category?on_conflict=name", [{"name": "m"}, {"name": "x"}], self.MERGE, **admin)
        self.answers(201, "POST", "category?on_conflict=name", {"name": "new"}, self.MERGE, **admin)
        self.answers(201, "POST", "category", {"id": 1, "name": "m"}, "resolution=ignore-duplicates", **admin)
        self.assertEqual([row["name"] for row in self.rows("category?order=id", **admin)],
                         ["m", "pots", "x", "y", "new"])

    def test_a_table_without_rowids(self):
        self.answers(201, "POST", "setting", {"key": "a", "scope": "s", "value": "1"}, self.MERGE)
        self.answers(200, "POST", "setting", {"key": "a", "scope": "s", "value": "2"}, self.MERGE)
        self.assertEqual(self.rows("setting?select=value"), [{"value": "2"}])

    def test_without_a_key_it_is_an_insert(self):
        self.assertIsNone(self.answers(201, "POST", "journal", {"line": "a"}, self.MERGE).header("Preference-Applied"))

    def test_only_given_columns_are_merged(self):
        self.answers(201, "POST", "setting", {"key": "a", "scope": "s", "value": "1", "n": 1})
        rows = [{"key": "a", "scope": "s", "n": 7}, {"key": "b", "scope": "s", "value": "x"}]
        self.answers(201, "POST", "setting", rows, self.MERGE + ",missing=default")
        self.assertEqual(self.rows("setting?select=value,n&order=key"), [{"value": "1", "n": 7}, {"value": "x", "n": 5}])


    def test_a_merge_sets_all_of_columns(self):
        self.answers(201, "POST", "setting", [{"key": k, "scope": "s", "value": "1", "n": 1} for k in "ab"])
        path = "setting?columns=key,scope,value,n&select=value,n"
        rows = [{"key": "a", "scope": "s", "n": 7}, {"key": "b", "scope": "s", "value": "x"}]
        self.assertEqual(self.answers(200, "POST", path, rows, ",".join([self.MERGE, "missing=default", WHOLE])).json(),
                         [{"value": "none", "n": 7}, {"value": "x", "n": 5}])
        self.assertEqual(self.answers(200, "POST", path, rows, self.MERGE + "," + WHOLE).json(),
                         [{"value": None, "n": 7}, {"value": "x", "n": None}])


class Put(WriteCase):
    def test_inserts_and_replaces(self):
        row = {"id": 9, "category_id": 1, "name": "put"}
        self.assertEqual(self.answers(201, "PUT", "product?id=eq.9&select=id,name", row, WHOLE).json(),
                         [{"id": 9, "name": "put"}])
        row["name"] = "again"
        response = self.answers(200, "PUT", "product?id=eq.9&select=name", row, WHOLE + ",tx=commit")
        self.assertEqual(response.json(), [{"name": "again"}])
        self.assertEqual(response.header("Preference-Applied"), "return=representation, tx=commit")
        self.assertIsNone(response.header("Content-Range"))
        self.answers(204, "PUT", "product?id=eq.9", row)
        self.answers(204, "PUT", "product?id=eq.10", {**row, "id": 10})
        self.answers(204, "PUT", "setting?key=eq.k&scope=eq.s", {"key": "k", "scope": "s", "value": "v"})
        self.assertEqual(self.rows("setting?select=key,scope,value"), [{"key": "k", "scope": "s", "value": "v"}])

    def test_one_object(self):
        response = self.answers(201, "PUT", "product?id=eq.9&select=id", {"id": 9, "category_id": 1, "name": "n"}, WHOLE,
                                headers={"Accept": "application/vnd.pgrst.object+json"})
        self.assertEqual(response.json(), {"id": 9})

    def test_the_filters_are_the_key(self):
        row = {"id": 9, "category_id": 1, "name": "n"}
        for path in ["product", "product?id=gt.9", "product?id=eq.9&name=eq.n", "product?name=eq.n",
                     "product?id=not.eq.9", "product?or=(id.eq.9)", "product?id=eq.9&id=eq.9",
                     "setting?key=eq.a", "journal?line=eq.a"]:
            error = self.refuses(405, "PGRST105", "PUT", path, row)
            self.assertEqual(error["message"],
                             "Filters must include all and only primary key columns with 'eq' operators")
        self.refuses(400, "PGRST114", "PUT", "product?id=eq.9&limit=1", row)
        self.refuses(400, "PGRST114", "PUT", "product?id=eq.9&offset=1", row)
        for body in [{**row, "id": 8}, {"category_id": 1, "name": "n"}, [row, row], []]:
            self.refuses(400, "PGRST115", "PUT", "product?id=eq.9", body)
        self.assertEqual(len(self.rows("product")), 4)


class Preferring(WriteCase):
    def test_headers_only_tells_where_the_row_is(self):
        response = self.answers(201, "POST", "product", {"category_id": 1, "name": "n"}, "return=headers-only")
        self.assertEqual((response.header("Location"), response.body), ("product?id=eq.5", b""))
        self.assertEqual(response.header("Preference-Applied"), "return=headers-only")
        self.assertEqual(len(self.client().request("GET", "/rest/v1/" + response.header("Location"), {
            "Authorization": "Bearer " + self.token("staff", "s")}).json()), 1)
        response = self.answers(201, "POST", "setting", {"key": "a b&c=ü", "scope": "s"}, "return=headers-only")
        self.assertEqual(response.header("Location"), "setting?key=eq.a%20b%26c%3D%C3%BC&scope=eq.s")
        for body in [[{"category_id": 1, "name": "n"}] * 2, []]:
            self.assertIsNone(self.answers(201, "POST", "product", body, "return=headers-only").header("Location"))
        self.assertIsNone(self.answers(201, "POST", "journal", {"line": "a"}, "return=headers-only").header("Location"))
        for prefer in ["", "return=minimal", WHOLE]:
            response = self.answers(201, "POST", "product", {"category_id": 1, "name": "n"}, prefer)
            self.assertIsNone(response.header("Location"))

    def test_a_dry_run_answers_and_keeps_nothing(self):
        response = self.answers(201, "POST", "product?select=id", {"category_id": 1, "name": "n"}, WHOLE + ",tx=rollback")
        self.assertEqual((response.json(), response.header("Preference-Applied")),
                         ([{"id": 5}], "return=representation, tx=rollback"))
        self.answers(204, "PATCH", "product?id=gt.0", {"price": 0}, "tx=rollback")
        self.answers(204, "DELETE", "product?id=gt.0", prefer="tx=rollback")
        self.answers(204, "PUT", "product?id=eq.1", {"id": 1, "category_id": 2, "name": "x"}, "tx=rollback")
        self.refuses(409, "23503", "POST", "product", {"category_id": 77, "name": "n"}, "tx=rollback")
        self.assertEqual([row["price"] for row in self.rows("product?order=id")], [12.5, None, 40, 1e300])
        self.answers(204, "PATCH", "product?id=eq.1", {"price": 0}, "tx=commit, tx=rollback")
        self.assertEqual(self.rows("product?id=eq.1&select=price"), [{"price": 0}])

    def test_strict_handling_lists_what_is_unknown(self):
        error = self.refuses(400, "PGRST122", "PATCH", "product?id=eq.1", {"price": 1}, "handling=strict, foo, tx=maybe")
        self.assertEqual((error["message"], error["details"]),
                         ("Invalid preferences given with handling=strict", "Invalid preferences: foo, tx=maybe"))
        self.refuses(400, "PGRST122", "GET", "product", prefer="handling=strict,timezone=Jupiter/Red_Spot")
        response = self.answers(204, "PATCH", "product?id=eq.1", {"price": 1}, "handling=lenient,foo,timezone=America/Lima")
        self.assertEqual(response.header("Preference-Applied"), "handling=lenient")
        response = self.answers(200, "GET", "product", prefer="handling=strict,timezone=UTC,count=exact")
        self.assertEqual(response.header("Preference-Applied"), "count=exact, handling=strict, timezone=UTC")

    def test_a_limit_of_rows_changed(self):
        strict = "handling=strict,max-affected="
        for method, body in [("PATCH", {"price": 1}), ("DELETE", None)]:
            error = self.refuses(400, "PGRST124", method, "product?id=lt.4", body, strict + "2")
            self.assertEqual((error["message"], error["details"]), (
                "Query result exceeds max-affected preference constraint", "The query affects 3 rows"))
        self.assertEqual(self.rows("product?id=eq.1&select=price"), [{"price": 12.5}])
        response = self.answers(204, "PATCH", "product?id=lt.4", {"price": 1}, strict + "3")
        self.assertEqual(response.header("Preference-Applied"), "handling=strict, max-affected=3")
        response = self.answers(204, "PATCH", "product?id=lt.4", {"price": 2}, "max-affected=1")
        self.assertIsNone(response.header("Preference-Applied"))

    def test_a_window_never_narrows_what_is_written(self):
        for window in ["limit=1", "offset=1", "order=id.desc"]:
            for method, body in [("PATCH", {"price": 1}), ("DELETE", None)]:
                self.refuses(400, "PGRST100", method, "product?id=lt.4&" + window, body)
        self.assertEqual(len(self.rows("product?price=eq.1")), 0)
        self.assertEqual(len(self.rows("product?id=lt.4")), 3)
        path = "product?id=lt.4&select=id&order=id&limit=1"
        for method, body in [("PATCH", {"price": 1}), ("DELETE", None)]:
            self.refuses(400, "PGRST100", method, path + "&cursor=after.x", body, "return=representation")
            rows = self.answers(200, method, path, body, "return=representation").json()
            self.assertEqual(sorted(row["id"] for row in rows), [1, 2, 3])
        self.assertEqual(len(self.rows("product")), 1)

    def test_options_names_what_a_table_allows(self):
        for table, methods in [("product", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
                               ("journal", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"), ("product_names", "OPTIONS,GET,HEAD")]:
            self.assertEqual(self.answers(200, "OPTIONS", table, role=None).header("Allow"), methods)
        self.refuses(404, "PGRST205", "OPTIONS", "nosuch")

    def test_nulls_can_be_left_out_of_what_was_written(self):
        response = self.answers(201, "POST", "product?select=id,price,attributes",
                                {"category_id": 1, "name": "n", "attributes": {"a": None, "b": [None, {"c": None}]}}, WHOLE,
                                headers={"Accept": "application/vnd.pgrst.array+json;nulls=stripped"})
        self.assertEqual(response.json(), [{"id": 5, "attributes": {"b": [None, {}]}}])


if __name__ == "__main__":
    unittest.main()
