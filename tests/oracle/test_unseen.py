#!/usr/bin/env python3
"""Two servers that differ only in rows that a caller cannot see must answer it alike.

  test_unseen.py                                  what the test command runs
  test_unseen.py --reads 20000 --writes 10000     for long
  test_unseen.py --seed 7 --brief                 one schema again, as a difference names it

A seed makes a schema of tenants: each key begins with the tenant, and no policy lets a caller see or
write rows of another's. Both servers have the same rows of the caller; of other tenants one has few, the
other many, with the same keys and with others. Each random read and write goes to both, and what comes
back is compared: status, headers, bodies, cursors, counts and estimates. Rows whose order the request
leaves open may come in any.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True
import wire  # noqa: E402
from mistake_maker import MistakeMaker  # noqa: E402
from model import Caller, Column, Policy, sql_literal, sql_name  # noqa: E402
from prodev import Client, Server, prodev_command  # noqa: E402
from rest import make_token, write_schema  # noqa: E402
from schemas import PolicyMaker, RowMaker, SchemaMaker  # noqa: E402
from write_maker import WriteMaker  # noqa: E402

TENANT = "tenant"
MINE, OTHERS = "u1", ["u2", "u3", "u4", "u5", "U1", "u1 ", "u"]
CALLERS = [Caller("authenticated", MINE)] * 6 + [Caller("clerk", MINE), Caller("anon")]
CASES = 150  # requests of each schema
# What differs from one answer to the next whatever is stored.
PASSING = {"date", "x-request-id"}


class TenantSchemaMaker(SchemaMaker):
    """Random schemas whose keys, and what refers to them, begin with a tenant."""

    def make(self):
        schema = super().make()
        schema.functions.clear()  # they run with their owner's rights, and may show what they like
        schema.policies.clear()
        TenantPolicyMaker(self._random, schema).make()
        return schema

    def _table(self, others):
        return self._with_tenant(super()._table(others))

    def _junction(self, others):
        return self._with_tenant(super()._junction(others))

    @staticmethod
    def _with_tenant(table):
        keys = table.foreign_keys
        # Keys that were copied from tables with a tenant bring a column for it along.
        spare = {mine for key in keys for mine, theirs in zip(key.columns, key.referenced) if theirs == TENANT}
        spare.discard(TENANT)
        table.columns = [c for c in table.columns if c.name not in spare]
        table.key = [TENANT, *(name for name in table.key if name not in spare and name != TENANT)]
        if all(c.name != TENANT for c in table.columns):
            table.columns.insert(0, Column(TENANT, "text", "TEXT", nullable=False, owner=True))
        for key in keys:
            pairs = [(mine, theirs) for mine, theirs in zip(key.columns, key.referenced) if theirs != TENANT]
            key.columns = [TENANT, *(mine for mine, _ in pairs)]
            key.referenced = [TENANT, *(theirs for _, theirs in pairs)]
            key.implicit = False
            key.action = " ON DELETE CASCADE" if key.action else ""
        table.uniques = [[TENANT, *(n for n in names if n not in spare and n != TENANT)] for names in table.uniques]
        table.indexes = [names for names in ([n for n in one if n not in spare] for one in table.indexes) if names]
        return table


class TenantPolicyMaker(PolicyMaker):
    """Policies of any form, within the caller's own rows."""

    def _expression(self, table):
        return f"{sql_name(TENANT)} = auth.uid() AND ({super()._expression(table)})"

    def _subqueries(self, table):
        return []  # what stands in other tables may be anybody's


class TenantRowMaker(RowMaker):
    """Rows of one tenant."""

    def __init__(self, random, schema, tenant):
        super().__init__(random, schema)
        self._tenant = tenant

    def _row(self, table, database):
        row = dict(zip((c.name for c in table.columns), super()._row(table, database)))
        return list({**row, TENANT: self._tenant}.values())


class TenantRequestMaker(WriteMaker):
    """Requests of callers that policies bind, about their own rows and now and then about others'."""

    def caller(self):
        return self._random.choice(CALLERS)

    def make(self, writes):
        kind = self._random.random()
        if writes:
            request = self.write()
        elif kind < 0.08:
            request = MistakeMaker(self._random, self._schema).mistake()
        else:
            request = self.read()
        if request.caller not in CALLERS:
            request.caller = self.caller()
        return request

    def _need_all_rights(self, request):
        """Upserts are made with whatever rights the caller has."""

    def _row(self, table):
        row = super()._row(table)
        row[TENANT] = MINE if self._random.random() < 0.85 else self._random.choice(OTHERS)
        return row


def rows_of(seed, schema, tenant, label):
    TenantRowMaker(random.Random(f"{seed} {tenant} {label}"), schema, tenant).make()
    return {table: list(schema.rows[table]) for table in schema.tables}


def insert_rows(schema, parts):
    """SQL for the rows of tenants, the parts in their order; rows may refer to later ones."""
    statements = []
    for table in schema.tables:
        for part in parts:
            if part[table]:
                values = ",\n".join(f"({', '.join(map(sql_literal, row))})" for row in part[table])
                statements.append(f"INSERT INTO {sql_name(table.name)} VALUES {values};")
    return "PRAGMA defer_foreign_keys = ON;\n" + "\n".join(statements) + "\n"


