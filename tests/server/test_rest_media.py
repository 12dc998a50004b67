"""/rest/v1: what rows are written as: media types, plans, timing, compression."""

import contextlib
import csv
import gzip
import io
import json
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from rest_case import RestCase  # noqa: E402

OBJECT = "application/vnd.pgrst.object+json"
ARRAY = "application/vnd.pgrst.array+json"
PLAN = "application/vnd.pgrst.plan"


class MediaCase(RestCase):
    def get(self, path, accept=None, status=200, method="GET", body=None, headers=(), **more):
        headers = {**({"Accept": accept} if accept else {}), **dict(headers)}
        response = self.call(method, path, body, headers=headers, **more)
        self.assertEqual(response.status, status, response.body)
        return response


csv.field_size_limit(1 << 24)


class Types(MediaCase):
    def test_each_has_its_name(self):
        for accept, name in [
            (None, "application/json; charset=utf-8"), ("*/*", "application/json; charset=utf-8"),
            ("application/json", "application/json; charset=utf-8"), ("text/csv", "text/csv; charset=utf-8"),
            ("application/x-ndjson", "application/x-ndjson; charset=utf-8"), (OBJECT, OBJECT + "; charset=utf-8"),
            ("application/vnd.pgrst.object", OBJECT + "; charset=utf-8"), (ARRAY, "application/json; charset=utf-8"),
            (ARRAY + ";nulls=stripped", ARRAY + ";nulls=stripped; charset=utf-8"),
            (OBJECT + "; nulls=stripped", OBJECT + ";nulls=stripped; charset=utf-8"),
            ("text/html, text/csv;q=0.2, application/x-ndjson;q=0.8", "application/x-ndjson; charset=utf-8"),
        ]:
            self.assertEqual(self.get("product?id=eq.1", accept).header("Content-Type"), name)
        error = self.refused(406, "PGRST107", "GET", "product", headers={"Accept": "image/png"})
        self.assertEqual(error["message"], "None of these media types are available: image/png")

    def test_nulls_can_be_left_out(self):
        path = "product?select=id,price,attributes,picture&id=in.(1,2)&order=id"
        self.assertEqual(self.get(path, ARRAY + ";nulls=stripped").json(),
                         [{"id": 1, "price": 12.5, "attributes": {"colour": "grey"}, "picture": "AP8Q"}, {"id": 2}])
        self.assertEqual(self.get("product?select=price,name&id=eq.2", OBJECT + ";nulls=stripped").json(),
                         {"name": "Birch cup"})
        self.assertEqual(self.get("product?select=price&id=eq.2", ARRAY + ";nulls=stripped").json(), [{}])
        self.call("PATCH", "product?id=eq.2", {"attributes": {"a": [None, {"b": None, "c": 1}], "d": None, "e": {}}})
        self.assertEqual(self.get("product?select=attributes&id=eq.2", ARRAY + ";nulls=stripped").json(),
                         [{"attributes": {"a": [None, {"c": 1}], "e": {}}}])

    def test_lines_of_json(self):
        lines = self.get("product?select=id,price&order=id", "application/x-ndjson").body.decode().splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], [1, 2, 3, 4])
        self.assertEqual(self.get("product?id=eq.0", "application/x-ndjson").body, b"")

    def test_what_is_no_utf8_is_replaced_whatever_the_form(self):
        """Others may store it: bytes of each form are what its charset says."""
        long = b"\xc3\xa9" * 150_000
        with contextlib.closing(sqlite3.connect(self.folder / "data/prodev.db")) as database:
            for id, name in ((50, b"a\xff,\xe9"), (51, b"plain\xff"), (52, long + b"\xff" + long)):
                database.execute("INSERT INTO product (id, category_id, name) VALUES (?, 1, CAST(? AS TEXT))", (id, name))
            database.commit()
        names = ["a\ufffd,\ufffd", "plain\ufffd", (long + b"\xff" + long).decode(errors="replace")]
        path = "product?select=name&id=gte.50&order=id"
        self.assertEqual([row["name"] for row in self.get(path).json()], names)
        table = self.get(path, "text/csv").body.decode()
        self.assertEqual([row["name"] for row in csv.DictReader(io.StringIO(table))], names)

    def test_head_sends_the_same_headers_and_nothing_else(self):
        for accept in [None, "text/csv", OBJECT]:
            head = self.get("product?id=eq.1", accept, method="HEAD")
            self.assertEqual(head.body, b"")
            self.assertEqual(head.header("Content-Type"), self.get("product?id=eq.1", accept).header("Content-Type"))
        self.assertEqual(self.call("HEAD", "product", headers={"Accept": OBJECT}).status, 406)


