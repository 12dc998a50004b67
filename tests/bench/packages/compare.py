#!/usr/bin/env python3
"""Asks prodev over REST and the sqlite3 shell the same generated questions about the machine's
package index, and demands the same answers: rows, order, values, counts.

  compare.py --prodev PATH                    imports the index, then compares 300 cases
  compare.py --dir FOLDER                     uses the project that --keep left there
  compare.py --seed 7 --case 41               one case again, as a difference names it
"""

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

sys.dont_write_bytecode = True
import convert  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TABLES = {
    "section": (("id",), ("id", "name")),
    "maintainer": (("id",), ("id", "name", "email")),
    "package": (("id",), ("id", "name", "version", "architecture", "section_id", "maintainer_id",
                          "priority", "essential", "installed_kb", "size_bytes", "homepage",
                          "summary")),
    "dependency": (("package_id", "kind", "place", "alternative"),
                   ("package_id", "kind", "place", "alternative", "target", "relation",
                    "version")),
    "package_tag": (("package_id", "tag"), ("package_id", "tag")),
}
NUMBERS = {"id", "section_id", "maintainer_id", "installed_kb", "size_bytes", "package_id", "place",
           "alternative"}
BOOLEANS = {"essential"}
NULLABLE = {"installed_kb", "size_bytes", "homepage", "relation", "version"}
COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=",
               "isdistinct": "IS NOT"}


class Failed(Exception):
    """Something other than a difference went wrong; the message says what."""


class Shell:
    """The sqlite3 shell on the database file, which it only reads."""

    def __init__(self, file):
        self._file = file

    def rows(self, sql):
        result = subprocess.run(["sqlite3", "-readonly", "-json", str(self._file)], text=True,
                                capture_output=True, timeout=120,
                                input=f"PRAGMA case_sensitive_like = ON;\n{sql};\n")
        if result.returncode != 0 or result.stderr:
            raise Failed(f"sqlite3: {result.stderr.strip()}\n{sql}")
        return json.loads(result.stdout) if result.stdout.strip() else []

    def number(self, sql):
        return next(iter(self.rows(sql)[0].values()))


