"""A question that is asked again is not parsed and lowered again: its answer must be what it would be if it were."""

import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import eventually, is_sanitized, run_prodev  # noqa: E402
from rest import RestFolderCase, write_schema  # noqa: E402

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, body TEXT, secret TEXT) STRICT;
INSERT INTO note VALUES (1, 'ann', 'a', 's1'), (2, 'bob', 'b', 's2'), (3, 'ann', 'c', 's3'), (4, 'eve', 'd', 's4');
CREATE POLICY own ON note FOR SELECT TO authenticated USING (owner = auth.uid());
CREATE POLICY public ON note FOR SELECT TO anon USING (id = 4);
GRANT SELECT (id, owner, body) ON note TO anon, authenticated;
CREATE POLICY keep ON note FOR INSERT TO authenticated WITH CHECK (true);
"""
# Each is asked so often that what is kept of the first times answers the last.
TIMES = 4


class RepeatedReads(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(SCHEMA, "--loops", "1", "--server-timing=true")

    def ask_as(self, path, role, sub=None):
        return self.ask(self.server, "GET", path, headers=self.bearer(role, sub) if role else {})

    def ids(self, path, role, sub=None):
        response = self.ask_as(path, role, sub)
        self.assertEqual(response.status, 200, response.body)
        return [row["id"] for row in response.json()]

    def await_row(self, path, row_id):
        """The schema of another process is noticed within moments."""
        deadline = time.monotonic() + 10
        while self.ids(path, None) != [row_id]:
            self.assertLess(time.monotonic(), deadline, "the new schema was not noticed")
            time.sleep(0.05)

    def test_everybody_gets_their_own_rows(self):
        for _ in range(TIMES):
            self.assertEqual(self.ids("note?select=id&order=id", "authenticated", "ann"), [1, 3])
            self.assertEqual(self.ids("note?select=id&order=id", "authenticated", "bob"), [2])
            self.assertEqual(self.ids("note?select=id&order=id", None), [4])
            self.assertEqual(self.ids("note?select=id&order=id", "service_role"), [1, 2, 3, 4])

    def test_a_column_is_refused_to_whom_it_was_not_granted(self):
        for _ in range(TIMES):
            self.assertEqual(self.ask_as("note?select=secret", "service_role").status, 200)
            self.assertEqual(self.ask_as("note?select=secret", "authenticated", "ann").json()["code"], "42501")
            self.assertEqual(self.ask_as("note?select=secret", None).json()["code"], "42501")

    def test_rows_are_those_of_now(self):
        for added in range(TIMES):
            self.assertEqual(len(self.ids("note?select=id", "authenticated", "zoe")), added)
            written = self.ask(self.server, "POST", "note", json.dumps({"owner": "zoe"}).encode(),
                               {"Content-Type": "application/json", **self.bearer("authenticated", "zoe")})
            self.assertEqual(written.status, 201, written.body)

    def test_each_form_of_the_question_has_its_own_answer(self):
        path = "note?select=id,body&order=id&limit=2"
        forms = {
            "json": {}, "csv": {"Accept": "text/csv"}, "lines": {"Accept": "application/x-ndjson"},
            "stripped": {"Accept": "application/vnd.pgrst.array+json;nulls=stripped"},
            "counted": {"Prefer": "count=exact"}, "planned": {"Prefer": "count=planned"},
            "range": {"Range": "1-1"}, "empty range": {"Range": ""}, "profile": {"Accept-Profile": "public"},
            "wrong profile": {"Accept-Profile": "private"}, "wrong media": {"Accept": "image/png"},
            "strict": {"Prefer": "handling=strict, wrong=yes"}, "out of range": {"Range": "9-1"},
        }
        first = {}
        for _ in range(TIMES):
            for method in ("GET", "HEAD"):
                for name, headers in forms.items():
                    response = self.ask(self.server, method, path, None, {**headers, **self.bearer("service_role")})
                    seen = (response.status, response.body, response.header("content-range"),
                            response.header("content-type"), response.header("link"),
                            response.header("preference-applied"))
                    self.assertEqual(first.setdefault((method, name), seen), seen)
        self.assertEqual(first["GET", "json"][1], b'[{"id":1,"body":"a"},\n{"id":2,"body":"b"}]')
        self.assertEqual(first["GET", "csv"][1], b"id,body\n1,a\n2,b")
        self.assertEqual(first["GET", "counted"][2], "0-1/4")
        self.assertEqual(first["GET", "range"][1], b'[{"id":2,"body":"b"}]')
        self.assertEqual(first["HEAD", "json"][1], b"")
        self.assertEqual([first["GET", name][0] for name in ("wrong profile", "wrong media", "strict", "out of range")],
                         [406, 406, 400, 416])
        # Pages are for requests without Range.
        self.assertIsNotNone(first["GET", "json"][4])
        self.assertIsNone(first["GET", "range"][4])
        self.assertIsNone(first["GET", "empty range"][4])

    def test_lines_of_one_header_are_not_one_line(self):
        two = {"Range": "0-0\r\nRange: 2-2"}
        for _ in range(TIMES):
            for headers, status in ((two, 400), ({"Range": "0-0, 2-2"}, 200)):
                response = self.ask(self.server, "GET", "note?select=id&order=id", None,
                                    {**headers, **self.bearer("service_role")})
                self.assertEqual(response.status, status)

    def test_pages_follow_each_other(self):
        for _ in range(TIMES):
            path, seen = "note?select=id&order=id&limit=1", []
            while path:
                response = self.ask_as(path, "service_role")
                seen += [row["id"] for row in response.json()]
                link = response.header("link")
                path = link.split(">")[0].lstrip("<").removeprefix("/rest/v1/") if link else None
            self.assertEqual(seen, [1, 2, 3, 4])

    def test_a_new_schema_is_in_force_for_what_was_asked_before(self):
        path = "note?order=id&limit=1"
        for _ in range(TIMES):
            self.assertEqual(self.ask_as(path, None).json(), [{"id": 4, "owner": "eve", "body": "d"}])
        (self.project / "schema" / "0002_more.sql").write_text(
            "ALTER TABLE note ADD COLUMN more TEXT;\nDROP POLICY public ON note;\n"
            "CREATE POLICY public ON note FOR SELECT TO anon USING (id = 3);\n"
            "GRANT SELECT (more) ON note TO anon;\n")
        self.assertEqual(run_prodev("migrate", "up", "--dir", self.project).returncode, 0)
        self.await_row(path, 3)
        for _ in range(TIMES):
            self.assertEqual(self.ask_as(path, None).json(), [{"id": 3, "owner": "ann", "body": "c", "more": None}])
        self.assertEqual(self.ids("note?select=id&order=id", "authenticated", "ann"), [1, 3])

    def test_what_changes_while_a_server_starts_is_in_force(self):
        """With many loops the start takes a while: the schema is read first, and watched last."""
        for after_s in (0.02, 0.05, 0.1):
            project = self.make_folder()
            write_schema(project, "CREATE TABLE note (id INTEGER PRIMARY KEY);\nINSERT INTO note VALUES (1);\n"
                                  "CREATE POLICY open ON note USING (true);\n")
            self.assertEqual(run_prodev("migrate", "--dir", project).returncode, 0)
            (project / "schema" / "0002_closed.sql").write_text("DROP POLICY open ON note;\n")
            changed = threading.Timer(after_s, run_prodev, ("migrate", "--dir", project))
            changed.start()
            server = self.start_prodev("--migrate=false", "--loops", "100", folder=project)
            changed.join()
            eventually(lambda: self.ask(server, "GET", "note").body == b"[]", "the policy is gone")

    def test_a_kept_question_takes_no_time_to_plan(self):
        def spent(limit):
            path = "note?limit=" + str(limit) + "&or=(" + ",".join(f"id.eq.{i}" for i in range(60)) + ")"
            timing = self.ask_as(path, "service_role").header("server-timing")
            parts = dict(part.strip().split(";dur=") for part in timing.split(","))
            return float(parts["parse"]) + float(parts["plan"])

        new = sorted(spent(limit) for limit in range(100, 150))
        again = sorted([spent(5) for _ in range(52)][2:])
        self.assertLess(again[25], new[25] / 2)


WIDE = "".join(f", c{i} TEXT" for i in range(20))


class WideReads(RestFolderCase):
    def setUp(self):
        self.server = self.start_project(
            f"CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t (id){WIDE}) STRICT;\n"
            "CREATE POLICY all_of_it ON t FOR SELECT USING (true);\n", "--loops", "1")

    def resident(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def select(self, select):
        return self.ask(self.server, "GET", "t?select=" + select)

    def test_what_becomes_much_sql_is_not_kept(self):
        stars = ",".join(["*"] * 8)
        wide = "...t!parent(" * 7 + stars + ")" * 7
        self.assertEqual(self.select(wide).status, 200)
        before = self.resident()
        for number in range(100):  # each of which SQLite reads anew
            for _ in range(2):
                self.assertEqual(self.select(f"{wide}&limit={number}").status, 200)
        if not is_sanitized():  # which keeps what was freed
            eventually(lambda: self.resident() - before < 15, "the memory of the statements is given back")

    def test_what_becomes_too_much_is_refused(self):
        for select, status, code in (("...t!parent(" + ",".join(["*"] * 9) + ")", 400, "54011"),
                                     (",".join(["...t!parent(" + ",".join(["*"] * 8) + ")"] * 12), 413, "54001"),
                                     ("...t!parent(" * 7 + ",".join(["*"] * 850) + ")" * 7, 400, "54011")):
            response = self.select(select)
            self.assertEqual((response.status, response.json()["code"]), (status, code), response.body)


if __name__ == "__main__":
    unittest.main()