class Plans(MediaCase):
    def test_they_are_for_service_role(self):
        for role in [None, "staff"]:
            self.refused(406, "PGRST107", "GET", "product", headers={"Accept": PLAN + "+json"}, role=role)

    def test_a_read(self):
        response = self.get("product?id=eq.1", PLAN + "+json", role="service_role")
        self.assertEqual(response.header("Content-Type"), PLAN + '+json; for="application/json"; charset=utf-8')
        (plan,) = response.json()
        self.assertEqual(list(plan), ["Plan"])
        self.assertIn("INTEGER PRIMARY KEY", plan["Plan"]["Plans"][0]["Node Type"])
        accept = PLAN + '+text; for="text/csv"; options=analyze|verbose'
        response = self.get("product?name=eq.x&order=price", accept, role="service_role")
        self.assertEqual(response.header("Content-Type"), accept + "; charset=utf-8")
        text = response.body.decode()
        self.assertRegex(text, r"^SCAN product\nUSE TEMP B-TREE FOR ORDER BY\nQuery Text: SELECT .*\nActual Rows: 0\nExecution Time: \d+\.\d+ ms\n$")
        self.assertEqual(self.get("product", PLAN, role="service_role").header("Content-Type"),
                         PLAN + '+text; for="application/json"; charset=utf-8')

    def test_a_write_is_undone(self):
        accept = PLAN + "+json; options=analyze"
        (plan,) = self.get("product?id=lt.3", accept, method="DELETE", role="service_role").json()
        self.assertEqual(plan["Actual Rows"], 2)
        (plan,) = self.get("category", accept, method="POST", body=[{"name": "a"}, {"name": "b"}], role="service_role").json()
        self.assertEqual(plan["Actual Rows"], 2)
        (plan,) = self.get("product?id=lt.3", PLAN + "+json", method="PATCH", body={"price": 1}, role="service_role").json()
        self.assertEqual(list(plan), ["Plan"])
        self.assertEqual((len(self.rows("product")), len(self.rows("category"))), (4, 2))
        self.assertEqual(self.rows("product?id=eq.1&select=price"), [{"price": 12.5}])


class PlansForAll(MediaCase):
    ARGUMENTS = ("--plan-enabled",)

    def test_they_are_told_without_the_policies(self):
        (plan,) = self.get("product", PLAN + "+json; options=verbose", role=None).json()
        self.assertEqual(list(plan), ["Plan"])
        (plan,) = self.get("product", PLAN + "+json; options=verbose", role="service_role").json()
        self.assertIn("SELECT", plan["Query Text"])


class Timing(MediaCase):
    ARGUMENTS = ("--server-timing",)

    def test_it_names_the_phases(self):
        for response in [self.get("product"), self.get("product?id=eq.1", method="PATCH", body={"price": 2}, status=204)]:
            parts = response.header("Server-Timing").split(", ")
            self.assertEqual([part.split(";")[0] for part in parts], ["jwt", "parse", "plan", "transaction", "response"])
            for part in parts:
                self.assertRegex(part, r"^[a-z]+;dur=\d+\.\d{3}$")


class NoTiming(MediaCase):
    def test_it_is_off(self):
        self.assertIsNone(self.get("product").header("Server-Timing"))


def decoded(response):
    coding = response.header("Content-Encoding")
    assert coding == "gzip", coding
    return gzip.decompress(response.body)


class Compression(MediaCase):
    def setUp(self):
        super().setUp()
        rows = [{"category_id": 1, "name": f"name {i} " + "x" * 200, "stock": i} for i in range(20_000)]
        self.assertEqual(self.call("POST", "product", rows).status, 201)

    def test_rows_of_every_size(self):
        for limit in [5, 50, 1_000, 20_000]:
            path = f"product?order=id&limit={limit}&stock=gte.0"
            plain = self.get(path)
            small = self.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
            self.assertEqual(decoded(small), plain.body, limit)
            self.assertLess(len(small.body), len(plain.body) / 3)
            for response in (plain, small):
                self.assertIn("Accept-Encoding", response.all("Vary"))
                self.assertEqual(response.header("Content-Range"), plain.header("Content-Range"))
            self.assertIsNone(plain.header("Content-Encoding"))
            self.assertEqual(small.header("Link"), plain.header("Link"))
            brotli = self.get(path, headers={"Accept-Encoding": "br"})
            self.assertEqual(brotli.header("Content-Encoding"), "br")
            self.assertLess(len(brotli.body), len(plain.body) / 3)

    def test_what_is_small_is_sent_as_it_is(self):
        response = self.get("product?id=eq.1", headers={"Accept-Encoding": "gzip"})
        self.assertIsNone(response.header("Content-Encoding"))
        self.assertEqual(response.all("Vary"), ["Accept, Prefer, Range"])

    def test_refusals_are_kept_to(self):
        for accept in ["gzip;q=0", "identity", "gzip;q=0.1, identity;q=0.5", "zstd"]:
            response = self.get("product?limit=50", headers={"Accept-Encoding": accept})
            self.assertIsNone(response.header("Content-Encoding"), accept)

    def test_other_forms_are_compressed_too(self):
        response = self.get("product?limit=50", "text/csv", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(len(decoded(response).splitlines()), 51)


class NoCompression(MediaCase):
    ARGUMENTS = ("--compress-min-bytes", "0")

    def test_it_can_be_turned_off(self):
        self.call("POST", "product", [{"category_id": 1, "name": "x" * 500} for _ in range(100)])
        response = self.get("product", headers={"Accept-Encoding": "gzip"})
        self.assertIsNone(response.header("Content-Encoding"))
        self.assertEqual(response.all("Vary"), ["Accept, Prefer, Range"])


if __name__ == "__main__":
    unittest.main()
