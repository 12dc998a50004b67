"""What a write must be answered with, and what it leaves: one plain statement on a copy."""

import base64
import dataclasses
import json
import sqlite3

from conditions import comparison_sql, comparisons, passes
from model import sql_literal, sql_name, sql_names
from reader import Reader

UNIQUE, FOREIGN, NULL, CHECK = "23505", "23503", "23502", "23514"
STATUS = {UNIQUE: 409, FOREIGN: 409, NULL: 400, CHECK: 400}
DENIED = "42501"


class Refused(Exception):
    """The write fails with one of the (status, code) in `answers`, and changes nothing."""

    def __init__(self, *answers):
        super().__init__(str(answers))
        self.answers = answers


class Writer:
    """Runs within a transaction that the caller of write() rolls back."""

    def __init__(self, database, schema, caller):
        self._database = database
        self._schema = schema
        self._caller = caller
        self.inserted = 0  # rows that were not there
        self._denied = (401 if caller.role == "anon" else 403, DENIED)

    def write(self, request):
        """(rows written, result or None)."""
        self._database.execute("SAVEPOINT request")
        run = {"POST": self._insert, "PUT": self._put, "PATCH": self._update,
               "DELETE": self._delete}[request.method]
        return run(request)

    def _rights(self, request, verb, new_row=False):
        return self._schema.condition(self._caller, request.node.table, verb, new_row) or "0"

    def _execute(self, sql, may_fail_with=()):
        """The rows that the statement returns. `may_fail_with`: answers that are as right as the
        constraint's, for nobody says which rule is looked at first."""
        try:
            return self._database.execute(sql).fetchall()
        except sqlite3.IntegrityError as error:
            code = next(code for word, code in (
                ("UNIQUE", UNIQUE), ("FOREIGN", FOREIGN), ("NOT NULL", NULL), ("CHECK", CHECK),
                ("datatype", NULL))  # a rowid's alias that is set to NULL
                if str(error).startswith(word))
            raise Refused((STATUS[code], code), *may_fail_with) from None

    def _insert(self, request):
        table = request.node.table
        if not request.rows():
            # Where no row could be let in, nobody looks at how many there are.
            if self._rights(request, "INSERT", new_row=True) == "0":
                raise Refused(self._denied)
            return 0, [] if request.returns else None
        names = request.columns if request.columns is not None else list(request.rows()[0])
        lines = []
        for row in request.rows():
            values = []
            for name in names:
                column = table.column(name)
                default = request.missing_default and name not in row
                value = column.default if default else row.get(name)
                values.append(sql_literal(_stored(column, value)))
            lines.append(f"({', '.join(values)})")
        sql = (f"INSERT INTO {sql_name(table.name)} ({sql_names(names)}) VALUES "
               f"{', '.join(lines)}{self._conflict(request, names)} "
               f"RETURNING {sql_names(table.key)}")
        check = self._rights(request, "INSERT", new_row=True)
        if request.returns or request.resolution == "merge":
            check += f" AND {self._rights(request, 'SELECT')}"
        if request.resolution == "merge":
            check += f" AND {self._rights(request, 'UPDATE', new_row=True)}"
        may_fail_with = [self._denied] if check.strip("1AND ()") else []
        if self._has_broken_reference(request):
            may_fail_with.append((STATUS[FOREIGN], FOREIGN))
        before = self._count(table)
        keys = self._execute(sql, may_fail_with)
        self._check(table, keys, check)
        self.inserted = self._count(table) - before
        return len(keys), self._answer(request, keys)

    def _put(self, request):
        return self._insert(dataclasses.replace(request, resolution="merge"))

    def _has_broken_reference(self, request):
        for key in request.node.table.foreign_keys:
            for row in request.rows():
                values = [row.get(name) for name in key.columns]
                found = self._database.execute(
                    f"SELECT 1 FROM {sql_name(key.target.name)} "
                    f"WHERE {self._selected(key.target, [values])}").fetchone()
                if None not in values and not found:
                    return True
        return False

    def _count(self, table):
        return self._database.execute(f"SELECT count(*) FROM {sql_name(table.name)}").fetchone()[0]

    def _conflict(self, request, names):
        if not request.resolution:
            return ""
        key = request.on_conflict or request.node.table.key
        where = f" ON CONFLICT ({sql_names(key)}) DO "
        sets = [name for name in names if name not in key] or key
        if request.resolution == "ignore":
            return where + "NOTHING"
        return where + "UPDATE SET " + ", ".join(
            f"{sql_name(name)} = excluded.{sql_name(name)}" for name in sets)

    def _update(self, request):
        table = request.node.table
        keys = self._chosen(request, "UPDATE")
        old = self._selected(table, keys)
        sets = ", ".join(f"{sql_name(name)} = {sql_literal(_stored(table.column(name), value))}"
                         for name, value in request.body.items())
        check = (f"{self._rights(request, 'UPDATE', new_row=True)} "
                 f"AND {self._rights(request, 'SELECT')}")
        if keys and not request.body:
            keys = []  # nothing is set, so nothing is updated
        if keys:
            new = self._execute(f"UPDATE {sql_name(table.name)} SET {sets} WHERE {old} "
                                f"RETURNING {sql_names(table.key)}", (self._denied,))
            self._check(table, new, check)
            keys = new
        self._check_affected(request, len(keys))
        return len(keys), self._answer(request, keys)

    def _delete(self, request):
        keys = self._chosen(request, "DELETE")
        table = request.node.table
        answer = self._answer(request, keys)
        if keys:
            self._execute(f"DELETE FROM {sql_name(table.name)} WHERE {self._selected(table, keys)}")
        self._check_affected(request, len(keys))
        return len(keys), answer

    def _check_affected(self, request, rows):
        if request.max_affected is not None and rows > request.max_affected:
            single = [(406, "PGRST116")] if request.form == "object" else []
            raise Refused((400, "PGRST124"), *single)

    def _chosen(self, request, verb):
        """The keys of the rows that pass the filters and that the caller may see and `verb`."""
        table = request.node.table
        allowed = f"({self._rights(request, verb)}) AND ({self._rights(request, 'SELECT')})"
        filters = request.node.filters
        results = "".join(f", ({comparison_sql(one)})" for one in comparisons(filters))
        rows = self._database.execute(f"SELECT {sql_names(table.key)}{results} "
                                      f"FROM {sql_name(table.name)} WHERE {allowed}")
        width = len(table.key)
        return [row[:width] for row in rows if passes(filters, row[width:])]

    @staticmethod
    def _selected(table, keys):
        """SQL: the rows of these keys."""
        rows = [" AND ".join(f"{sql_name(name)} = {sql_literal(value)}"
                             for name, value in zip(table.key, key)) for key in keys]
        return "(" + (" OR ".join(f"({row})" for row in rows) or "0") + ")"

    def _check(self, table, keys, condition):
        """Policies hold for each new row."""
        for key in keys:
            holds = self._database.execute(
                f"SELECT 1 FROM {sql_name(table.name)} WHERE {self._selected(table, [key])} "
                f"AND ({condition})").fetchone()
            if not holds:
                raise Refused(self._denied)

    def _answer(self, request, keys):
        if not request.returns:
            return None
        reader = Reader(self._database, self._schema, self._caller)
        node = request.node
        filters, node.filters = node.filters, []  # they chose the rows as they were
        try:
            return reader.read(node, self._selected(node.table, keys))[0]
        finally:
            node.filters = filters


def _stored(column, value):
    """A value of a JSON body as SQLite stores it."""
    if value is None:
        return None
    if column.kind == "boolean":
        return int(value)
    if column.kind == "json":
        return json.dumps(value, ensure_ascii=False)
    if column.kind == "blob":
        return base64.b64decode(value)
    return value
