#!/usr/bin/env python3
"""Random schemas and requests, each answered by the server and by plain SQL on a copy of its rows.

  test_generated.py                      what the test command runs
  test_generated.py --seeds 500 --start 1000 --cases 400
  test_generated.py --seed 7 --case 41   one case again, as a difference names it

A seed makes a schema with its rows; a case of it is one request. What is expected of it comes from
reader.py and writer.py, which know nothing of the SQL that the server makes. A write is compared
in its answer and in what it leaves in the file, which then gets its rows back: so each case stands
for itself.
"""

import argparse
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True
import functions  # noqa: E402
import wire  # noqa: E402
from expectation import Expected, difference, expect_read, expect_write  # noqa: E402
from mistake_maker import MistakeMaker  # noqa: E402
from model import sql_name, sql_names  # noqa: E402
from prodev import Client, Server, prodev_command  # noqa: E402
from rest import DATABASE, make_token, write_schema  # noqa: E402
from schemas import make_schema  # noqa: E402
from shrinking import shrink  # noqa: E402
from write_maker import WriteMaker  # noqa: E402


class Trial:
    """One schema: a server of it, and a copy for the oracle."""

    def __init__(self, seed, folder):
        self.seed = seed
        self.schema = make_schema(random.Random(f"schema {seed}"))
        self._folder = folder
        write_schema(folder, self.schema.sql())
        self._server = Server(prodev_command(folder, ["--loops", "1"]))
        self._client = Client(self._server.port)
        self._file = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=30)
        self._file.execute("PRAGMA synchronous = OFF")
        self._copy = sqlite3.connect(":memory:", isolation_level=None)
        self._copy.execute("PRAGMA foreign_keys = ON")
        self._copy.executescript(self.schema.table_sql())
        functions.register(self._copy)
        self._rows = self._contents(self._copy)
        self._tokens = {}

    def stop(self):
        self._client.close()
        self._file.close()
        self._copy.close()
        self._server.stop()

    def kill(self):
        self._server.kill()

    def log(self):
        """The end of what the server has said."""
        return self._server.stderr_text()[-4000:]

    def request(self, number):
        chance = random.Random(f"{self.seed}:{number}")
        kind = chance.random()
        if kind < 0.1:
            return MistakeMaker(chance, self.schema).mistake()
        maker = WriteMaker(chance, self.schema)
        return maker.write() if kind < 0.4 else maker.read()

    def token(self, caller):
        if caller.role == "anon":
            return None
        if caller not in self._tokens:
            self._tokens[caller] = make_token(self._folder, caller.role, caller.uid)
        return self._tokens[caller]

    def check(self, request):
        """A sentence on how the server differs; "": it does not."""
        if request.reads:
            return difference(request, self._expected(request, expect_read), self._ask(request))
        self._copy.execute("BEGIN")
        try:
            expected = self._expected(request, expect_write)
            said = difference(request, expected, self._ask(request))
            return said or self._compare_contents()
        finally:
            self._copy.execute("ROLLBACK")
            self._restore()

    def _expected(self, request, expect):
        if request.refusal:
            return Expected(*request.refusal)
        return expect(request, self._copy, self.schema)

    def _ask(self, request):
        return self._client.request(request.method, wire.path(request),
                                    wire.headers(request, self.token(request.caller)),
                                    wire.body(request))

    def _contents(self, database):
        return {table: database.execute(f"SELECT * FROM {sql_name(table.name)} "
                                        f"ORDER BY {sql_names(table.key)}").fetchall()
                for table in self.schema.tables}

    def _compare_contents(self):
        wanted, found = self._contents(self._copy), self._contents(self._file)
        for table in self.schema.tables:
            missing = [row for row in wanted[table] if row not in found[table]]
            extra = [row for row in found[table] if row not in wanted[table]]
            if missing or extra:
                return f"table {table.name} is left without {missing} and with {extra}"
        return ""

    def _restore(self):
        found = self._contents(self._file)
        changed = [table for table in self.schema.tables if found[table] != self._rows[table]]
        if not changed:
            return
        self._file.execute("BEGIN IMMEDIATE")
        for table in changed:
            self._file.execute(f"DELETE FROM {sql_name(table.name)}")
            marks = ", ".join("?" * len(table.columns))
            self._file.executemany(f"INSERT INTO {sql_name(table.name)} VALUES ({marks})",
                                   self._rows[table])
        self._file.execute("COMMIT")


def report(trial, number, request, said, with_schema):
    print(f"DIFFERENT --seed {trial.seed} --case {number} as {request.caller.role} "
          f"{request.caller.uid or ''}\n  {wire.curl(request, None)}\n  {said}\n", flush=True)
    if with_schema:
        print(trial.schema.sql())


def run(seed, numbers, options, folder):
    """How many cases differ; each is printed with what repeats it."""
    trial = Trial(seed, folder)
    differences = 0
    try:
        for number in numbers:
            request = trial.request(number)
            try:
                said = trial.check(request)
            except (AssertionError, OSError) as error:  # no response, or none of HTTP
                report(trial, number, request, f"{error}\n{trial.log()}", not options.brief)
                return differences + 1
            if said:
                differences += 1
                if not request.refusal:
                    said = shrink(request, trial.check) or f"{said}\n  (but not when asked again)"
                report(trial, number, request, said,
                       with_schema=differences == 1 and not options.brief)
            elif options.case is not None:
                print(f"as expected\n  {wire.curl(request, None)}")
        trial.stop()
    finally:
        trial.kill()
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=50, help="how many schemas")
    parser.add_argument("--cases", type=int, default=160, help="how many requests of each")
    parser.add_argument("--seed", type=int, help="this schema only")
    parser.add_argument("--case", type=int, help="this request only")
    parser.add_argument("--most", type=int, default=50, help="stop at so many differences")
    parser.add_argument("--brief", action="store_true", help="print no schemas")
    options = parser.parse_args()
    seeds = range(options.start, options.start + options.seeds)
    if options.seed is not None:
        seeds = [options.seed]
    numbers = range(options.cases) if options.case is None else [options.case]
    begun, differences = time.monotonic(), 0
    for seed in seeds:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-generated-"))
        try:
            differences += run(seed, numbers, options, folder)
        except AssertionError as error:
            print(f"DIFFERENT --seed {seed}: {error}")
            differences += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if differences >= options.most:
            print(f"Stopped after seed {seed}: there are {differences} differences")
            return 1
    cases = len(seeds) * len(numbers)
    print(f"{cases - differences} of {cases} answers are as plain SQL has them "
          f"({time.monotonic() - begun:.1f} s, seeds {seeds[0]} to {seeds[-1]})")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