def sql_text(value):
    """A value as SQL's literal."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def quoted(value):
    """A value inside or=() and in.(), where commas and parentheses mean something."""
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Case:
    """One question in both languages, made from a seed of its own."""

    def __init__(self, seed, number, samples):
        self._random = random.Random(f"{seed}:{number}")
        self._samples = samples
        self.table = self._random.choices(list(TABLES), weights=[1, 2, 6, 6, 2])[0]
        key, columns = TABLES[self.table]
        self.columns = self._random.sample(columns, self._random.randint(1, len(columns)))
        terms = [self._term() for _ in range(self._random.choice([0, 0, 1, 1, 1, 2, 2, 3]))]
        self.where = " AND ".join(sql for _, sql in terms) or "1"
        self._parameters = [rest for rest, _ in terms]
        self.order_sql = self._order(key, columns)
        self.limit = self._random.choices([0, 1, 5, 20, 100, 1000], [1, 2, 4, 6, 6, 4])[0]
        self.offset = self._random.choice([0, 0, 0, 1, 7, 50])
        self.count = self._random.random() < 0.4
        self.head = self._random.random() < 0.1

    def _value(self, column):
        return self._random.choice(self._samples[self.table][column])

    def _term(self):
        """(query parameter, SQL) of a filter, or of several in or=() and and=()."""
        if self._random.random() > 0.25:
            column, operator, operand, sql = self._condition(nested=False)
            return f"{column}={quote(f'{operator}.{operand}')}", sql
        word = self._random.choice(["or", "and"])
        negated = self._random.random() < 0.2
        rest, sql = self._group(word, depth=2)
        name = f"not.{word}" if negated else word
        return f"{name}={quote(rest)}", f"NOT {sql}" if negated else sql

    def _group(self, word, depth):
        rests, sqls = [], []
        for _ in range(self._random.randint(2, 3)):
            if depth > 0 and self._random.random() < 0.2:
                inner = self._random.choice(["or", "and"])
                rest, sql = self._group(inner, depth - 1)
                rests.append(inner + rest)
            else:
                column, operator, operand, sql = self._condition(nested=True)
                rests.append(f"{column}.{operator}.{operand}")
            sqls.append(sql)
        return f"({','.join(rests)})", "(" + f" {word.upper()} ".join(sqls) + ")"

    def _condition(self, nested):
        """(column, operator, operand, SQL)."""
        column = self._random.choice(TABLES[self.table][1])
        operator, operand, sql = self._comparison(column, nested)
        if self._random.random() < 0.2:
            return column, f"not.{operator}", operand, f"NOT ({sql})"
        return column, operator, operand, f"({sql})"

    def _comparison(self, column, nested):
        if column in NULLABLE and self._random.random() < 0.2:
            return "is", "null", f"{column} IS NULL"
        if column in BOOLEANS:
            word = self._random.choice(["true", "false"])
            return self._random.choice(["is", "eq"]), word, f"{column} = {int(word == 'true')}"
        known = [v for v in self._samples[self.table][column] if v is not None]
        value = self._random.choice(known)
        kinds = [*COMPARISONS, "in"]
        if column in NULLABLE:
            kinds += ["isdistinct"] * 2
        if column not in NUMBERS:
            kinds += ["like", "like", "ilike"] * 2
        kind = self._random.choice(kinds)
        if kind == "in":
            values = self._random.sample(known, self._random.randint(1, min(5, len(known))))
            return (kind, "(" + ",".join(quoted(v) for v in values) + ")",
                    f"{column} IN ({', '.join(sql_text(v) for v in values)})")
        if kind in ("like", "ilike"):
            return self._pattern(kind, column, value)
        operand = quoted(value) if nested else str(value)
        return kind, operand, f"{column} {COMPARISONS[kind]} {sql_text(value)}"

    def _pattern(self, kind, column, value):
        words = re.findall(r"[A-Za-z0-9]+", value) or ["a"]
        word = self._random.choice(words)[:self._random.randint(1, 6)]
        if kind == "ilike" or self._random.random() < 0.3:  # like must then mind the case
            word = "".join(self._random.choice([c.upper(), c.lower()]) for c in word)
        before, after = self._random.choice([("*", "*"), ("", "*"), ("*", ""), ("_*", "*")])
        like = sql_text((before + word + after).replace("*", "%"))
        left, right = (column, like) if kind == "like" else (f"lower({column})", f"lower({like})")
        return kind, before + word + after, f"{left} LIKE {right}"

    def _order(self, key, columns):
        """Some columns, then the key, so that there is one right order. One with NULLs often
        leads, for where they go is the subtle part."""
        chosen = self._random.sample(columns, self._random.randint(0, min(2, len(columns))))
        nullable = [c for c in columns if c in NULLABLE and c not in chosen]
        if nullable and self._random.random() < 0.4:
            chosen.insert(0, self._random.choice(nullable))
        rests, sqls = [], []
        for column in [*chosen, *(c for c in key if c not in chosen)]:
            way = self._random.choice(["", "asc", "desc"])
            nulls = self._random.choice(["", "", "nullsfirst", "nullslast"])
            rests.append(".".join(word for word in (column, way, nulls) if word))
            first = nulls == "nullsfirst" or (not nulls and way == "desc")
            sqls.append(f"{column} {way or 'asc'} NULLS {'FIRST' if first else 'LAST'}")
        self._order_rest = ",".join(rests)
        return ", ".join(sqls)

    def path(self):
        parameters = [f"select={','.join(self.columns)}", *self._parameters,
                      f"order={self._order_rest}", f"limit={self.limit}"]
        if self.offset:
            parameters.append(f"offset={self.offset}")
        return f"/rest/v1/{self.table}?{'&'.join(parameters)}"

    def sql(self):
        return (f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {self.where} "
                f"ORDER BY {self.order_sql} LIMIT {self.limit} OFFSET {self.offset}")

    def count_sql(self):
        return f"SELECT count(*) FROM {self.table} WHERE {self.where}"


def compare(case, connection, shell):
    """A sentence on how the answers differ, or None."""
    total = shell.number(case.count_sql()) if case.count else None
    if total is not None and case.offset > total:
        case.offset = 0  # such a range is an error by design: 416
    expected = shell.rows(case.sql())
    for row in expected:
        row.update({name: bool(row[name]) for name in BOOLEANS & row.keys()})
    connection.request("HEAD" if case.head else "GET", case.path(),
                       headers={"Prefer": "count=exact"} if case.count else {})
    response = connection.getresponse()
    body = response.read()
    if response.status not in (200, 206):
        return f"status {response.status}: {body.decode(errors='replace')[:300]}"
    said = response.getheader("Content-Range", "").rpartition("/")[2]
    if case.count and said != str(total):
        return f"Content-Range says {said} rows, the shell {total}"
    if case.head:
        return None
    found = json.loads(body)
    if [list(row.items()) for row in found] == [list(row.items()) for row in expected]:
        return None
    at = next((i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]),
              min(len(found), len(expected)))
    return (f"{len(found)} rows, the shell {len(expected)}; the first difference is at row {at}: "
            f"{found[at:at + 1]} instead of {expected[at:at + 1]}")


def run(command):
    """Runs a command of prodev to its end."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if result.returncode != 0:
        raise Failed(f"{' '.join(words)}: {(result.stderr or result.stdout).strip()[-600:]}")


