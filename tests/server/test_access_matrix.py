"""Role x table x feature: nothing that a caller may not see shows anywhere, and no row changes that it may not.

What each caller may do is written down here in plain SQL, run with Python's sqlite3 on the same
file; none of it comes from prodev. Every text value is a marker that names its table, column and
row, so that a leak shows in any byte of any response.
"""

import csv
import dataclasses
import functools
import io
import itertools
import json
import pathlib
import re
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from openapi_check import CheckedClient  # noqa: E402
from prodev import Server, is_sanitized, prodev_command  # noqa: E402
from rest import DATABASE, RestFolderCase, make_token, write_schema  # noqa: E402

COLUMNS = ("id", "owner", "team", "level", "a", "b")
ROWS = 9
WRITTEN = range(1, ROWS + 1, 3 if is_sanitized() else 1)  # the rows that writes are tried on, one by one
MISSING = 999
SINGULAR = "application/vnd.pgrst.object+json"
TABLES = ("closed", "public_doc", "own_doc", "team_doc", "limited_doc", "column_doc", "revoked_doc",
          "restrictive_only", "drop_box", "blind_update", "granted_view", "policy_view", "ungranted_view", "search_doc")
VIEWS = ("granted_view", "policy_view", "ungranted_view")
WRITABLE = tuple(table for table in TABLES if table not in VIEWS)

_DEFINITION = """(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, team INTEGER NOT NULL,
  level INTEGER NOT NULL, a TEXT UNIQUE, b TEXT);
"""
SCHEMA = "".join(f"CREATE TABLE {table} {_DEFINITION}" for table in WRITABLE if table != "search_doc") + """
CREATE VIRTUAL TABLE search_doc USING fts5(id UNINDEXED, owner UNINDEXED, team UNINDEXED,
  level UNINDEXED, a, b);
CREATE TABLE member (user_id TEXT, team INTEGER, PRIMARY KEY (user_id, team)) WITHOUT ROWID;
INSERT INTO member VALUES ('u1', 0), ('u1', 1), ('u2', 1), ('s1', 2);
CREATE VIEW granted_view AS SELECT * FROM own_doc;
CREATE VIEW policy_view AS SELECT * FROM own_doc;
CREATE VIEW ungranted_view AS SELECT * FROM own_doc;

CREATE ROLE staff;
CREATE ROLE editor;
GRANT staff TO editor;

CREATE POLICY p ON public_doc FOR SELECT USING (true);
CREATE POLICY own ON own_doc FOR ALL TO authenticated USING (owner = auth.uid());
CREATE POLICY staff_reads ON own_doc FOR SELECT TO staff USING (level < 6);
CREATE POLICY team ON team_doc FOR ALL TO authenticated, staff
  USING (team IN (SELECT m.team FROM member m WHERE m.user_id = auth.uid()));
CREATE POLICY all_rows ON limited_doc FOR ALL USING (true) WITH CHECK (level <> 7);
CREATE POLICY ceiling ON limited_doc AS RESTRICTIVE FOR ALL USING (level < 5 OR auth.role() = 'staff');
CREATE POLICY p ON column_doc FOR ALL USING (true);
REVOKE ALL ON column_doc FROM anon, authenticated;
GRANT SELECT (id, a) ON column_doc TO anon;
GRANT SELECT (id, owner, a), INSERT (id, owner, team, level, a), UPDATE (a) ON column_doc TO authenticated;
CREATE POLICY p ON revoked_doc FOR ALL USING (true);
REVOKE ALL ON revoked_doc FROM anon, authenticated;
REVOKE INSERT, UPDATE, DELETE ON revoked_doc FROM staff;
CREATE POLICY r ON restrictive_only AS RESTRICTIVE FOR ALL USING (true);
CREATE POLICY put ON drop_box FOR INSERT WITH CHECK (level < 5);
CREATE POLICY change ON blind_update FOR UPDATE USING (true);
GRANT SELECT ON granted_view TO staff;
CREATE POLICY mine ON policy_view FOR SELECT TO authenticated USING (owner = auth.uid());
CREATE POLICY own ON search_doc FOR ALL TO authenticated USING (owner = auth.uid());
"""


@dataclasses.dataclass(frozen=True)
class Caller:
    name: str
    role: str
    uid: str = None
    known: bool = True

    @property
    def is_staff(self):
        return self.role in ("staff", "editor")


