"""What others feel of a server while one client attacks it.

    with Bystanders(server, read="/rest/v1/note?id=eq.1", write=("/rest/v1/guest", {"name": "x"})) as others:
        ...  # the attack
    others.assert_unharmed(self)

Three observers, each with an address of its own and in a process of its own (so that threads of the
attack do not slow them down), ask without pause: for /healthz, for a cheap read, and for a write.
They begin before the attack, to learn what the machine itself takes at the moment: limits are on top
of that.
"""

import http.client
import json
import math
import multiprocessing
import time

READ_LIMIT_S = 0.1
WRITE_LIMIT_S = 1.0
MEMORY_LIMIT = 256 * 1024 * 1024
QUIET_S = 1.0
PAUSE_S = 0.004
GIVE_UP_S = 20.0

JSON = {"Content-Type": "application/json", "Prefer": "return=minimal"}


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _observe(port, source, method, target, body, stop, results):
    """Sends (when it began, how long it took, status or what went wrong) of each request at the end."""
    seen = []
    connection = None
    while not stop.is_set():
        began = time.monotonic()
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_S,
                                                        source_address=(source, 0))
            connection.request(method, target, body, JSON if body else {})
            answer = connection.getresponse()
            answer.read()
            outcome = answer.status
            if answer.will_close:
                connection = None
        except (OSError, http.client.HTTPException) as error:
            outcome, connection = repr(error), None
        seen.append((began, time.monotonic() - began, outcome))
        time.sleep(PAUSE_S)
    if connection is not None:
        connection.close()
    results.send(seen)


class Bystanders:
    """`read` and `write` may be None: nobody reads or writes then."""

    def __init__(self, server, read=None, write=None):
        self._server = server
        self._asked = {"health": ("GET", "/healthz", None, READ_LIMIT_S)}
        if read:
            self._asked["read"] = ("GET", read, None, READ_LIMIT_S)
        if write:
            self._asked["write"] = ("POST", write[0], json.dumps(write[1]), WRITE_LIMIT_S)
        self.seen = {}

    def __enter__(self):
        system = multiprocessing.get_context("fork")
        self._stop = system.Event()
        self._running = []
        for number, (name, (method, target, body, _)) in enumerate(self._asked.items()):
            results, end = system.Pipe(duplex=False)
            process = system.Process(daemon=True, target=_observe, args=(
                self._server.port, f"127.0.1.{number + 1}", method, target, body, self._stop, end))
            process.start()
            self._running.append((name, process, results))
        time.sleep(QUIET_S)
        self._began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.peak_bytes = self._server.status_bytes("VmHWM")
        self._ended = time.monotonic()
        self._stop.set()
        for name, process, results in self._running:
            self.seen[name] = results.recv() if results.poll(GIVE_UP_S + 10) else []
            process.join(5)
            if process.is_alive():
                process.kill()

    def times(self, name, attacked=True):
        """Of requests that were under way during the attack, or before it."""
        return [took for began, took, _ in self.seen[name]
                if (began + took >= self._began and began < self._ended) == attacked
                and (attacked or began + took < self._began)]

    def problems(self, name):
        return [outcome for _, _, outcome in self.seen[name] if outcome not in (200, 201)]

    def report(self):
        lines = [f"peak of resident memory: {self.peak_bytes / 2**20:.0f} MiB"]
        for name in self._asked:
            times = self.times(name) or [math.inf]
            quiet = self.times(name, attacked=False) or [0]
            lines.append(f"{name}: {len(times)} requests, p50 {percentile(times, 0.5) * 1000:.1f} ms, "
                         f"p99 {percentile(times, 0.99) * 1000:.1f} ms, slowest {max(times) * 1000:.1f} ms "
                         f"(p99 before: {percentile(quiet, 0.99) * 1000:.1f} ms), "
                         f"problems: {self.problems(name)[:3]}")
        return "\n".join(lines)

    def assert_unharmed(self, case, memory_limit=MEMORY_LIMIT):
        """Nobody was refused, and nobody waited: 100 ms for reads at p99, a second for writes."""
        report = self.report()
        for name, (*_, limit_s) in self._asked.items():
            times = self.times(name)
            quiet = self.times(name, attacked=False) or [0]
            case.assertTrue(times, f"{name}: no request was answered\n{report}")
            case.assertEqual(self.problems(name), [], report)
            case.assertLess(percentile(times, 0.99), limit_s + 2 * percentile(quiet, 0.99), report)
        case.assertLess(self.peak_bytes, memory_limit, report)
