"""SQLite in this very process, without HTTP: what the database itself can do on one core."""

import json
import shutil
from pathlib import Path

from lib import dataset
from lib.contender import Contender, built
from lib.rows_contender import ServesRows, plain_database, run_quietly


class SqliteLimit(ServesRows, Contender):
    name = "sqlite_limit"
    needs = "the CMake target bench"
    scenarios = ("by-id-64", "list-20", "list-embed-1", "list-embed-16", "insert", "chat-insert-16", "chat-insert-64")
    in_process = True

    def executable(self):
        return built(Path(self.options.bench_bin) / "sqlite_limit")

    def prepare(self, folder, rows):
        plain_database(folder, rows)

    def measure(self, workdir, scenario):
        file = self.project(workdir, scenario) / "rows.db"
        table = "message" if scenario.operation == "chat-insert" else "item"
        before = dataset.count_rows(file, table)
        figures = json.loads(run_quietly([self.executable(), file, scenario.operation,
                                          scenario.seconds]))
        added = dataset.count_rows(file, table) - before
        expected = figures["requests"] if scenario.writes else 0
        problems = [] if added == expected else [f"{added} rows were added, not {expected}"]
        shutil.rmtree(workdir / "project", ignore_errors=True)
        requests, cpu_s = figures["requests"], max(figures["cpu_seconds"], 1e-6)
        latencies = {"p50_ms": figures["p50_ms"]} if "p50_ms" in figures else {}
        return {**latencies, "requests": requests, "seconds": figures["seconds"], "problems": problems,
                "requests_per_s": requests / figures["seconds"],
                "cpu_us": cpu_s * 1e6 / requests, "per_core_s": requests / cpu_s}
