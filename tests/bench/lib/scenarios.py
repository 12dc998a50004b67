"""The scenarios: what is asked of a server, what is measured, and the targets prodev is held to."""

import random
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from lib import load, procfs
from lib.contender import running

CONNECTIONS = 64
SMALL_SIZE = 300
LARGE_SIZE = 100 * 1024
LARGE_PATH = "/bench-100k.bin"


@dataclass(frozen=True)
class Certificate:
    """Files of an ECDSA P-256 certificate for 127.0.0.1 and its key."""
    cert: Path
    key: Path


@dataclass(frozen=True)
class Target:
    """A bound on the median of a metric of prodev, or of its ratio to a contender's."""
    text: str
    metric: str
    limit: float
    at_least: bool
    contender: str = ""  # empty: the metric itself, not a ratio

    def met_by(self, value):
        return value >= self.limit if self.at_least else value <= self.limit


# (key of the figures, title, digits after the point)
_LOAD_COLUMNS = (("requests_per_s", "req/s", 0), ("p50_ms", "p50 ms", 2), ("p99_ms", "p99 ms", 2),
                 ("cpu_us", "CPU us/req", 1), ("peak_mb", "peak MB", 1))


@dataclass
class Scenario:
    """One question to every contender. `run` starts the server, measures, and stops it.

    `files` is what the server must serve, {"/path": bytes}; those named in `embedded` are also
    in prodev's executable. The first ratio of `ratios` is the one shown in the table.
    """
    name: str
    what: str
    path: str
    files: dict
    embedded: frozenset = frozenset()
    tls: Certificate | None = None
    connections: int = CONNECTIONS
    targets: tuple = ()
    columns: tuple = _LOAD_COLUMNS
    ratios: tuple = ("requests_per_s", "cpu_us")
    seconds: int = 5
    warm_up_seconds: int = 1
    has_rows = False  # True for those of rows_scenarios.py, which are about a database

    def run(self, contender, workdir):
        with running(contender, workdir, self) as (pids, url):
            load.check_answer(url, self)
            # Some servers start more processes once they run.
            return self.measure(procfs.with_descendants(pids[0]), url)

    def measure(self, pids, url):
        if self.warm_up_seconds:
            self.generate(url, self.warm_up_seconds)
        return load.measured(pids, lambda: self.generate(url, self.seconds))

    def generate(self, url, seconds):
        return load.wrk(url, self.path, self.connections, seconds)


@dataclass
class HandshakeScenario(Scenario):
    """Full handshakes: a connection makes one request and closes."""

    def generate(self, url, seconds):
        return load.handshakes(url, self.path, seconds)


@dataclass
class IdleScenario(Scenario):
    """What many idle keep-alive connections cost in memory and in the latency of active ones."""
    idle: int = 10_000
    columns: tuple = (("rss_mb", "RSS MB", 1), ("rss_idle_mb", "with idle", 1),
                      ("added_mb", "added MB", 1), ("p99_ms", "p99 ms", 2),
                      ("p99_idle_ms", "with idle", 2), ("p99_growth", "growth", 2))
    ratios: tuple = ("added_mb", "p99_growth")

    def measure(self, pids, url):
        if self.warm_up_seconds:
            self.generate(url, self.warm_up_seconds)
        alone = self.generate(url, self.seconds)
        rss_mb = procfs.memory_mb(pids, "VmRSS")
        with load.IdleConnections(url, self.path, self.idle) as connections:
            connections.await_open()
            crowded = self.generate(url, self.seconds)
            rss_idle_mb = procfs.memory_mb(pids, "VmRSS")
            still_open = connections.still_open()
        problems = alone["problems"] + crowded["problems"]
        if still_open != self.idle:
            problems.append(f"only {still_open} of {self.idle} idle connections stayed open")
        return {"rss_mb": rss_mb, "rss_idle_mb": rss_idle_mb, "added_mb": rss_idle_mb - rss_mb,
                "p99_ms": alone["p99_ms"], "p99_idle_ms": crowded["p99_ms"],
                "p99_growth": crowded["p99_ms"] / alone["p99_ms"], "problems": problems}