def canonical(value):
    """Rows in an order of their own."""
    if isinstance(value, dict):
        return {key: canonical(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted((canonical(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def in_any_order(response):
    kind = response.header("Content-Type", "")
    text = response.body.decode("utf-8", "replace")
    if "json" in kind and "ndjson" not in kind:
        return canonical(json.loads(text)) if text else None
    return sorted(text.split("\n"))  # a row of NULL alone is an empty line, which may be the last


class Pair:
    """A schema served twice, and the differences between the two that were found."""

    def __init__(self, seed, folder):
        self.seed = seed
        self.schema = TenantSchemaMaker(random.Random(f"tenants {seed}")).make()
        mine = rows_of(seed, self.schema, MINE, "")
        sides = [[mine, *(rows_of(seed, self.schema, other, "few") for other in OTHERS[:1])],
                 [*(rows_of(seed, self.schema, other, "many") for other in OTHERS), mine]]
        self.schema.rows = {table: [] for table in self.schema.tables}
        self.servers, self._clients = [], []
        for number, parts in enumerate(sides):
            project = folder / str(number)
            project.mkdir()
            write_schema(project, self.schema.sql())
            self._fill(project, parts)
            self.servers.append(Server(prodev_command(project, ["--loops", "1", "--jwt-secret", "s" * 40])))
            self._clients.append(Client(self.servers[-1].port))
        self.schema.rows = mine
        self._project = folder / "0"
        self._tokens = {}
        self.successes = self.writes = self.reads = 0

    def _fill(self, project, parts):
        """Through a second schema file, so that both servers have read it before they start."""
        (project / "schema/0002_rows.sql").write_text(
            insert_rows(self.schema, parts), encoding="utf-8")

    def stop(self):
        for client, server in zip(self._clients, self.servers):
            client.close()
            server.stop()

    def kill(self):
        for server in self.servers:
            server.kill()

    def token(self, caller):
        if caller.role == "anon":
            return None
        if caller not in self._tokens:
            keys = self._project / "data/keys"
            keys.mkdir(parents=True, exist_ok=True)
            (keys / "jwt.key").write_text("s" * 40)
            self._tokens[caller] = make_token(self._project, caller.role, caller.uid)
        return self._tokens[caller]

    def check(self, number, writes):
        """A sentence on how the answers differ; "": they do not."""
        chance = random.Random(f"{self.seed}:{number}:{writes}")
        request = TenantRequestMaker(chance, self.schema).make(writes)
        headers = wire.headers(request, self.token(request.caller))
        if "Prefer" in headers:
            count = "count=" + chance.choice(["exact", "planned", "estimated"])
            headers["Prefer"] = headers["Prefer"].replace("count=exact", count)
        path = wire.path(request)
        answers = self._ask(request.method, path, headers, wire.body(request))
        self.reads += request.reads
        self.writes += not request.reads
        self.successes += not request.reads and answers[0].status < 300
        said = self._difference(answers)
        link = answers[0].header("Link")
        if not said and link:
            target = "/rest/v1/" + re.match("<([^>]*)>", link)[1].rsplit("/", 1)[-1]
            said = self._difference(self._ask(request.method, target, headers, b""))
        asked = {name: value for name, value in headers.items() if name != "Authorization"}
        return said and f"as {request.caller.role}: {wire.curl(request, None)}\n  {asked}\n  {said}"

    def _ask(self, method, path, headers, body):
        return [client.request(method, path, headers, body) for client in self._clients]

    @staticmethod
    def _difference(answers):
        few, many = answers
        if few.status != many.status:
            return f"{few.status} {few.body[:300]} beside {many.status} {many.body[:300]}"
        kept = [[(name, value) for name, value in one.headers if name.lower() not in PASSING] for one in answers]
        if kept[0] != kept[1]:
            return f"{kept[0]} beside {kept[1]}"
        if few.body != many.body and in_any_order(few) != in_any_order(many):
            return f"{few.body[:600]} beside {many.body[:600]}"
        return ""


def run(seed, share_of_writes, cases, options, totals):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-unseen-"))
    differences = 0
    try:
        pair = Pair(seed, folder)
        try:
            for number in range(cases):
                said = pair.check(number, random.Random(f"{seed} {number}").random() < share_of_writes)
                if said:
                    differences += 1
                    print(f"DIFFERENT --seed {seed}, request {number} {said}\n", flush=True)
                    if differences == 1 and not options.brief:
                        print(pair.schema.sql())
            pair.stop()
        finally:
            pair.kill()
        totals["reads"] += pair.reads
        totals["writes"] += pair.writes
        totals["successes"] += pair.successes
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reads", type=int, default=1500)
    parser.add_argument("--writes", type=int, default=750)
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this schema only")
    parser.add_argument("--most", type=int, default=20, help="stop at so many differences")
    parser.add_argument("--brief", action="store_true", help="print no schemas")
    options = parser.parse_args()
    begun, differences, seed = time.monotonic(), 0, options.seed or options.start
    totals = {"reads": 0, "writes": 0, "successes": 0}
    share = options.writes / (options.reads + options.writes)
    while totals["reads"] < options.reads or totals["writes"] < options.writes:
        differences += run(seed, share, CASES, options, totals)
        seed += 1
        if options.seed is not None or differences >= options.most:
            break
    print(f"{totals['reads']} reads and {totals['writes']} writes, {totals['successes']} of them successful: "
          f"{differences} differences ({time.monotonic() - begun:.1f} s)")
    return 1 if differences or 3 * totals["successes"] < totals["writes"] else 0


if __name__ == "__main__":
    sys.exit(main())