def make_project(prodev, folder, packages):
    """Imports the machine's index into a new project, and counts what arrived."""
    schema = folder / "schema"
    schema.mkdir(parents=True)
    (schema / "0001_packages.sql").write_text(
        (HERE / "schema" / "0001_packages.sql").read_text())
    counts = convert.convert(convert.machine_index(), folder / "index", packages)
    run([prodev, "migrate", "up", "--dir", folder])
    shell = Shell(folder / "data" / "prodev.db")
    for table, name in convert.FILES.items():
        begun = time.monotonic()
        run([prodev, "import", table, folder / "index" / name, "--dir", folder])
        seconds = time.monotonic() - begun
        found = shell.number(f"SELECT count(*) FROM {table}")
        if found != counts[table]:
            raise Failed(f"{name} has {counts[table]} rows, but {found} were imported")
        print(f"{table:<12} {found:>8,} rows imported in {seconds:.1f} s", flush=True)


def sample_values(shell):
    """{table: {column: values}} to make filters from, spread over the table."""
    samples = {}
    for table, (key, columns) in TABLES.items():
        step = max(shell.number(f"SELECT count(*) FROM {table}") // 200, 1)
        rows = shell.rows(f"SELECT * FROM (SELECT *, row_number() OVER (ORDER BY {', '.join(key)}) "
                          f"AS at FROM {table}) WHERE at % {step} = 0 OR at = 1")
        samples[table] = {column: sorted({row[column] for row in rows} - {None}) or [0]
                          for column in columns}
    return samples


def serve(prodev, folder):
    """(process, port) of the running server."""
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen([prodev, "serve", "--dir", folder, "--listen", "127.0.0.1:0"],
                                  stdout=subprocess.PIPE, stderr=log, text=True)
    for line in server.stdout:
        found = re.match(r"\s*serving\s+http://127\.0\.0\.1:(\d+)", line)
        if found:
            return server, int(found[1])
    raise Failed(f"prodev did not start: {(folder / 'server.log').read_text()[-600:]}")


def compare_all(options, folder):
    """The number of cases that differ; each is printed with what repeats it."""
    shell = Shell(folder / "data" / "prodev.db")
    samples = sample_values(shell)
    server, port = serve(options.prodev, folder)
    differences = 0
    numbers = range(options.cases) if options.case is None else [options.case]
    try:
        for number in numbers:
            case = Case(options.seed, number, samples)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            difference = compare(case, connection, shell)
            connection.close()
            if difference:
                differences += 1
                print(f"DIFFERENT --seed {options.seed} --case {number}: {difference}\n"
                      f"  {case.path()}\n  {case.sql()}", flush=True)
            elif options.case is not None:
                print(f"  {case.path()}\n  {case.sql()}")
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()
    print(f"{len(numbers) - differences} of {len(numbers)} answers equal the shell's "
          f"(seed {options.seed})")
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prodev", type=Path, default=ROOT / "build/release/prodev")
    parser.add_argument("--dir", type=Path, help="a project that an earlier run made")
    parser.add_argument("--keep", type=Path, help="make the project there and leave it")
    parser.add_argument("--packages", type=int, help="import only so many packages")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--case", type=int, help="only this one")
    options = parser.parse_args()
    try:
        if options.dir:
            return 1 if compare_all(options, options.dir) else 0
        with tempfile.TemporaryDirectory(prefix="prodev-packages-") as temporary:
            folder = options.keep or Path(temporary) / "project"
            make_project(options.prodev, folder, options.packages)
            return 1 if compare_all(options, folder) else 0
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"The comparison could not be made: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
