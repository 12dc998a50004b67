"""`prodev import` and `prodev export`: files become rows and rows become files, whole or not at all."""

import csv
import io
import json
import os
import pathlib
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, binary_path, clean_environment, is_sanitized, run_prodev  # noqa: E402

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

    def execute(self, sql):
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            connection.executescript(sql)

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

    def test_the_separator_is_read_off_the_first_line_and_said(self):
        for name, glue, word in (("a.csv", ";", "semicolons"), ("b.CSV", "\t", "tabs"), ("c.tsv", "\t", "tabs"),
                                 ("d.txt", "|", r"\|")):
            path = self.write(name, f'name{glue}price\n"{name}, {glue} quoted"{glue}1.5\n')
            result = self.run_import(path, *(["--format", "csv"] if name == "d.txt" else []))
            self.assertRegex(result.stdout, f"^read      {word} between fields\nimported  1 rows")
        self.assertEqual(self.rows("SELECT name, price FROM item ORDER BY name"),
                         [("a.csv, ; quoted", 1.5), ("b.CSV, \t quoted", 1.5), ("c.tsv, \t quoted", 1.5),
                          ("d.txt, | quoted", 1.5)])

    def test_a_separator_may_be_told(self):
        path = self.write("a.csv", "name:price\na:1\n")
        refused = self.run_import(path, code=1).stderr
        self.assertIn("with commas taken to stand between fields (--delimiter names another)", refused)
        self.run_import(path, "--delimiter", ":")
        self.run_import(self.write("b.csv", "name\tprice\nb\t1\n"), "--delimiter", "tab")
        self.assertIn("with semicolons", self.run_import(path, "--delimiter", ";", code=1).stderr)
        self.assertIn("--delimiter takes the one character", self.run_import(path, "--delimiter", ";;", code=2).stderr)
        self.assertEqual(self.rows("SELECT name FROM item ORDER BY name"), [("a",), ("b",)])

    def test_utf_16_is_read(self):
        text = "name;price\r\nÄpfel €;1.5\r\n"
        for number, coding in enumerate(("utf-16", "utf-16-le", "utf-16-be")):
            path = self.write("a.csv", text.replace("Äpfel", f"Äpfel {number}").encode(coding))
            self.assertIn("read      semicolons between fields, UTF-16", self.run_import(path).stdout)
        self.assertEqual(self.rows("SELECT name FROM item ORDER BY name"), [(f"Äpfel {n} €",) for n in range(3)])
        cut = self.run_import(self.write("b.csv", "name\nx\n".encode("utf-16") + b"y"), code=1)
        self.assertIn("UTF-16 with half a character", cut.stderr)

    def test_json_and_ndjson(self):
        self.run_import(self.write("a.json", ' [ {"name":"a","facts":{"deep":[1,"],{"]}} ,\n{"id":9007199254740993,"name":"b"}]\n'))
        self.run_import(self.write("a.ndjson", '{"name":"c","price":1e3}\n\n{"name":"d","active":true}\r\n'))
        self.assertEqual(self.rows("SELECT name FROM item ORDER BY name"), [("a",), ("b",), ("c",), ("d",)])
        self.assertEqual(self.rows("SELECT id FROM item WHERE name = 'b'"), [(9007199254740993,)])
        self.assertEqual(self.rows("SELECT facts FROM item WHERE name = 'a'"), [('{"deep":[1,"],{"]}',)])
        self.run_import(self.write("empty.json", "[]"))

    def test_names_are_mapped_or_passed_over(self):
        path = self.write("a.csv", "title,junk\nx,1\n")
        told = self.run_import(path, "--map", "title=name", code=1).stderr
        self.assertIn("--map junk=COLUMN gives it the name of a column, and --ignore-unknown passes over", told)
        lines = self.write("a.ndjson", '{"nam":"x"}\n')
        self.assertIn("--map nam=name gives", self.run_import(lines, code=1).stderr)
        self.run_import(path, "--map", "title=name", "--ignore-unknown")
        near = self.run_import(self.write("b.csv", "nam\nx\n"), code=1).stderr
        self.assertIn("item.name", near)

    def test_the_first_row_that_does_not_fit_stops_everything(self):
        path = self.write("a.csv", "name,price\na,1\nb,dear\nc,3\n")
        self.assertRegex(self.run_import(path, code=1).stderr, r"line 3: .*\"dear\".*nothing was imported")
        self.assertEqual(self.rows(), [])

    def test_rejected_rows_are_told_by_line_and_the_others_stay(self):
        path = self.write("a.ndjson", '{"name":"a"}\n{"name":"a"}\n{"name":"b","price":-1}\n{"name":\n{"name":"c"}\n{"price":1}\n')
        result = self.run_import(path, "--skip-rejected", "--rejects", self.folder / "r.ndjson")
        self.assertIn("imported  2 rows", result.stdout)
        self.assertIn("rejected 4", result.stdout)
        rejects = [json.loads(line) for line in (self.folder / "r.ndjson").read_text().splitlines()]
        self.assertEqual([reject["line"] for reject in rejects], [2, 3, 4, 6])
        for reject, word in zip(rejects, ["unique", "check", "not a JSON object", "not-null"]):
            self.assertIn(word, reject["reason"])
        self.assertEqual(rejects[1]["row"], {"name": "b", "price": -1})
        self.assertEqual(rejects[2]["text"], '{"name":')

    def test_rejected_rows_of_csv_can_be_mended_and_imported(self):
        path = self.write("a.csv", 'name,price,facts\n"a, b",-1,\nc,1,\n"d\ne",x,""\nf\n')
        rejects = self.folder / "r.csv"
        self.run_import(path, "--skip-rejected", "--rejects", rejects)
        rows = list(csv.reader(io.StringIO(rejects.read_text())))
        self.assertEqual(rows[0], ["line", "reason", "name", "price", "facts"])
        self.assertEqual([row[:1] + row[2:] for row in rows[1:]],
                         [["2", "a, b", "-1", ""], ["4", "d\ne", "x", ""], ["6", "f"]])
        self.write("mended.csv", "\n".join(rejects.read_text().split("\n")[:2]).replace(",-1,", ",1,") + "\n")
        self.run_import(self.folder / "mended.csv", "--ignore-unknown")
        self.assertEqual(self.rows("SELECT name, price, facts FROM item ORDER BY name"),
                         [("a, b", 1.0, None), ("c", 1.0, None)])

    def test_the_rejects_never_replace_a_file_and_none_make_none(self):
        path = self.write("a.csv", "name\na\n")
        self.assertIn("is there already", self.run_import(path, "--rejects", path, code=2).stderr)
        self.assertEqual(path.read_text(), "name\na\n")
        self.run_import(path, "--rejects", self.folder / "r.csv")
        self.assertFalse((self.folder / "r.csv").exists())
        self.run_import(path, "--rejects", self.folder / "r.csv", code=1)
        self.assertTrue((self.folder / "r.csv").read_text().startswith("line,reason,name\n2,"))

    def test_names_that_are_no_columns_reject_each_row_that_has_them(self):
        path = self.write("a.ndjson", '{"nope":1}\n{"nope":2}\n{"name":"a"}\n{"name":"b","nope":1}\n{"name":"c","nope":1}\n'
                                      '{"name":"d"}\n')
        self.assertIn("rejected 4", self.run_import(path, "--skip-rejected").stdout)
        self.assertEqual(self.rows("SELECT name FROM item ORDER BY name"), [("a",), ("d",)])
        header = self.write("b.csv", "name,nope\nx,1\n")
        self.assertIn("b.csv: line 1: ", self.run_import(header, "--skip-rejected", code=1).stderr)

    def test_what_a_commit_refuses_is_not_told_as_imported(self):
        self.execute("""CREATE TABLE note (code TEXT REFERENCES tag (code) DEFERRABLE INITIALLY DEFERRED);
                        CREATE TABLE tag (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
                        INSERT INTO tag VALUES (1, 'A'); INSERT INTO note VALUES ('A');""")
        result = self.run_import(self.write("tag.csv", "id,code\n1,B\n"), "--on-conflict", "replace", table="tag", code=1)
        self.assertIn("rows of other tables refer", result.stderr)
        self.assertEqual(self.rows("SELECT code FROM tag"), [("A",)])

    def test_a_trigger_that_rolls_back_ends_the_import(self):
        self.execute("""CREATE TRIGGER stop BEFORE INSERT ON item WHEN new.name = 'stop'
                        BEGIN SELECT RAISE(ROLLBACK, 'enough'); END;""")
        path = self.write("a.csv", "name\na\nstop\nb\n")
        for flags in [(), ("--skip-rejected",)]:
            self.assertRegex(self.run_import(path, *flags, code=1).stderr, "line 3: a trigger rolled everything back.*enough")
            self.assertEqual(self.rows(), [])

    def test_a_disk_that_is_full_is_no_fault_of_the_rows(self):
        path = self.write("a.csv", "name\n" + "".join(f"{i}{'x' * 2000}\n" for i in range(15_000)))

        def limit_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))

        result = subprocess.run([binary_path("prodev"), "import", "item", path, "--dir", self.folder, "--skip-rejected"],
                                capture_output=True, text=True, env=clean_environment(), timeout=60, preexec_fn=limit_files)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertRegex(result.stderr, "line [0-9]+: .*(full|I/O).*: nothing was imported")
        self.assertNotIn("rejected", result.stdout)
        self.assertEqual(self.rows(), [])

    def test_a_table_that_refers_to_itself_may_come_in_any_order(self):
        self.execute("CREATE TABLE node (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES node (id), "
                     "twice INTEGER GENERATED ALWAYS AS (id * 2))")
        self.run_import(self.write("a.csv", "id,parent\n3,2\n2,1\n1,\n"), table="node")
        lost = self.write("b.csv", "id,parent\n5,4\n4,\n6,77\n8,7\n7,\n")
        for flags in [(), ("--dry-run",)]:
            result = self.run_import(lost, *flags, table="node", code=1)
            self.assertIn("line 4: refers to a row of node that neither", result.stderr)
        self.assertEqual(len(self.rows("SELECT * FROM node")), 3)
        result = self.run_import(lost, "--batch", "2", table="node", code=1)
        self.assertIn("the batches before it, 2 rows, were imported", result.stderr)
        self.assertEqual(self.rows("SELECT id FROM node"), [(1,), (2,), (3,), (4,), (5,)])

    def test_generated_columns_of_an_export_are_passed_over(self):
        self.execute("CREATE TABLE node (id INTEGER PRIMARY KEY, twice INTEGER GENERATED ALWAYS AS (id * 2))")
        self.run_import(self.write("a.csv", "id,twice\n3,6\n"), table="node")
        self.assertEqual(self.rows("SELECT * FROM node"), [(3, 6)])

    def test_standard_input(self):
        command = [binary_path("prodev"), "import", "item", "-", "--format", "csv", "--dir", self.folder]
        result = subprocess.run(command, input=b"name\na\nb\n", capture_output=True, env=clean_environment(), timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.rows("SELECT name FROM item"), [("a",), ("b",)])

    def test_control_characters_of_a_file_do_not_reach_the_terminal(self):
        result = self.run_import(self.write("a.csv", "name,price\na,\x1b]0;x\x07\n"), "--skip-rejected")
        self.assertNotRegex(result.stdout, "[\x00-\x09\x0b-\x1f\x7f]")

    def test_no_database_is_made_for_an_import_or_export(self):
        empty = self.make_folder()
        path = self.write("a.csv", "name\na\n")
        for words in [("import", "item", path), ("export", "item", "--format", "csv")]:
            result = run_prodev(*words, "--dir", empty)
            self.assertEqual(result.returncode, 2)
            self.assertIn("there is no database", result.stderr)
            self.assertEqual(list(empty.iterdir()), [])

    def test_a_database_that_is_being_written_to_is_waited_for_and_then_told(self):
        path = self.write("a.csv", "name\na\n")
        with sqlite3.connect(self.folder / "data/prodev.db", isolation_level=None) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self.assertIn("another program is writing", self.run_import(path, code=1).stderr)
            connection.execute("ROLLBACK")

    def test_rows_must_refer_to_rows_that_are_there(self):
        path = self.write("shelf.csv", "id,name\n2,low\n")
        self.assertIn("line 2: ", self.run_import(self.write("i.csv", "name,shelf_id\nx,2\n"), code=1).stderr)
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

    def test_rows_are_bounded_and_memory_does_not_grow_with_the_file(self):
        long = self.write("long.ndjson", b'{"name":"' + b"x" * (65 << 20) + b'"}\n')
        self.assertIn("a value is larger than 67108864 bytes", self.run_import(long, "--skip-rejected", code=1).stderr)
        self.write("long.csv", b"name\n" + b"x" * (65 << 20))
        self.assertIn("a record is larger than", self.run_import(self.folder / "long.csv", code=1).stderr)
        self.write("commas.csv", b"name\n" + b"," * (30 << 20))
        self.assertIn("more than 32766 fields", self.run_import(self.folder / "commas.csv", code=1).stderr)
        row = b'{"name":"%d","picture":"' + b"A" * 200_000 + b'"}'
        rows = [row % i for i in range(800)]  # 160 MB
        for name, content in {"a.ndjson": b"\n".join(rows), "a.json": b"[" + b",\n".join(rows) + b"]"}.items():
            command = [binary_path("prodev"), "import", "item", self.write(name, content), "--dir", self.folder]
            if is_sanitized():  # it needs terabytes of address space
                limit = None
            else:
                limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (128 << 20, 128 << 20))
            result = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=60, preexec_fn=limit)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.execute("DELETE FROM item")

    def test_progress_is_shown_on_a_terminal_only(self):
        path = self.write("a.csv", "name\n" + "".join(f"item {i}\n" for i in range(200_000)))
        self.assertEqual(self.run_import(path, "--dry-run").stderr, "")
        ours, theirs = os.openpty()
        with subprocess.Popen([binary_path("prodev"), "import", "item", path, "--dry-run", "--dir", self.folder],
                              env=clean_environment(), stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            shown = b""
            try:
                while piece := os.read(ours, 65536):
                    shown += piece
            except OSError:  # the other end is closed
                pass
            self.assertIn(b"would import 200000 rows", process.stdout.read())
        os.close(ours)
        self.assertRegex(shown, rb"\[=* *\] +[0-9]+%.* s left +[0-9]+ rows, [0-9]+ rows/s")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-100:])

    def test_a_server_of_the_same_database_serves_what_was_imported(self):
        self.write("schema/0002_open.sql", "GRANT SELECT ON item TO anon; CREATE POLICY open ON item FOR SELECT TO anon USING (1);")
        server = self.start_prodev(folder=self.folder)
        with Client(server.port) as client:
            self.assertEqual(client.get("/rest/v1/item").body, b"[]")
            self.run_import(self.write("a.csv", "name\na\nb\n"), "--batch", "1")
            names = [row["name"] for row in client.get("/rest/v1/item?select=name").json()]
        self.assertEqual(names, ["a", "b"])

    def start_big_import(self, *flags):
        """An import that has begun to write; its number of rows."""
        count = 20_000 if is_sanitized() else 300_000
        path = self.write("big.csv", "name\n" + "".join(f"item {i}\n" for i in range(count)))
        process = subprocess.Popen([binary_path("prodev"), "import", "item", path, "--dir", self.folder, *flags],
                                   env=clean_environment(), stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, count

    def wait_until(self, reached, process):
        deadline = time.monotonic() + 30
        while process.poll() is None and not reached():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)

    def is_locked(self):
        connection = sqlite3.connect(self.folder / "data/prodev.db", isolation_level=None, timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            return False
        except sqlite3.OperationalError:
            return True
        finally:
            connection.close()

    def test_a_killed_import_leaves_nothing(self):
        for _ in range(5):
            process, _count = self.start_big_import()
            self.wait_until(self.is_locked, process)
            time.sleep(random.uniform(0, 0.1))
            process.kill()
            if process.wait() == 0:
                self.execute("DELETE FROM item")  # it was faster
                continue
            self.assertEqual(self.rows("SELECT count(*) FROM item"), [(0,)])
            self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])

    def test_a_killed_import_leaves_whole_batches(self):
        killed = 0
        for _ in range(5):
            process, count = self.start_big_import("--batch", "777")
            rows = lambda: self.rows("SELECT count(*) FROM item")[0][0]
            target = random.randrange(1, count // 2)
            self.wait_until(lambda: rows() >= target, process)
            process.kill()
            if process.wait() != 0:
                killed += 1
                self.assertGreaterEqual(rows(), target)
                self.assertEqual(rows() % 777, 0)
            self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
            self.execute("DELETE FROM item")
        self.assertGreater(killed, 0)


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

    def test_values_without_a_type_keep_theirs(self):
        self.execute("CREATE TABLE loose (id INTEGER PRIMARY KEY, v ANY) STRICT;"
                     "INSERT INTO loose (v) VALUES (x'00ff10'), (1.0), (1), ('1'), ('1.0'), (NULL), (''), ('x''00'''),"
                     " ('''q'''), (-2.5e300), (9223372036854775807), (x''), ('a,b'), (9e999), ('word');")
        rows = "SELECT id, typeof(v), quote(v) FROM loose ORDER BY id"
        before = self.rows(rows)
        for form in ("csv", "json", "ndjson"):
            path = self.write("loose." + form, self.export(form, table="loose"))
            self.execute("DELETE FROM loose")
            self.run_import(path, table="loose")
            self.assertEqual(self.rows(rows), before, form)

    def test_what_does_not_fit_its_column_is_the_same_after_import(self):
        self.execute("CREATE TABLE odd (id INTEGER PRIMARY KEY, made DATETIME, day DATE, name TEXT, bytes BLOB, n INTEGER,"
                     " r REAL, d DECIMAL, yes BOOLEAN, facts JSON, key UUID, v);")
        values = [None, 1700000000000, 1.5, "", "tea", "5", " 5", "sqlite:5", "sqlite:'a'", "sqlite:tea", "'5'", "x'00'",
                  "2026-01-31", "2026-01-31T12:00:00Z", "0190B9A2-7D3C-4F11-9F6E-2C4B8A5D7E10", "null", '"a"', "{ }",
                  '{"a":1}', b"", b"\x00\x01", b"tea", 0, 1, 2, -1, 1e300, 40.0, 9e999, -9e999, 2**63 - 1, "B5Ec", "true",
                  "a,b", 'a"b', "a\nb", "\0", 123456789012345680000.0]
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            for value in values:
                connection.execute("INSERT INTO odd VALUES (NULL" + ", ?" * 11 + ")", [value] * 11)
            connection.execute("INSERT INTO odd (name) VALUES (CAST(x'ff00' AS TEXT))")
        columns = "made day name bytes n r d yes facts key v".split()
        rows = ("SELECT id, " + ", ".join(f"typeof({c}), hex({c}), iif(typeof({c}) = 'text', '', quote({c}))"
                                          for c in columns) + " FROM odd ORDER BY id")
        before = self.rows(rows)
        for form in ("csv", "json", "ndjson"):
            path = self.write("odd." + form, self.export(form, table="odd"))
            self.execute("DELETE FROM odd")
            self.run_import(path, table="odd")
            for was, now in zip(before, self.rows(rows), strict=True):
                self.assertEqual(now, was, form)

    def test_marks_are_taken_unchecked_and_texts_like_literals_of_sql_are_texts(self):
        self.execute("CREATE TABLE loose (id INTEGER PRIMARY KEY, v)")
        path = self.write("a.csv", "id,v\n1,'5'\n2,x'00'\n3,sqlite:x'00'\n4,sqlite:what\n5,sqlite:'5'\n6,5\n")
        self.run_import(path, table="loose")
        self.assertEqual(self.rows("SELECT v FROM loose ORDER BY id"),
                         [("'5'",), ("x'00'",), (b"\0",), ("sqlite:what",), ("5",), (5,)])

    def test_json_over_several_lines_stays_on_a_line_of_ndjson(self):
        facts = '{\n  "a": 1\n}\n'
        with sqlite3.connect(self.folder / "data/prodev.db") as connection:
            connection.execute("INSERT INTO item (id, name, facts) VALUES (1, 'a', ?)", [facts])
        for form, kept in (("csv", facts), ("json", '{   "a": 1 }'), ("ndjson", '{   "a": 1 }')):
            path = self.write("a." + form, self.export(form))
            self.execute("DELETE FROM item")
            self.run_import(path)
            self.assertEqual(self.rows("SELECT facts FROM item"), [(kept,)], form)
            self.execute("UPDATE item SET facts = '" + facts + "'")

    def test_an_export_has_commas(self):
        result = run_prodev("export", "item", "--output", self.folder / "a.tsv", "--dir", self.folder)
        self.assertEqual(result.returncode, 2)
        self.assertIn("an export has commas between fields: name the file .csv", result.stderr)

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

    def test_an_export_leaves_other_files_and_the_database_as_they_are(self):
        other = self.write("out.csv.part", "mine")
        path = self.folder / "data/prodev.db"
        self.execute("PRAGMA journal_mode = DELETE")
        before = path.read_bytes()
        self.assertEqual(run_prodev("export", "shelf", "--output", self.folder / "out.csv", "--dir", self.folder).returncode, 0)
        self.assertEqual(other.read_text(), "mine")
        self.assertEqual(path.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
