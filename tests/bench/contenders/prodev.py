"""prodev itself. An embedded file is left out of the folder, so that the executable serves it."""

from lib.contender import Contender, built, write_site


class Prodev(Contender):
    name = "prodev"
    needs = "packaging/build, or --prodev PATH"
    scenarios = ("static-300", "static-100k", "idle-10k", "startup", "tls-300", "tls-handshake")

    def executable(self):
        return built(self.options.prodev)

    def command(self, workdir, scenario):
        files = {p: b for p, b in scenario.files.items() if p not in scenario.embedded}
        site = write_site(workdir / "static", files)
        arguments = [self.executable(), "serve", "--listen", "127.0.0.1:0", "--dir", workdir,
                     "--static", site, "--access-log=false", "--log-level", "warn",
                     "--max-connections-per-client", "0"]
        if scenario.tls:
            arguments += ["--tls-cert", scenario.tls.cert, "--tls-key", scenario.tls.key]
        return arguments
