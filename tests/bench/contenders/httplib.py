"""cpp-httplib's own loop: a thread per connection, files held in memory."""

from pathlib import Path

from lib.contender import Contender, built, write_site


class Httplib(Contender):
    name = "httplib"
    needs = "the CMake target bench"
    scenarios = ("static-300", "static-100k")

    def executable(self):
        return built(Path(self.options.bench_bin) / "httplib_server")

    def command(self, workdir, scenario):
        # It keeps a thread for as long as a connection lives: fewer would leave some unanswered.
        threads = scenario.connections + 16
        return [self.executable(), write_site(workdir / "static", scenario.files), threads]
