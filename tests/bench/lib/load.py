"""Load on a running server, and the check that it answers what it should."""

import http.client
import json
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from lib import procfs

_HERE = Path(__file__).resolve().parent
HANDSHAKE_CLIENTS = 8


class LoadFailed(Exception):
    """The load generator or the check could not do its work; the message says why."""


def fetch(url, path, tls=None):
    """One GET on a new connection: (status, body). The server's certificate is verified."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(tls.cert))
        connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "identity"})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise LoadFailed(f"GET {url}{path} failed: {error!r}") from error
    finally:
        connection.close()


def check_answer(url, scenario):
    """Fails unless the server gives exactly the scenario's bytes."""
    status, body = fetch(url, scenario.path, scenario.tls)
    expected = scenario.files[scenario.path]
    if status != 200:
        raise LoadFailed(f"GET {scenario.path} gave status {status} instead of 200")
    if body != expected:
        raise LoadFailed(f"GET {scenario.path} gave {len(body)} bytes that are not the "
                         f"{len(expected)} expected ones")


def ask(url, call):
    """Sends one Call (lib/rows_contender.py) on a new connection: (status, body)."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(call.method, call.path, body=call.body or None,
                           headers={"Accept-Encoding": "identity", **call.headers})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise LoadFailed(f"{call.method} {url}{call.path} failed: {error!r}") from error
    finally:
        connection.close()


def wrk(url, path, connections, seconds):
    """Keep-alive load by wrk; its figures, with the list of what went wrong as "problems"."""
    return _run_wrk(["-s", str(_HERE / "wrk_report.lua"), url + path], connections, seconds)


def wrk_rows(url, call, last, hidden_every, connections, seconds):
    """The same with a Call whose {id} is random, from 1 to `last`, no multiple of `hidden_every`
    (0: any). wrk's own ids are alike in every run."""
    headers = [word for pair in call.headers.items() for word in pair]
    return _run_wrk(["-s", str(_HERE / "wrk_rows.lua"), url, "--", call.method, call.path,
                     str(last), str(hidden_every), call.body, *headers], connections, seconds)


def _run_wrk(arguments, connections, seconds):
    command = ["wrk", f"-t{min(connections, 2)}", f"-c{connections}", f"-d{seconds}s", "--latency", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30)
    lines = [line for line in result.stdout.splitlines() if line.startswith("JSON ")]
    if result.returncode != 0 or not lines:
        raise LoadFailed(f"wrk failed: {(result.stderr or result.stdout).strip()[-300:]}")
    figures = json.loads(lines[0][5:])
    names = ("connect_errors", "read_errors", "write_errors", "status_errors", "timeouts")
    problems = [f"{figures[name]} {name.replace('_', ' ')}" for name in names if figures[name]]
    if not figures["requests"]:
        problems.append("no request was answered")
    return {"requests": figures["requests"], "seconds": figures["duration_us"] / 1e6,
            "bytes": figures["bytes"], "p50_ms": figures["p50_us"] / 1000,
            "p99_ms": figures["p99_us"] / 1000, "problems": problems}


def handshakes(url, path, seconds):
    """A full handshake, one request and a close, over and over, by several processes.

    wrk cannot do this: it resumes its sessions against every server that lets it.
    """
    parts = urlsplit(url)
    command = [sys.executable, str(_HERE / "handshake_client.py"), str(parts.port), path,
               str(seconds)]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for _ in range(HANDSHAKE_CLIENTS)]
    latencies, ciphers, problems, elapsed = [], set(), [], 0.0
    for client in clients:
        output, errors = client.communicate(timeout=seconds + 30)
        if client.returncode != 0:
            problems.append(errors.strip().splitlines()[-1][:200] if errors else "a client failed")
            continue
        answer = json.loads(output)
        latencies += answer["latencies_ms"]
        ciphers.update(answer["ciphers"])
        elapsed = max(elapsed, answer["seconds"])
    if not latencies:
        raise LoadFailed(f"no handshake succeeded: {problems}")
    latencies.sort()
    return {"requests": len(latencies), "seconds": elapsed, "problems": problems,
            "p50_ms": latencies[len(latencies) // 2],
            "p99_ms": latencies[len(latencies) * 99 // 100], "ciphers": sorted(ciphers)}


def measured(pids, generate):
    """Runs a load function; its figures with rates and the CPU time the server took for it."""
    cpu_before = procfs.cpu_seconds(pids)
    figures = generate()
    cpu_used = procfs.cpu_seconds(pids) - cpu_before
    requests = max(figures["requests"], 1)
    return {**figures, "requests_per_s": figures["requests"] / figures["seconds"],
            "cpu_us": cpu_used * 1e6 / requests, "per_core_s": requests / max(cpu_used, 1e-6),
            "peak_mb": procfs.memory_mb(pids, "VmHWM")}


class IdleConnections:
    """Many connections that made one request each and then say nothing; a process of its own."""

    def __init__(self, url, path, count):
        parts = urlsplit(url)
        command = [sys.executable, str(_HERE / "idle_client.py"), str(parts.port), path, str(count)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()

    def await_open(self):
        """Waits until all are open; the client has a deadline of its own."""
        line = self._process.stdout.readline()
        if line.strip() != "open":
            raise LoadFailed(f"idle connections: {self._process.stderr.read().strip()[-300:]}")

    def still_open(self):
        """How many the server has neither closed nor sent anything on since."""
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline() or 0)
