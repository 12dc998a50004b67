"""The database scenarios: rows of lib/dataset.py, read and written over each contender's API."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lib import dataset, load, procfs
from lib.contender import running
from lib.scenarios import Scenario, Target

_READERS = 16
_WRITERS = 64
_ROWS_COLUMNS = (("requests_per_s", "req/s", 0), ("p50_ms", "p50 ms", 2), ("p99_ms", "p99 ms", 2),
                 ("cpu_us", "CPU us/req", 1), ("per_core_s", "req/core-s", 0),
                 ("peak_mb", "peak MB", 1))
_TABLE_WRITTEN = {"insert": "item", "chat-insert": "message"}


@dataclass
class RowsScenario(Scenario):
    """One operation, over and over. `prepared` is where contenders keep the data they made."""
    operation: str = "by-id"
    rows: int = dataset.ROWS
    prepared: Path | None = None
    writes: bool = False
    columns: tuple = _ROWS_COLUMNS
    ratios: tuple = ("requests_per_s", "cpu_us", "per_core_s")
    has_rows = True

    def run(self, contender, workdir):
        if contender.in_process:
            return contender.measure(workdir, self)
        with running(contender, workdir, self) as (pids, url):
            call = contender.calls(self)[self.operation]
            answered = check_call(contender, url, self, self.operation)
            pids = procfs.with_descendants(pids[0])
            figures = self.measure_calls(pids, url, call)
            figures["problems"] += _too_short(figures, answered)
        if self.writes:
            # The one of check_call was acknowledged too.
            acknowledged = figures.pop("acknowledged") + 1
            figures["problems"] += check_kept(contender, workdir, self, self.operation,
                                              acknowledged, 2 * self.connections)
        return figures

    def measure_calls(self, pids, url, call):
        warm = self.generate_calls(url, call, self.warm_up_seconds)
        figures = load.measured(pids, lambda: self.generate_calls(url, call, self.seconds))
        figures["problems"] += warm["problems"]
        return {**figures, "acknowledged": warm["requests"] + figures["requests"]}

    def generate_calls(self, url, call, seconds, connections=None):
        if not seconds:
            return {"requests": 0, "problems": []}
        by_id = self.operation not in ("list-20", "list-embed")
        last = self.rows if by_id else dataset.categories(self.rows)
        if self.operation == "list-embed":
            last = dataset.product_categories(min(self.rows, dataset.PRODUCTS))
        return load.wrk_rows(url, call, last, dataset.HIDDEN_EVERY if by_id else 0,
                             connections or self.connections, seconds)


def check_call(contender, url, scenario, operation):
    """Fails unless the contender answers the operation with exactly the rows it should, and hides
    those it should. Returns the bytes of its shortest right answer."""
    call = contender.calls(scenario)[operation]
    if operation == "by-id":
        hidden = [dataset.HIDDEN_EVERY] if scenario.rows >= dataset.HIDDEN_EVERY else []
        asked = {row_id: [dataset.item(row_id, scenario.rows)]
                 for row_id in (1, 3, scenario.rows // 2 + 1)}
        if contender.has_policies:
            asked.update({row_id: [] for row_id in hidden})
    elif operation == "list-20":
        asked = {number: dataset.items_of_category(number, scenario.rows, 20)
                 for number in (1, dataset.categories(scenario.rows))}
    elif operation == "list-embed":
        products = min(scenario.rows, dataset.PRODUCTS)
        return min(_check_products(contender, url, call.with_number(number),
                                   dataset.products_of_category(number, products, 20))
                   for number in (1, dataset.product_categories(products)))
    else:
        status, body = load.ask(url, call.with_number(123456))
        if status not in (200, 201, 204):
            raise load.LoadFailed(f"{call.method} {call.path} gave {status}: {body[:300]!r}")
        return 0
    return min(_check_rows(contender, url, call.with_number(number), expected)
               for number, expected in asked.items())


def _check_products(contender, url, call, expected):
    """Bytes of the right answer; a wrong one fails."""
    status, body = load.ask(url, call)
    if status != 200:
        raise load.LoadFailed(f"{call.method} {call.path} gave {status}: {body[:300]!r}")
    found = [{name: row[name] for name in expected[0]} for row in contender.read_products(body)]
    if found != expected:
        raise load.LoadFailed(f"{call.path} gave {found[:1]!r} instead of {expected[:1]!r}")
    return len(body)


def _check_rows(contender, url, call, expected):
    """Bytes of the right answer; a wrong one fails."""
    status, body = load.ask(url, call)
    if not expected and status == 404:
        return 2**31
    if status != 200:
        raise load.LoadFailed(f"{call.method} {call.path} gave {status}: {body[:300]!r}")
    try:
        found = [{name: row[name] for name in dataset.item(1, 1)}
                 for row in contender.read_rows(body)]
    except (ValueError, KeyError, TypeError) as error:
        raise load.LoadFailed(f"{call.path} did not give rows but {body[:300]!r}") from error
    if found != expected:
        raise load.LoadFailed(f"{call.path} gave {found[:2]!r} instead of {expected[:2]!r}")
    return len(body) if expected else 2**31


def _too_short(figures, least_bytes):
    """A problem when the mean response is shorter than a right answer: wrk reads no bodies."""
    mean = figures["bytes"] / max(figures["requests"], 1)
    if mean >= least_bytes:
        return []
    return [f"responses had {mean:.0f} bytes on average; a right one has at least {least_bytes}"]


def check_kept(contender, workdir, scenario, operation, acknowledged, unanswered):
    """Problems unless the stopped server's database has every row that it acknowledged, and no
    more than those and the ones that were under way when the load ended."""
    file = contender.database_file(contender.project(workdir, scenario))
    found = dataset.count_rows(file, _TABLE_WRITTEN[operation])
    if operation == "insert":
        found -= scenario.rows
    if acknowledged <= found <= acknowledged + unanswered:
        return []
    return [f"{acknowledged} rows were acknowledged but {found} are in the database"]


@dataclass
class UnderWritesScenario(RowsScenario):
    """Reads by id alone, and again while others insert as fast as they are let."""
    writes: bool = True
    connections: int = _READERS
    columns: tuple = (("requests_per_s", "reads/s", 0), ("p99_ms", "p99 ms", 2),
                      ("reads_under_writes_per_s", "with writes", 0),
                      ("p99_under_writes_ms", "p99 ms", 2), ("p99_growth", "growth", 2),
                      ("writes_per_s", "writes/s", 0))
    ratios: tuple = ("p99_growth", "reads_under_writes_per_s", "writes_per_s")

    def run(self, contender, workdir):
        with running(contender, workdir, self) as (pids, url):
            check_call(contender, url, self, "by-id")
            check_call(contender, url, self, "insert")
            figures = self.measure_both(procfs.with_descendants(pids[0]), url, contender)
        acknowledged = figures.pop("acknowledged") + 1
        figures["problems"] += check_kept(contender, workdir, self, "insert", acknowledged,
                                          _WRITERS)
        return figures

    def measure_both(self, pids, url, contender):
        read, insert = (contender.calls(self)[name] for name in ("by-id", "insert"))
        warm = self.generate_calls(url, read, self.warm_up_seconds)
        alone = load.measured(pids, lambda: self.generate_calls(url, read, self.seconds))
        with ThreadPoolExecutor(1) as pool:
            # They write a little longer than the reads last, so that no read is without them.
            writing = pool.submit(self.generate_calls, url, insert, self.seconds + 1, _WRITERS)
            time.sleep(0.3)
            crowded = self.generate_calls(url, read, self.seconds)
            written = writing.result()
        return {**alone, "reads_under_writes_per_s": crowded["requests"] / crowded["seconds"],
                "p99_under_writes_ms": crowded["p99_ms"],
                "p99_growth": crowded["p99_ms"] / max(alone["p99_ms"], 1e-3),
                "writes_per_s": written["requests"] / written["seconds"],
                "acknowledged": written["requests"],
                "problems": warm["problems"] + alone["problems"] + crowded["problems"]
                + written["problems"]}


def _short(number):
    """1,000 as 1k, 10,000,000 as 10M: for the columns."""
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number // size}{letter}"
    return str(number)


@dataclass
class ScaleScenario(RowsScenario):
    """Reads by id from tables of growing size, a server for each."""
    sizes: tuple = ()
    ratios: tuple = ("p99_growth", "cpu_growth")

    def __post_init__(self):
        metrics = (("p50_ms", "p50 ms", 2), ("p99_ms", "p99 ms", 2), ("cpu_us", "CPU us", 1))
        self.columns = tuple((f"{key}_{size}", f"{title} {_short(size)}", digits)
                             for key, title, digits in metrics for size in self.sizes)
        self.columns += (("p99_growth", "p99 growth", 2), ("cpu_growth", "CPU growth", 2))

    def run(self, contender, workdir):
        out = {"problems": []}
        for size in self.sizes:
            folder = workdir / str(size)
            folder.mkdir()
            one = RowsScenario(self.name, self.what, "", {}, connections=self.connections,
                               rows=size, prepared=self.prepared, seconds=self.seconds,
                               warm_up_seconds=self.warm_up_seconds)
            figures = one.run(contender, folder)
            out.update({f"{key}_{size}": figures[key] for key in ("p50_ms", "p99_ms", "cpu_us")})
            out["problems"] += [f"{size} rows: {problem}" for problem in figures["problems"]]
        first, last = self.sizes[0], self.sizes[-1]
        out["p99_growth"] = out[f"p99_ms_{last}"] / max(out[f"p99_ms_{first}"], 1e-3)
        out["cpu_growth"] = out[f"cpu_us_{last}"] / max(out[f"cpu_us_{first}"], 1e-3)
        return out


@dataclass
class ListAllScenario(RowsScenario):
    """One client lists every row of the table in one request."""
    operation: str = "list-all"
    columns: tuple = (("rows_per_s", "rows/s", 0), ("mb_per_s", "MB/s", 1), ("rss_mb", "RSS MB", 1),
                      ("peak_mb", "peak MB", 1), ("added_mb", "added MB", 1))
    ratios: tuple = ("added_mb",)

    def run(self, contender, workdir):
        with running(contender, workdir, self) as (pids, url):
            check_call(contender, url, self, "by-id")
            pids = procfs.with_descendants(pids[0])
            rss_mb = procfs.memory_mb(pids, "VmRSS")
            begun = time.monotonic()
            rows, size = _count_listed(url, contender.calls(self)["list-all"])
            elapsed_s = time.monotonic() - begun
            peak_mb = procfs.memory_mb(pids, "VmHWM")
        expected = self.rows - self.rows // dataset.HIDDEN_EVERY
        problems = [] if rows == expected else [f"{rows} rows were listed instead of {expected}"]
        return {"rows_per_s": rows / elapsed_s, "mb_per_s": size / elapsed_s / 2**20,
                "rss_mb": rss_mb, "peak_mb": peak_mb, "added_mb": peak_mb - rss_mb,
                "problems": problems}


def _count_listed(url, call):
    """(rows, bytes) of a list of any length, which is read as it comes and never held."""
    marker, kept = b'"price_cents":', b""
    rows = size = 0
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.request(call.method, call.path, headers=call.headers)
        response = connection.getresponse()
        if response.status != 200:
            raise load.LoadFailed(f"{call.path} gave {response.status}: {response.read(300)!r}")
        while chunk := response.read(1 << 16):
            size += len(chunk)
            chunk = kept + chunk
            rows += chunk.count(marker)
            kept = chunk[-(len(marker) - 1):]
        return rows, size
    except (OSError, http.client.HTTPException) as error:
        raise load.LoadFailed(f"{call.path} broke off after {size} bytes: {error!r}") from error
    finally:
        connection.close()


NAMES = ("by-id-16", "by-id-64", "by-id-256", "list-20", "list-embed-1", "list-embed-16",
         "insert", "chat-insert-16",
         "chat-insert-64", "reads-under-writes", "by-id-scale", "list-million")


@dataclass(frozen=True)
class RowsPlan:
    """Sizes of the run. `sizes` are those of by-id-scale."""
    prepared: Path
    names: list
    seconds: float = 5
    warm_up_seconds: float = 1
    rows: int = dataset.ROWS
    sizes: tuple = (1_000, 100_000, 1_000_000)
    million: int = 1_000_000


def _times(text, contender, limit, metric="requests_per_s"):
    return Target(text, metric, limit, True, contender)


def _by_id(connections, common, rows):
    targets = (_times("requests/s at least 5 x PocketBase", "pocketbase", 5),
               _times("requests/s at least 25 x Django", "django", 25),
               _times("requests/s at least 0.6 x the limit program", "epoll_limit", 0.6))
    return RowsScenario(f"by-id-{connections}", f"a random row of {rows:,} by its id, "
                        f"{connections} connections", **common, connections=connections,
                        targets=targets)


def _chat(connections, common):
    return RowsScenario(f"chat-insert-{connections}", "insert a message into a room that the "
                        f"caller must be a member of, {connections} connections", **common,
                        operation="chat-insert", writes=True, connections=connections)


def _list_embed(connections, common):
    what = "20 products of a random category, each with its category, images and average rating"
    targets = (_times("requests/s at least 10 x PocketBase", "pocketbase", 10),
               _times("requests/s at least 40 x Django", "django", 40),
               Target("CPU per request at most 1.5 x the same SQL in-process", "cpu_us", 1.5, False,
                      "sqlite_limit"))
    ratios = RowsScenario.ratios
    if connections == 1:
        ratios = ("p50_ms", "requests_per_s", "cpu_us")
        targets = (Target("p50 at most 1.5 x the same SQL in-process", "p50_ms", 1.5, False,
                          "sqlite_limit"),)
    return RowsScenario(f"list-embed-{connections}", f"{what}; connections: {connections}",
                        **common, operation="list-embed", connections=connections,
                        ratios=ratios, targets=targets)


def make_scenarios(plan):
    """The scenarios of the plan, in the order of NAMES."""
    common = {"path": "", "files": {}, "prepared": plan.prepared, "rows": plan.rows,
              "seconds": plan.seconds, "warm_up_seconds": plan.warm_up_seconds}
    core = "per second of one core at least 0.5 x SQLite in-process"
    flat = f"p99 with {plan.sizes[-1]:,} rows at most 1.5 x that with {plan.sizes[0]:,}"
    made = [_by_id(connections, common, plan.rows) for connections in (16, 64, 256)]
    made += [
        RowsScenario("list-20", f"the first 20 rows of a random category of {plan.rows:,} rows, "
                     "64 connections", **common, operation="list-20", targets=(
                         _times("requests/s at least 8 x PocketBase", "pocketbase", 8),
                         _times(core, "sqlite_limit", 0.5, "per_core_s"))),
        _list_embed(1, common), _list_embed(16, common),
        RowsScenario("insert", "insert a row, fsynced before the answer, 64 connections", **common,
                     operation="insert", writes=True, targets=(
                         _times("requests/s at least 5 x PocketBase (without fsync)",
                                "pocketbase", 5),
                         _times("requests/s at least 0.5 x SQLite in-process, 64 rows a commit",
                                "sqlite_limit", 0.5))),
        _chat(16, common), _chat(64, common),
        UnderWritesScenario("reads-under-writes", f"rows by id, {_READERS} connections, without "
                            f"and with {_WRITERS} that insert", **common, targets=(
                                Target("p99 of reads under writes at most 3 x that without",
                                       "p99_growth", 3.0, False),)),
        ScaleScenario("by-id-scale", "a random row by its id, 64 connections",
                      **{**common, "rows": plan.sizes[0]}, sizes=plan.sizes,
                      targets=(Target(flat, "p99_growth", 1.5, False),)),
        ListAllScenario("list-million", f"one client lists {plan.million:,} rows",
                        **{**common, "rows": plan.million}, targets=(
                            Target("listing adds at most 32 MB", "added_mb", 32.0, False),)),
    ]
    return [scenario for scenario in made if scenario.name in plan.names]
