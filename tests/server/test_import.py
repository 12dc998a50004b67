"""`prodev import` and `prodev export`: files become rows and rows become files, whole or not at all."""

import csv
import io
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import FolderCase, binary_path, clean_environment, is_sanitized, run_prodev  # noqa: E402

SCHEMA = """
CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  shelf_id INTEGER REFERENCES shelf (id),
  name TEXT NOT NULL UNIQUE,
  price REAL CHECK (price >= 0),
  active INTEGER CHECK (active IN (0, 1)),
  facts TEXT CHECK (facts IS NULL OR json_valid(facts)),
  picture BLOB
) STRICT;
INSERT INTO shelf VALUES (1, 'top');
"""


class Transfer(FolderCase):
    def setUp(self):
        self.folder = self.make_folder()
        (self.folder / "schema").mkdir()
        (self.folder / "schema/0001_a.sql").write_text(SCHEMA)
        self.assertEqual(run_prodev("migrate", "--dir", self.folder).returncode, 0)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_import(self, path, *flags, table="item", code=0):
        result = run_prodev("import", table, path, "--dir", self.folder, *flags)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def rows(self, sql="SELECT * FROM item ORDER BY id"):
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            return connection.execute(sql).fetchall()

    def export(self, form, *flags, table="item"):
        result = subprocess.run([binary_path("prodev"), "export", table, "--format", form, "--dir", self.folder, *flags],
                                capture_output=True, env=clean_environment(), timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout


class Import(Transfer):
    def test_csv_by_header(self):
        path = self.write("a.csv", '\ufeffname,price,active,picture,facts\r\n"a ""quoted"", one",1.5,t,AAE=,"{""x"":1}"\r\n'
                                   'b,,f,,\n"two\nlines",2,,,\n')
        result = self.run_import(path)
        self.assertRegex(result.stdout, r"^imported  3 rows into item in .* rejected 0\n$")
        self.assertEqual(self.rows("SELECT name, price, active, picture, facts FROM item ORDER BY id"),
                         [('a "quoted", one', 1.5, 1, b"\0\1", '{"x":1}'), ("b", None, 0, None, None),
                          ("two\nlines", 2.0, None, None, None)])

    def test_an_empty_field_is_null_and_quotes_make_an_empty_text(self):
        self.run_import(self.write("a.csv", 'name,facts\n"",\n'))
        self.assertEqual(self.rows("SELECT name, facts FROM item"), [("", None)])

    def test_json_and_ndjson(self):
        self.run_import(self.write("a.json", ' [ {"name":"a","facts":{"deep":[1,"],{"]}} ,\n{"id":9007199254740993,"name":"b"}]\n'))
        self.run_import(self.write("a.ndjson", '{"name":"c","price":1e3}\n\n{"name":"d","active":true}\r\n'))
        self.assertEqual(self.rows("SELECT name FROM item ORDER BY name"), [("a",), ("b",), ("c",), ("d",)])
        self.assertEqual(self.rows("SELECT id FROM item WHERE name = 'b'"), [(9007199254740993,)])
        self.assertEqual(self.rows("SELECT facts FROM item WHERE name = 'a'"), [('{"deep":[1,"],{"]}',)])
        self.run_import(self.write("empty.json", "[]"))

    def test_names_are_mapped_or_passed_over(self):
        path = self.write("a.csv", "title,junk\nx,1\n")
        self.assertIn("junk", self.run_import(path, "--map", "title=name", code=1).stderr)
        self.run_import(path, "--map", "title=name", "--ignore-unknown")
        near = self.run_import(self.write("b.csv", "nam\nx\n"), code=1).stderr
        self.assertIn("item.name", near)

    def test_the_first_row_that_does_not_fit_stops_everything(self):
        path = self.write("a.csv", "name,price\na,1\nb,dear\nc,3\n")
        self.assertRegex(self.run_import(path, code=1).stderr, r"line 3: .*\"dear\".*nothing was imported")
        self.assertEqual(self.rows(), [])

    def test_rejected_rows_are_told_by_line_and_the_others_stay(self):
        path = self.write("a.ndjson", '{"name":"a"}\n{"name":"a"}\n{"name":"b","price":-1}\n{"name":\n{"name":"c"}\n{"price":1}\n')
        result = self.run_import(path, "--skip-rejected", "--rejects", self.folder / "r.csv")
        self.assertIn("imported  2 rows", result.stdout)
        self.assertIn("rejected 4", result.stdout)
        rejects = list(csv.reader(io.StringIO((self.folder / "r.csv").read_text())))
        self.assertEqual([row[0] for row in rejects], ["line", "2", "3", "4", "6"])
        self.assertIn("unique", rejects[1][1])
        self.assertIn("check", rejects[2][1])
        self.assertIn("not-null", rejects[4][1])

    def test_rows_may_refer_to_rows_that_come_later_but_not_to_none(self):
        path = self.write("shelf.csv", "id,name\n2,low\n")
        self.assertIn("refers to a row of shelf", self.run_import(self.write("i.csv", "name,shelf_id\nx,2\n"), code=1).stderr)
        self.run_import(path, table="shelf")
        self.run_import(self.write("i.csv", "name,shelf_id\nx,2\n"))
        skipped = self.run_import(self.write("j.csv", "name,shelf_id\ny,77\nz,1\n"), "--skip-rejected")
        self.assertIn("rejected  line 2", skipped.stdout)

    def test_a_dry_run_changes_nothing(self):
        path = self.write("a.csv", "name\na\nb\n")
        self.assertIn("would import 2 rows", self.run_import(path, "--dry-run").stdout)
        self.assertEqual(self.rows(), [])

    def test_keys_that_are_taken(self):
        self.run_import(self.write("a.csv", "id,name,price\n1,a,1\n2,b,2\n"))
        again = self.write("b.csv", "id,name,price\n1,a,10\n3,c,3\n")
        self.run_import(again, code=1)
        self.run_import(again, "--on-conflict", "ignore")
        self.assertEqual(self.rows("SELECT id, price FROM item ORDER BY id"), [(1, 1.0), (2, 2.0), (3, 3.0)])
        self.run_import(again, "--on-conflict", "replace")
        self.assertEqual(self.rows("SELECT id, price FROM item ORDER BY id"), [(1, 10.0), (2, 2.0), (3, 3.0)])

    def test_hostile_files_are_refused_with_a_sentence(self):
        for name, content in {
            "nul.csv": b"name\na\0b\n", "utf8.csv": b"name\n\xff\n", "quote.csv": b'name\n"a', "inner.csv": b'name\na"b\n',
            "after.csv": b'name\n"a"b\n', "cr.csv": b"name\na\rb\n", "few.csv": b"name,price\na\n", "empty.csv": b"",
            "twice.csv": b"name,name\na,b\n", "cut.json": b'[{"name":"a"', "object.json": b'{"name":"a"}',
            "comma.json": b'[{"name":"a"},]', "after.json": b'[{"name":"a"}] x', "close.json": b'[}]',
            "deep.ndjson": b'{"facts":' + b"[" * 5000 + b"]" * 5000 + b',"name":"a"}', "number.ndjson": b"5\n",
            "generated.csv": b"nosuch\n1\n",
        }.items():
            with self.subTest(name):
                result = self.run_import(self.write(name, content), code=1)
                self.assertRegex(result.stderr, r"^prodev: .*" + name + ".*\n$")
                self.assertEqual(self.rows(), [])
        self.run_import(self.folder / "nosuch.csv", code=1)
        self.run_import(self.write("x.txt", "name\n"), code=2)
        self.assertIn("did you mean item", self.run_import(self.write("x.csv", "name\n"), table="itme", code=2).stderr)

    def test_a_killed_import_leaves_nothing_or_whole_batches(self):
        count = 20_000 if is_sanitized() else 300_000
        path = self.write("big.csv", "name\n" + "".join(f"item {i}\n" for i in range(count)))
        for flags, batch in [([], count), (["--batch", "1000"], 1000)]:
            process = subprocess.Popen([binary_path("prodev"), "import", "item", path, "--dir", self.folder, *flags],
                                       env=clean_environment(), stdout=subprocess.DEVNULL)
            time.sleep(0.15)
            process.send_signal(signal.SIGKILL)
            process.wait()
            kept = self.rows("SELECT count(*) FROM item")[0][0]
            self.assertEqual(kept % batch, 0)
            self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
            with sqlite3.connect(self.folder / "data/prodev.db") as connection:
                connection.execute("DELETE FROM item")


class Export(Transfer):
    def random_rows(self, random_):
        def text():
            return "".join(random_.choice(["a", "ü", '"', ",", "\n", "\r\n", "😀", "\\", "'", "\t", "x" * 50])
                           for _ in range(random_.randrange(8)))
        for i in range(300):
            yield (random_.choice([i, 2**62 + i]), random_.choice([1, None]), text() + str(i),
                   random_.choice([None, 0.1, 1e300, random_.random()]), random_.choice([0, 1, None]),
                   random_.choice([None, '{"a":[1,null,"x\\n"]}', '"text"', "1"]),
                   random_.choice([None, b"", os.urandom(random_.randrange(1, 20))]))

    def test_importing_an_export_gives_the_same_table(self):
        seed = random.randrange(1 << 30)
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?)", self.random_rows(random.Random(seed)))
        before = self.rows()
        for form in ["csv", "json", "ndjson"]:
            with self.subTest(form, seed=seed):
                data = self.export(form)
                with sqlite3.connect(self.folder / "data/prodev.db") as connection:
                    connection.execute("DELETE FROM item")
                self.run_import(self.write("again." + form, data))
                self.assertEqual(self.rows(), before)

    def test_other_programs_can_read_an_export(self):
        self.run_import(self.write("a.csv", 'id,name,active\n1,"a, b",t\n2,c,\n'))
        rows = list(csv.DictReader(io.StringIO(self.export("csv").decode())))
        self.assertEqual([row["name"] for row in rows], ["a, b", "c"])
        self.assertEqual([row["active"] for row in json.loads(self.export("json"))], [True, None])
        lines = self.export("ndjson", "--columns", "name,id").decode().splitlines()
        self.assertEqual(lines, ['{"name":"a, b","id":1}', '{"name":"c","id":2}'])

    def test_a_file_appears_whole_and_is_not_replaced_unasked(self):
        target = self.folder / "out.csv"
        result = run_prodev("export", "shelf", "--output", target, "--dir", self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(target.read_text(), "id,name\n1,top\n")
        self.assertEqual(run_prodev("export", "shelf", "--output", target, "--dir", self.folder).returncode, 2)
        self.assertEqual(run_prodev("export", "shelf", "--output", target, "--force", "--dir", self.folder).returncode, 0)
        self.assertEqual([path.name for path in self.folder.glob("out*")], ["out.csv"])


if __name__ == "__main__":
    unittest.main()