CALLERS = (Caller("nobody", "anon"), Caller("u1", "authenticated", "u1"), Caller("u2", "authenticated", "u2"),
           Caller("no-sub", "authenticated"), Caller("staff", "staff", "s1"), Caller("editor", "editor", "s1"),
           Caller("service", "service_role"), Caller("ghost", "ghost", "u1", known=False))


@dataclasses.dataclass(frozen=True)
class May:
    """Conditions in SQL over the rows; None: the verb is refused at once (42501)."""
    select: str = "0"
    insert: str = "0"
    update: str = "0"
    delete: str = "0"
    check: str = "1"  # of what UPDATE makes
    select_columns: tuple = COLUMNS
    insert_columns: tuple = COLUMNS
    update_columns: tuple = COLUMNS


def all_verbs(condition, check="1"):
    return May(condition, f"({condition}) AND {check}", condition, condition, f"({condition}) AND {check}")


REFUSED = May(None, None, None, None)
NOTHING = May()


def may(caller, table):
    """What README and PostgreSQL's documentation say of SCHEMA, for one caller and table."""
    if not caller.known:
        return REFUSED
    if caller.role == "service_role":
        return dataclasses.replace(all_verbs("1"), **(
            {"insert": None, "update": None, "delete": None} if table in VIEWS else {}))
    signed_in = caller.role == "authenticated"
    if table == "public_doc":
        return May(select="1")
    if table == "own_doc":
        if signed_in:
            return all_verbs("owner = :uid")
        return May(select="level < 6") if caller.is_staff else NOTHING
    if table == "team_doc":
        member = "team IN (SELECT team FROM member WHERE user_id = :uid)"
        return all_verbs(member) if signed_in or caller.is_staff else NOTHING
    if table == "limited_doc":
        # The policy asks for the role of the token itself: a member of staff is not 'staff'.
        condition = "1" if caller.role == "staff" else "level < 5"
        return all_verbs(condition, "level <> 7")
    if table == "column_doc":
        if signed_in:
            return May("1", "1", "1", None, select_columns=("id", "owner", "a"),
                       insert_columns=COLUMNS[:5], update_columns=("a",))
        if caller.role == "anon":
            return May("1", None, None, None, select_columns=("id", "a"))
        return all_verbs("1")
    if table == "revoked_doc":
        return May("1", None, None, None) if caller.is_staff else REFUSED
    if table == "drop_box":
        return May(insert="level < 5")
    if table == "blind_update":
        return May(update="1")
    if table == "granted_view":
        return May("1", None, None, None) if caller.is_staff else REFUSED
    if table == "policy_view":
        return May("owner = :uid", None, None, None) if signed_in else REFUSED
    if table == "search_doc":
        return all_verbs("owner = :uid") if signed_in else NOTHING
    return NOTHING if table in ("closed", "restrictive_only") else REFUSED


def rows_of(table):
    """(id, owner, team, level, a, b); levels and markers are in no order that ids would give."""
    return [(i, f"u{i % 3 + 1}", i % 4, (i * 5) % ROWS, f"{table}~a~{(i * 7) % 10}{i}~", f"{table}~b~{(i * 3) % 10}{i}~")
            for i in range(1, ROWS + 1)]


def base_table(table):
    return "own_doc" if table in VIEWS else table


class Answer:
    """A response, and what of it may depend on the request alone."""

    def __init__(self, response):
        self.status, self.body = response.status, response.body
        self.response = response
        self.headers = tuple(sorted((name, value) for name, value in response.headers
                              if name not in ("Date", "X-Request-Id", "Content-Length")))

    def comparable(self, number):
        """Everything but date and request id, with the number that was asked for taken out."""
        def without_number(text):
            return re.sub(rf"(?<!\w){re.escape(str(number))}(?!\w)", "N", text)
        headers = tuple((name, without_number(value) if name == "Content-Location" else value)
                        for name, value in self.headers)
        return self.status, headers, without_number(self.body.decode())

    def error(self):
        return json.loads(self.body)


def for_each(tables):
    """The test is run for each caller and table."""
    def wrap(test):
        @functools.wraps(test)
        def run(self):
            for caller, table in itertools.product(CALLERS, tables):
                with self.subTest(caller=caller.name, table=table):
                    test(self, caller, table)
        return run
    return wrap


