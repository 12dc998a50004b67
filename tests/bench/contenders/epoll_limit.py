"""The limit of the machine: an epoll program that parses nothing and sends fixed bytes."""

import os
from pathlib import Path

from lib.contender import Contender, built


class EpollLimit(Contender):
    name = "epoll_limit"
    needs = "the CMake target bench"
    scenarios = ("static-300", "static-100k")

    def executable(self):
        return built(Path(self.options.bench_bin) / "epoll_limit")

    def command(self, workdir, scenario):
        body = workdir / "body"
        body.write_bytes(scenario.files[scenario.path])
        return [self.executable(), body, len(os.sched_getaffinity(0))]
