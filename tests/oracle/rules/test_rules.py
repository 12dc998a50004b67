#!/usr/bin/env python3
"""Random schemas and rules under random schema files, and what each role may read afterwards.

  test_rules.py                        what the test command runs
  test_rules.py --seeds 500 --start 1000
  test_rules.py --seed 7               one again, with its files printed

A seed makes a project of several schema files: tables, views, policies, grants and functions, then renames,
drops and rebuilds of these. rules_model.py says which files must be refused, and what each role reads once
all others are applied; the server is asked for every table, view and function as every role.
"""

import argparse
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "support")]
sys.dont_write_bytecode = True
from file_maker import TABLES, FileMaker  # noqa: E402
from prodev import Client, Server, prodev_command, run_prodev  # noqa: E402
from rest import make_token  # noqa: E402
from rules_model import CALLERS, Model  # noqa: E402


class Difference(Exception):
    pass


class Project:
    def __init__(self, seed, folder):
        self.chance = random.Random(f"rules {seed}")
        self.folder = folder
        self.model = Model()
        self.history = []
        self._maker = FileMaker(self.chance, self.model)
        self._number = 1
        (folder / "schema").mkdir()
        self._apply("CREATE ROLE staff;\nCREATE ROLE editor IN ROLE staff;\n", refused=False)

    def grow(self):
        for number in range(self.chance.randint(3, 6)):
            before = self.model.copy()
            sql, refused = self._maker.make(number, 12 if number == 0 else self.chance.randint(1, 4))
            self._apply(sql, refused)
            if refused:
                self.model = self._maker.model = before

    def _apply(self, sql, refused):
        self.history.append(("-- refused\n" if refused else "-- applied\n") + sql)
        path = self.folder / f"schema/{self._number:04}_step.sql"
        path.write_text(sql)
        result = run_prodev("migrate", "--dir", self.folder)
        if (result.returncode != 0) != refused:
            raise Difference(f"the last file should be {'refused' if refused else 'applied'}: "
                             f"{result.stdout}{result.stderr}")
        if refused:
            path.unlink()
        else:
            self._number += 1

    def check(self):
        """Every name as every role. Returns the number of questions."""
        server = Server(prodev_command(self.folder, ["--loops", "1"]))
        try:
            with Client(server.port) as client:
                return sum(self._check_caller(client, role, uid) for role, uid in CALLERS)
        finally:
            server.stop()

    def _check_caller(self, client, role, uid):
        headers = {} if role == "anon" else {"Authorization": "Bearer " + make_token(self.folder, role, uid)}
        names = sorted({*TABLES, "old", "fresh", *(one.name for one in self.model.relations)})
        for name in names:
            response = client.get("/rest/v1/" + name, headers)
            rows = json.loads(response.body)
            relation = self.model.named(name)
            expected = relation and self.model.visible(relation, role, uid)
            if expected is None:
                right = response.status in ((401, 403) if relation else (404,))
            else:
                right = response.status == 200 and sorted(map(json.dumps, rows)) == sorted(map(json.dumps, expected))
            if not right:
                raise Difference(f"{role} {uid} GET {name}: {response.status} {rows}\nexpected {expected}")
        for function in self.model.functions:
            response = client.get("/rest/v1/rpc/" + function.name, headers)
            rows = json.loads(response.body)
            if response.status != 200 or sorted(rows) != self.model.result(function):
                raise Difference(f"{role} calls {function.name}: {response.status} {rows}\n"
                                 f"expected {self.model.result(function)}")
        return len(names) + len(self.model.functions)


def run(seed):
    """A sentence on how the server differs, or None; the number of questions; the files."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-rules-"))
    project = None
    try:
        project = Project(seed, folder)
        project.grow()
        asked = project.check()
        return None, asked, project.history
    except Difference as difference:
        return str(difference), 0, project.history if project else []
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seeds = [options.seed] if options.seed is not None else range(options.start, options.start + options.seeds)
    began, asked, files, refused, failed = time.monotonic(), 0, 0, 0, 0
    for seed in seeds:
        difference, questions, history = run(seed)
        asked, files = asked + questions, files + len(history)
        refused += sum(one.startswith("-- refused") for one in history)
        if difference or options.seed is not None:
            print(f"seed {seed}:\n" + "\n".join(history))
        if difference:
            failed += 1
            print(f"seed {seed} differs: {difference}\nagain: {sys.argv[0]} --seed {seed}\n")
    print(f"{len(seeds)} projects, {files} files of which {refused} refused, {asked} answers compared, "
          f"{failed} projects differ, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