def for_each_readable(test):
    """The test is run with the rows that the caller sees, wherever reading is not refused."""
    @for_each(TABLES)
    @functools.wraps(test)
    def run(self, caller, table):
        if may(caller, table).select is None:
            self.check_reading_is_refused(caller, table)
        else:
            test(self, caller, table, self.visible(caller, table))
    return run


class AccessMatrix(RestFolderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.folder
        write_schema(cls.project, SCHEMA)
        cls.server = Server(prodev_command(cls.project))
        cls.addClassCleanup(cls.server.stop)
        cls.client = CheckedClient(cls.server.port)
        cls.addClassCleanup(cls.client.close)
        cls.tokens = {caller: make_token(cls.project, caller.role, caller.uid) for caller in CALLERS}
        cls.file = sqlite3.connect(cls.project / DATABASE, isolation_level=None)
        cls.addClassCleanup(cls.file.close)
        cls.restore()
        cls.shown = {(caller, marker) for caller, table in itertools.product(CALLERS, TABLES)
                     for row in cls.visible(caller, table) for marker in (row.get("a"), row.get("b")) if marker}

    def setUp(self):
        self.restore()

    @classmethod
    def restore(cls):
        """Every table as it was, written by this process."""
        cls.file.execute("BEGIN IMMEDIATE")
        for table in WRITABLE:
            cls.file.execute(f"DELETE FROM {table}")
            cls.file.executemany(f"INSERT INTO {table} (id, owner, team, level, a, b) VALUES (?,?,?,?,?,?)",
                                  rows_of(table))
        cls.file.execute("COMMIT")

    @classmethod
    def oracle(cls, caller, table, condition):
        """The rows that fulfil `condition`, from the file itcls."""
        if condition is None:
            return []
        cursor = cls.file.execute(
            f"SELECT {', '.join(COLUMNS)} FROM {base_table(table)} WHERE {condition} ORDER BY id",
            {"uid": caller.uid} if ":uid" in condition else {})
        return [dict(zip(COLUMNS, row)) for row in cursor]

    @classmethod
    def visible(cls, caller, table):
        """Rows as the caller must see them: its columns only."""
        rights = may(caller, table)
        return [{name: row[name] for name in rights.select_columns}
                for row in cls.oracle(caller, table, rights.select)]

    def state(self):
        return {table: self.file.execute(f"SELECT {', '.join(COLUMNS)} FROM {table} ORDER BY id").fetchall()
                for table in WRITABLE}

    def ask_as(self, caller, method, target, body=None, prefer=None, accept=None, sent=""):
        """The answer, after looking for what this caller may not see in all of its bytes."""
        headers = {} if caller.role == "anon" else {"Authorization": "Bearer " + self.tokens[caller]}
        if prefer:
            headers["Prefer"] = prefer
        if accept:
            headers["Accept"] = accept
        data = b"" if body is None else json.dumps(body).encode()
        response = self.client.request(method, "/rest/v1/" + target, headers, data)
        self.assertLess(response.status, 500, (target, response))
        self.assert_no_leak(caller, response, target + data.decode())
        return Answer(response)

    def assert_no_leak(self, caller, response, request):
        """Markers in the response are of cells that the caller may see, or were in the request."""
        text = response.raw_head.decode() + response.body.decode()
        for marker in set(re.findall(r"\w+~[ab]~\d+~", text)):
            if marker in request:
                continue
            self.assertIn((caller, marker), self.shown, f"{caller.name} was shown {marker} by {request}")

    def assert_refused(self, caller, answer, context):
        self.assertIn(answer.status, (401, 403), (context, answer.response))
        if caller.known:
            self.assertEqual(answer.error()["code"], "42501", context)
            self.assertEqual(answer.status, 401 if caller.role == "anon" else 403, context)

    def check_reading_is_refused(self, caller, table):
        for target in (table, f"{table}?a=eq.x", f"{table}?order=b", f"{table}?limit=0"):
            for prefer in (None, "count=exact"):
                self.assert_refused(caller, self.ask_as(caller, "GET", target, prefer=prefer), target)
        head = self.ask_as(caller, "HEAD", table, prefer="count=exact")
        self.assertIn(head.status, (401, 403))
        self.assertIsNone(head.response.header("Content-Range"))

    def columns_of(self, caller, table):
        shown = may(caller, table).select_columns
        return shown, [name for name in COLUMNS if name not in shown]

    # Reading

    @for_each_readable
    def test_lists_counts_csv_and_pages_have_the_visible_rows(self, caller, table, rows):
        answer = self.ask_as(caller, "GET", table + "?order=id")
        self.assertEqual((answer.status, json.loads(answer.body)), (200, rows))
        counted = self.ask_as(caller, "GET", table + "?order=id&limit=2", prefer="count=exact")
        self.assertEqual(json.loads(counted.body), rows[:2])
        self.assertEqual(counted.response.header("Content-Range").split("/")[1], str(len(rows)))
        head = self.ask_as(caller, "HEAD", table, prefer="count=exact")
        self.assertEqual(head.response.header("Content-Range").split("/")[1], str(len(rows)))
        text = self.ask_as(caller, "GET", table + "?order=id", accept="text/csv").body.decode()
        self.assertEqual(list(csv.DictReader(io.StringIO(text))),
                         [{name: str(value) for name, value in row.items()} for row in rows])
        paged = []
        for offset in range(0, ROWS + 2, 3):
            page = self.ask_as(caller, "GET", f"{table}?order=id&limit=3&offset={offset}")
            paged += json.loads(page.body) if page.status in (200, 206) else []
        self.assertEqual(paged, rows)

    @for_each_readable
    def test_filters_find_visible_rows_only(self, caller, table, rows):
        shown, hidden = self.columns_of(caller, table)
        everything = self.oracle(caller, table, "1")
        for column in shown:
            for row in everything:
                value = str(row[column]).replace("~", "%7E")
                for query, expected in (
                        (f"{column}=eq.{value}", [r for r in rows if r[column] == row[column]]),
                        (f"or=({column}.eq.{value},id.lt.0)", [r for r in rows if r[column] == row[column]]),
                        (f"{column}=not.in.({value})", [r for r in rows if r[column] != row[column]])):
                    answer = self.ask_as(caller, "GET", f"{table}?order=id&{query}", prefer="count=exact")
                    self.assertEqual(json.loads(answer.body), expected, query)
                    self.assertEqual(answer.response.header("Content-Range").split("/")[1], str(len(expected)))
        for column in hidden:
            self.check_hidden_column(caller, table, column, everything)

    def check_hidden_column(self, caller, table, column, everything):
        """A hidden column is refused alike whatever its values are, wherever it is named."""
        for template in ("{c}=eq.{v}", "{c}=like.{v}*", "{c}=in.({v})", "{c}=is.null", "or=({c}.eq.{v},id.eq.1)",
                         "and=(id.gt.0,not.or({c}.gt.{v}))", "order={c}", "order={c}.desc&limit=1",
                         "select={c}", "select=x:{c}", "select=id,{c}::text"):
            answers = set()
            for value in [row[column] for row in everything] + ["nowhere"]:
                query = template.format(c=column, v=str(value).replace("~", "%7E"))
                answer = self.ask_as(caller, "GET", f"{table}?{query}", prefer="count=exact")
                self.assertIn(answer.status, (400, 401, 403), (query, answer.response))
                answers.add(answer.comparable(value))
            self.assertEqual(len(answers), 1, (template, answers))

    @for_each_readable
    def test_orders_are_those_of_the_visible_rows(self, caller, table, rows):
        for column in self.columns_of(caller, table)[0]:
            for direction in ("asc", "desc"):
                answer = self.ask_as(caller, "GET", f"{table}?order={column}.{direction},id&limit=4")
                expected = sorted(rows, key=lambda row: row["id"])
                expected.sort(key=lambda row: row[column], reverse=direction == "desc")
                self.assertEqual(json.loads(answer.body), expected[:4], (column, direction))

    @for_each_readable
    def test_a_hidden_row_and_a_missing_one_are_the_same(self, caller, table, rows):
        seen = {row["id"]: row for row in rows}
        for accept, prefer in ((None, None), (None, "count=exact"), (SINGULAR, None), ("text/csv", None)):
            missing = self.ask_as(caller, "GET", f"{table}?id=eq.{MISSING}", prefer=prefer, accept=accept)
            for number in range(1, ROWS + 1):
                answer = self.ask_as(caller, "GET", f"{table}?id=eq.{number}", prefer=prefer, accept=accept)
                if number not in seen:
                    self.assertEqual(answer.comparable(number), missing.comparable(MISSING))
                elif accept == SINGULAR:
                    self.assertEqual(json.loads(answer.body), seen[number])

    # Writing

    def write(self, caller, method, target, body=None, prefer="return=minimal"):
        """(answer, the tables before and after); the tables are put back."""
        before = self.state()
        answer = self.ask_as(caller, method, target, body, prefer)
        after = self.state()
        if after != before:
            self.restore()
        return answer, before, after

    def changed_ids(self, table, before, after):
        """The ids of rows that are new, changed or gone; other tables must be as they were."""
        for other in WRITABLE:
            if other != table:
                self.assertEqual(before[other], after[other], f"{other} has changed")
        return {row[0] for row in set(before[table]) ^ set(after[table])}

    def check_written(self, caller, table, answer, prefer, expected):
        """Content-Range and body of an UPDATE or DELETE tell of the rows that it touched, and no others."""
        if "representation" in prefer:
            shown = may(caller, table).select_columns
            body = json.loads(answer.body)
            self.assertEqual({row["id"] for row in body}, expected)
            self.assertTrue(all(tuple(row) == shown for row in body), body)
        else:
            self.assertEqual(answer.body, b"")
        total = (answer.response.header("Content-Range") or "*/*").split("/")[1]
        self.assertIn(total, ("*", str(len(expected))))

    def check_verb(self, caller, table, verb, method, body):
        rights = may(caller, table)
        condition = getattr(rights, verb)
        columns = rights.update_columns if verb == "update" else COLUMNS
        for prefer in ("return=minimal", "return=representation", "return=minimal,count=exact"):
            if condition is None or rights.select is None or not set(body or ()) <= set(columns):
                for target in (f"{table}?id=eq.1", f"{table}?id=eq.{MISSING}"):
                    answer, before, after = self.write(caller, method, target, body, prefer)
                    self.assert_refused(caller, answer, target)
                    self.assertEqual(before, after)
                continue
            reach = f"({rights.select}) AND ({condition})"
            allowed = {row["id"] for row in self.oracle(caller, table, reach)}
            if table == "search_doc" and self.returns(caller, verb, prefer):
                self.check_sqlite_refuses(caller, table, method, body, prefer)
                continue
            failing = set()  # what the caller may update, and may not leave as it is
            if verb == "update":
                failing = {row["id"] for row in self.oracle(caller, table, f"({reach}) AND NOT ({rights.check})")}
            missing = self.write(caller, method, f"{table}?id=eq.{MISSING}", body, prefer)[0]
            for number in WRITTEN:
                answer, before, after = self.write(caller, method, f"{table}?id=eq.{number}", body, prefer)
                changed = self.changed_ids(table, before, after)
                self.assertEqual(changed, (allowed - failing) & {number}, answer.response)
                if number in failing:
                    self.assert_refused(caller, answer, number)
                elif number in allowed:
                    self.check_written(caller, table, answer, prefer, changed)
                else:
                    self.assertEqual(answer.comparable(number), missing.comparable(MISSING))
            answer, before, after = self.write(caller, method, f"{table}?id=gte.0", body, prefer)
            self.assertEqual(self.changed_ids(table, before, after), set() if failing else allowed, answer.response)
            if failing:
                self.assert_refused(caller, answer, "all")
            else:
                self.check_written(caller, table, answer, prefer, allowed)

    @staticmethod
    def returns(caller, verb, prefer):
        """Whether the statement has RETURNING: for the rows, or to check what UPDATE has made."""
        return "representation" in prefer or (verb == "update" and caller.role != "service_role")

    def check_sqlite_refuses(self, caller, table, method, body, prefer):
        """SQLite has no RETURNING for UPDATE and DELETE of virtual tables: nobody can, and nothing shows."""
        answers = set()
        for number in (*WRITTEN, MISSING):
            answer, before, after = self.write(caller, method, f"{table}?id=eq.{number}", body, prefer)
            self.assertEqual((answer.status, answer.error()["code"]), (400, "0A000"))
            self.assertEqual(before, after)
            answers.add(answer.comparable(number))
        self.assertEqual(len(answers), 1)

    @for_each(WRITABLE)
    def test_updates_touch_what_is_visible_and_allowed(self, caller, table):
        self.check_verb(caller, table, "update", "PATCH", {"b": "new"})

    @for_each(WRITABLE)
    def test_updates_of_a_granted_column_touch_what_is_visible_and_allowed(self, caller, table):
        self.check_verb(caller, table, "update", "PATCH", {"a": None})

    @for_each(WRITABLE)
    def test_deletes_touch_what_is_visible_and_allowed(self, caller, table):
        self.check_verb(caller, table, "delete", "DELETE", None)

    def test_a_write_cannot_ask_for_hidden_columns(self):
        """UPDATE and DELETE may be allowed where the column of the filter may not be read."""
        for caller in CALLERS:
            rights = may(caller, "column_doc")
            hidden = [name for name in COLUMNS if name not in rights.select_columns]
            values = ["nowhere"] + [row[5] for row in rows_of("column_doc")]
            for column, (method, body) in itertools.product(hidden, (("PATCH", {"a": None}), ("DELETE", None))):
                for template in ("{c}=eq.{v}", "or=({c}.eq.{v},id.lt.0)", "id=gt.0&{c}=not.is.null", "id=eq.1&select={c}"):
                    answers = set()
                    for value in values:
                        query = template.format(c=column, v=value.replace("~", "%7E"))
                        answer, before, after = self.write(caller, method, f"column_doc?{query}", body,
                                                           "return=representation,count=exact")
                        self.assertIn(answer.status, (400, 401, 403), answer.response)
                        self.assertEqual(before, after)
                        answers.add(answer.comparable(value))
                    self.assertEqual(len(answers), 1, template)

    @for_each([table for table in WRITABLE if table != "search_doc"])
    def test_an_update_cannot_move_a_row_to_where_it_would_not_be_allowed(self, caller, table):
        rights = may(caller, table)
        if rights.update is None or rights.select is None:
            return
        for change in ({"owner": "u3"}, {"team": 3}, {"level": 8}, {"level": 7}):
            if not set(change) <= set(rights.update_columns):
                continue
            (column, value), = change.items()
            replaced = {name: name for name in COLUMNS} | {column: repr(value)}
            source = ", ".join(f"{expression} AS {name}" for name, expression in replaced.items())
            rows = self.oracle(caller, table, f"({rights.select}) AND ({rights.update})")
            for row in rows:
                with_uid = {"uid": caller.uid} if ":uid" in rights.check + rights.select else {}
                passes = self.file.execute(
                    f"SELECT count(*) FROM (SELECT {source} FROM {table} WHERE id = {row['id']}) "
                    f"WHERE ({rights.check})", with_uid).fetchone()[0]
                answer, before, after = self.write(caller, "PATCH", f"{table}?id=eq.{row['id']}", change)
                if passes:
                    self.assertIn(answer.status, (200, 204), answer.response)
                else:
                    self.assert_refused(caller, answer, change)
                    self.assertEqual(before, after, change)

    @for_each(WRITABLE)
    def test_inserts_pass_the_check_or_leave_nothing(self, caller, table):
        rights = may(caller, table)
        for owner, team, level in (("u1", 0, 1), ("u2", 1, 7), ("u3", 3, 8)):
            row = {"id": 100, "owner": owner, "team": team, "level": level, "a": "mine"}
            for prefer, condition in (("return=minimal", rights.insert),
                                      ("return=representation", rights.insert and rights.select and
                                       f"({rights.insert}) AND ({rights.select})")):
                answer, before, after = self.write(caller, "POST", table, row, prefer)
                changed = self.changed_ids(table, before, after)
                if not self.fulfils(caller, row, condition):
                    self.assert_refused(caller, answer, row)
                    self.assertEqual(changed, set())
                    continue
                self.assertEqual((answer.status, changed), (201, {100}), answer.response)
                if "representation" in prefer:
                    returned = {**row, "b": None}
                    self.assertEqual(json.loads(answer.body),
                                     [{name: returned[name] for name in rights.select_columns}])

    def fulfils(self, caller, row, condition):
        """Whether a new row would; None, for a verb that is refused, never holds."""
        if condition is None:
            return False
        values = ", ".join(f"{value!r} AS {name}" for name, value in row.items())
        with_uid = {"uid": caller.uid} if ":uid" in condition else {}
        return self.file.execute(f"SELECT count(*) FROM (SELECT {values}) WHERE {condition}", with_uid).fetchone()[0]

    def test_long_lists_have_the_visible_rows_too(self):
        """What is too much for a loop is read on another thread and comes from a file."""
        self.file.executemany("INSERT INTO own_doc (id, owner, team, level, a, b) VALUES (?, ?, 0, 1, NULL, ?)",
                              [(1_000 + i, f"u{i % 3 + 1}", f"of-u{i % 3 + 1} " + "x" * 300) for i in range(4_000)])
        try:
            for caller in CALLERS:
                rows = self.oracle(caller, "own_doc", may(caller, "own_doc").select)
                answer = self.ask_as(caller, "GET", "own_doc?order=id", prefer="count=exact")
                if not caller.known:
                    self.assert_refused(caller, answer, "own_doc")
                    continue
                self.assertEqual(json.loads(answer.body), rows)
                self.assertEqual(answer.response.header("Content-Range").split("/")[1], str(len(rows)))
                text = self.ask_as(caller, "GET", "own_doc?order=id", accept="text/csv").body.decode()
                self.assertEqual([row["owner"] for row in csv.DictReader(io.StringIO(text))],
                                 [row["owner"] for row in rows])
        finally:
            self.restore()

    def test_an_insert_cannot_set_or_return_a_column_that_is_not_granted(self):
        for caller in CALLERS:
            rights = may(caller, "column_doc")
            row = {"id": 100, "owner": "u1", "team": 1, "level": 1, "a": "mine", "b": "hidden"}
            answer, before, after = self.write(caller, "POST", "column_doc", row)
            if rights.insert is None or "b" not in rights.insert_columns:
                self.assert_refused(caller, answer, row)
                self.assertEqual(before, after)
            if rights.insert is not None and "b" not in rights.select_columns:
                del row["b"]
                answer, before, after = self.write(caller, "POST", "column_doc?select=b", row, "return=representation")
                self.assertIn(answer.status, (400, 401, 403), answer.response)
                self.assertEqual(before, after)

    @for_each([name for name in WRITABLE if name != "search_doc"])
    def test_upserts_change_only_rows_that_may_be_updated(self, caller, table):
        rights = may(caller, table)
        for number, resolution, conflict in itertools.product(
                WRITTEN, ("merge-duplicates", "ignore-duplicates"), ("", "?on_conflict=a")):
            old = rows_of(table)[number - 1]
            row = dict(zip(COLUMNS, old)) | {"owner": caller.uid or "u1", "b": "upserted"}
            if conflict:
                row["id"] = 200
            row = {name: row[name] for name in rights.insert_columns}
            answer, before, after = self.write(
                caller, "POST", table + conflict, row, f"resolution={resolution},return=representation")
            changed = self.changed_ids(table, before, after)
            if rights.insert is None or rights.update is None:
                self.assertEqual(changed, set(), answer.response)
                continue
            allowed = {one["id"] for one in self.oracle(
                caller, table, f"({rights.select}) AND ({rights.update})")}
            if resolution == "ignore-duplicates" or number not in allowed:
                self.assertEqual(changed, set(), answer.response)
            else:
                self.assertLessEqual(changed, {number} if not conflict else {number, 200}, answer.response)

    @for_each(VIEWS)
    def test_writes_to_views_without_triggers_are_refused(self, caller, table):
        for method, target, body in (("POST", table, {"id": 100}), ("PATCH", table + "?id=eq.1", {"a": "x"}),
                                     ("DELETE", table + "?id=eq.1", None)):
            answer, before, after = self.write(caller, method, target, body)
            self.assertIn(answer.status, (400, 401, 403, 405), answer.response)
            self.assertEqual(before, after)

    @for_each([name for name in WRITABLE if name != "search_doc"])
    def test_a_duplicate_of_a_hidden_row_does_not_show_it(self, caller, table):
        """A taken key is told (as PostgreSQL tells it), and nothing else of the row."""
        if may(caller, table).insert is None:
            return
        for number in WRITTEN:
            row = {"id": number, "owner": caller.uid or "u1", "team": 1, "level": 1, "a": "mine"}
            answer, before, after = self.write(caller, "POST", table, row, "return=representation")
            self.assertIn(answer.status, (401, 403, 409), answer.response)
            self.assertEqual(before, after)

    def test_tables_of_the_system_are_not_there_for_anybody(self):
        for caller in CALLERS:
            unknown = self.ask_as(caller, "GET", "_no_such_table")
            for table in ("_prodev_role", "_prodev_policy", "_prodev_migration", "_prodev_system_migration", "sqlite_schema", "sqlite_master",
                          "search_doc_content", "search_doc_data", "main.own_doc", "OWN_DOC"):
                answer = self.ask_as(caller, "GET", table + "?select=*")
                self.assertIn(answer.status, (401, 404) if not caller.known else (404,), answer.response)
                self.assertEqual(answer.status, unknown.status)


if __name__ == "__main__":
    unittest.main()