@dataclass
class StartupScenario(Scenario):
    """From exec to the first whole answer, and what the process then holds at rest."""
    starts: int = 10
    columns: tuple = (("first_response_ms", "first resp. ms", 1), ("idle_rss_mb", "idle RSS MB", 1),
                      ("executable_mb", "executable MB", 1))
    ratios: tuple = ("first_response_ms",)

    def run(self, contender, workdir):
        times_ms, rss_mb = [], []
        for number in range(self.starts):
            folder = workdir / str(number)
            folder.mkdir()
            begun = time.monotonic()
            with running(contender, folder, self) as (pids, url):
                load.check_answer(url, self)
                times_ms.append((time.monotonic() - begun) * 1000)
                rss_mb.append(_settled_rss_mb(pids[0]))
        size = contender.executable().stat().st_size
        return {"first_response_ms": statistics.median(times_ms),
                "idle_rss_mb": statistics.median(rss_mb), "executable_mb": size / 2**20,
                "problems": []}


def _settled_rss_mb(pid):
    """Resident memory once ten looks 20 ms apart saw the same."""
    seen = []
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not (len(seen) >= 10 and len(set(seen[-10:])) == 1):
        seen.append(procfs.memory_mb(procfs.with_descendants(pid), "VmRSS"))
        time.sleep(0.02)
    return seen[-1]


@dataclass
class Plan:
    """What the scenarios are made from: sizes of the run and the bytes of the small file."""
    certificate: Certificate
    small_path: str
    small_bytes: bytes
    small_embedded: bool
    seconds: int = 5
    warm_up_seconds: int = 1
    idle: int = 10_000
    starts: int = 10
    names: list = field(default_factory=list)


NAMES = ("static-300", "static-100k", "idle-10k", "startup", "tls-300", "tls-handshake")


def _ratio(text, contender, limit, metric="requests_per_s", at_least=True):
    return Target(text, metric, limit, at_least, contender)


def _most(text, metric, limit):
    return Target(text, metric, limit, False)


def make_scenarios(plan):
    """The scenarios of the plan, in the order of NAMES."""
    origin = "embedded in prodev" if plan.small_embedded else "from a folder"
    large = random.Random(100).randbytes(LARGE_SIZE)
    small = {"path": plan.small_path, "files": {plan.small_path: plan.small_bytes},
             "embedded": frozenset([plan.small_path] if plan.small_embedded else []),
             "seconds": plan.seconds, "warm_up_seconds": plan.warm_up_seconds}
    cpu = _ratio("CPU per request at most nginx's", "nginx", 1.0, "cpu_us", at_least=False)
    small_file = f"GET {plan.small_path}, {SMALL_SIZE} bytes, {origin}"
    active = f"{CONNECTIONS} keep-alive connections"
    made = [
        Scenario("static-300", f"{small_file}, {active}", **small, targets=(
            _ratio("requests/s at least 1.1 x nginx", "nginx", 1.1),
            _ratio("requests/s at least 0.7 x the epoll limit", "epoll_limit", 0.7), cpu)),
        Scenario("static-100k", f"GET {LARGE_PATH}, 100 KiB from a folder, {active}",
                 **{**small, "path": LARGE_PATH, "files": {LARGE_PATH: large},
                    "embedded": frozenset()},
                 targets=(_ratio("requests/s at least 1.0 x nginx", "nginx", 1.0), cpu)),
        IdleScenario("idle-10k", f"{plan.idle:,} idle connections beside {active}", **small,
                     idle=plan.idle, targets=(
                         _most("idle connections add at most 60 MB", "added_mb", 60),
                         _most("p99 at most 2 x that without them", "p99_growth", 2.0))),
        StartupScenario("startup", f"median of {plan.starts} starts, at rest", **small,
                        starts=plan.starts, targets=(
                            _most("first response within 30 ms", "first_response_ms", 30),
                            _most("idle RSS at most 12 MB", "idle_rss_mb", 12),
                            _most("executable at most 12 MB", "executable_mb", 12))),
        Scenario("tls-300", f"{small_file}, {active}, TLS", **small, tls=plan.certificate,
                 targets=(_ratio("requests/s at least 0.9 x nginx", "nginx", 0.9),)),
        HandshakeScenario("tls-handshake", "full TLS handshakes, one request each, "
                          f"{load.HANDSHAKE_CLIENTS} clients, ECDSA P-256", **small,
                          tls=plan.certificate, targets=(
                              _ratio("handshakes/s at least 0.9 x nginx", "nginx", 0.9),)),
    ]
    return [scenario for scenario in made if scenario.name in plan.names]
