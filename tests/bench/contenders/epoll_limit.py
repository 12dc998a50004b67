"""The limit of the machine: an epoll program that parses nothing. It sends fixed bytes, or the row
of an id by a prepared statement and JSON written by hand, without policies or a log."""

import os
from pathlib import Path

from lib.contender import Contender, built
from lib.rows_contender import Call, ServesRows, plain_database


class EpollLimit(ServesRows, Contender):
    name = "epoll_limit"
    needs = "the CMake target bench"
    scenarios = ("static-300", "static-100k", "by-id-16", "by-id-64", "by-id-256", "by-id-scale")
    has_policies = False

    def executable(self):
        return built(Path(self.options.bench_bin) / "epoll_limit")

    def prepare(self, folder, rows):
        plain_database(folder, rows)

    def calls(self, scenario):
        return {"by-id": Call("GET", "/rest/v1/item?id=eq.{id}")}

    def command(self, workdir, scenario):
        threads = len(os.sched_getaffinity(0))
        if scenario.has_rows:
            return [self.executable(), "--db", self.project(workdir, scenario) / "rows.db", threads]
        body = workdir / "body"
        body.write_bytes(scenario.files[scenario.path])
        return [self.executable(), body, threads]
