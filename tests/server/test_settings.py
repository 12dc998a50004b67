"""Settings: flags, environment, prodev.toml, which wins, and errors that say where and what."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, FolderCase, Server, binary_path, prodev_command, run_prodev  # noqa: E402


class SettingsCase(FolderCase):
    def setUp(self):
        self.home = self.make_folder()
        (self.home / "static").mkdir()
        (self.home / "static/a.txt").write_bytes(b"a")

    def write_toml(self, text, folder=None, name="prodev.toml"):
        path = (folder or self.home) / name
        path.write_text(text)
        return path

    def max_age(self, *arguments, environment=None):
        """The value that static_max_age_s got, as a client sees it."""
        server = Server(prodev_command(self.home, arguments), environment=environment)
        try:
            with Client(server.port) as client:
                found = re.fullmatch(r"public, max-age=(\d+)", client.get("/a.txt").header("Cache-Control"))
                return int(found[1]) if found else 0
        finally:
            server.stop()

    def assert_usage_error(self, *arguments, says=(), environment=None, cwd=None):
        """`prodev ARGUMENTS` fails with exit code 2 and one sentence on standard error."""
        done = run_prodev(*arguments, environment=environment, cwd=cwd)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertRegex(done.stderr, r"\Aprodev: [^\n]+\n\Z")
        for text in says:
            self.assertIn(text, done.stderr)

    def serve(self, *arguments):
        return ("serve", "--dir", self.home, "--listen", "127.0.0.1:0", *arguments)


class Sources(SettingsCase):
    def test_flag_environment_and_file_set_the_same_setting_and_the_strongest_wins(self):
        self.assertEqual(self.max_age(), 0)
        self.write_toml("static_max_age_s = 1\n")
        self.assertEqual(self.max_age(), 1)
        environment = {"PRODEV_STATIC_MAX_AGE_S": "2"}
        self.assertEqual(self.max_age(environment=environment), 2)
        self.assertEqual(self.max_age("--static-max-age-s", "3", environment=environment), 3)
        self.assertEqual(self.max_age("--static-max-age-s=4"), 4)

    def test_units_are_understood_everywhere(self):
        self.assertEqual(self.max_age("--static-max-age-s", "2h"), 7_200)
        self.assertEqual(self.max_age(environment={"PRODEV_STATIC_MAX_AGE_S": "5 m"}), 300)
        self.write_toml('static_max_age_s = "1d"\n')
        self.assertEqual(self.max_age(), 86_400)

    def test_a_named_file_is_read_instead_and_its_paths_are_relative_to_it(self):
        self.write_toml("static_max_age_s = 1\n")
        elsewhere = self.make_folder()
        (elsewhere / "files").mkdir()
        (elsewhere / "files/a.txt").write_bytes(b"elsewhere")
        named = self.write_toml('static_max_age_s = 9\nstatic = "files"\n', elsewhere, "other.toml")
        for arguments, environment in [(("--config", named), None), ((), {"PRODEV_CONFIG": str(named)})]:
            self.assertEqual(self.max_age(*arguments, environment=environment), 9)
            server = self.start_prodev("--data", self.make_folder(), *arguments, folder=self.home,
                                       environment=environment)
            with Client(server.port) as client:
                self.assertEqual(client.get("/a.txt").body, b"elsewhere")
            self.assertTrue(any(str(elsewhere / "files") in line for line in server.lines))

    def test_a_file_may_set_the_address_lists_and_switches(self):
        self.write_toml('listen = "127.0.0.1:0"\ncors_origins = ["https://a.example", "https://b.example"]\n'
                        'access_log = false\nloops = 1\n')
        server = self.start_prodev(folder=self.home, listen=False)
        with Client(server.port) as client:
            response = client.get("/a.txt", {"Origin": "https://b.example"})
            self.assertEqual(response.header("Access-Control-Allow-Origin"), "https://b.example")

    def test_the_environment_sets_the_folder(self):
        server = Server([binary_path("prodev"), "serve"], cwd="/",
                        environment={"PRODEV_DIR": str(self.home), "PRODEV_LISTEN": "127.0.0.1:0"})
        self.addCleanup(server.stop)
        with Client(server.port) as client:
            self.assertEqual(client.get("/a.txt").body, b"a")

    def test_a_relative_folder_is_one_of_the_working_directory(self):
        server = Server([binary_path("prodev"), "serve", "--listen", "127.0.0.1:0"], cwd=self.home)
        self.addCleanup(server.stop)
        self.assertIn(f"data      {self.home}/data", server.lines)
        with Client(server.port) as client:
            self.assertEqual(client.get("/a.txt").body, b"a")


class Errors(SettingsCase):
    def test_an_unknown_key_names_the_file_and_the_line_and_the_nearest_key(self):
        path = self.write_toml("# comment\nloops = 1\n\nmax_bodi_bytes = 5\n")
        self.assert_usage_error(*self.serve(), says=[f"{path}:4:", "max_bodi_bytes", '"max_body_bytes"'])

    def test_a_table_is_not_a_setting(self):
        path = self.write_toml("[server]\nlisten = 'x'\n")
        self.assert_usage_error(*self.serve(), says=[f"{path}:1:", "table"])

    def test_bad_values_in_the_file_name_the_line_and_what_is_allowed(self):
        for line, says in [("loops = 1000", ["1000", "0 to 256"]), ('loops = "many"', ["many"]),
                           ("loops = 1.5", ["loops"]), ("loops = true", ["loops"]), ("loops = [1]", ["loops"]),
                           ('log_format = "xml"', ["xml", "text", "json"]), ("log_format = 7", ["log_format"]),
                           ('metrics_access = "all"', ["loopback", "any", "off"]),
                           ("access_log = 1", ["access_log"]), ('cors_origins = "*"', ['["*"]']),
                           ("cors_origins = [1]", ["cors_origins"]), ('listen = ""', ["listen"]),
                           ('spa_fallback = "index.html"', ["/index.html"]),
                           ('cors_origins = ["https://a.example/"]', ["https://a.example/"]),
                           ('frame_options = "a\\r\\nb"', ["control character"]),
                           ('head_timeout_ms = "10 parsecs"', ["10 parsecs"]), ("head_timeout_ms = 0", ["1 ms"]),
                           ('dir = "x"', ["--dir"])]:
            with self.subTest(line=line):
                path = self.write_toml(f"\n{line}\n")
                self.assert_usage_error(*self.serve(), says=[f"{path}:2:", *says])

    def test_what_is_not_toml_names_the_line(self):
        for text, line in [("loops = \n", 1), ("loops = 1\nloops = 2\n", 2), ("a\n", 1), ("x = 'open\n", 1)]:
            with self.subTest(text=text):
                path = self.write_toml(text)
                self.assert_usage_error(*self.serve(), says=[f"{path}:{line}"])

    def test_bad_bytes_in_the_file_are_an_error_and_no_crash(self):
        for content in [b"\xff\xfe\x00", b"loops = \x00", b"[" * 5_000, b"a." * 5_000 + b"b = 1", b"[\n",
                        b"loops = 1\n \t[ #\n", b"\xef\xbb\xbf[ =", b"x = {", b"x = [[[[[", b'"', b"="]:
            (self.home / "prodev.toml").write_bytes(content)
            self.assert_usage_error(*self.serve(), says=["prodev.toml"])

    def test_bad_flags(self):
        for arguments, says in [(("--loops", "x"), ["--loops", "x"]), (("--loops", "-1"), ["--loops", "0 to 256"]),
                                (("--loop", "1"), ["--loop", "--loops"]), (("--loops",), ["--loops"]),
                                (("--max-head-bytes", "10"), ["256"]), (("--log-level", "loud"), ["debug"]),
                                (("--static",), ["--static"]), (("extra",), ["extra"]), (("-x",), ["-x"]),
                                (("--max-body-bytes", "9999999999999999999999"), ["--max-body-bytes"]),
                                (("--loops", ""), ["--loops"]), (("--access-log=perhaps",), ["--access-log"]),
                                (("--max-target-bytes", "64KiB"), ["max_head_bytes"])]:
            with self.subTest(arguments=arguments):
                self.assert_usage_error(*self.serve(*arguments), says=says)

    def test_bad_environment_variables(self):
        for environment, says in [({"PRODEV_LOOPS": "x"}, ["PRODEV_LOOPS", "x"]),
                                  ({"PRODEV_LOPS": "1"}, ["PRODEV_LOPS", "PRODEV_LOOPS"]),
                                  ({"PRODEV_LISTEN": "nonsense"}, ["nonsense"])]:
            with self.subTest(environment=environment):
                self.assert_usage_error("serve", "--dir", self.home, environment=environment, says=says)

    def test_variables_that_others_set_are_left_alone(self):
        environment = {"PRODEV_SERVICE_HOST": "10.0.0.1", "PRODEV_PORT_8000_TCP": "tcp://10.0.0.1:8000",
                       "PRODEV_NAME": "/web/prodev", "PRODEVX": "1"}
        self.assertEqual(self.max_age(environment=environment), 0)

    def test_settings_that_do_not_go_together(self):
        for arguments, says in [(("--tls-cert", "x.crt"), ["--tls-cert", "tls_key"]),
                                (("--tls-key", "x.key"), ["--tls-key", "tls_cert"]),
                                (("--redirect-listen", "127.0.0.1:0"), ["--redirect-listen", "TLS"]),
                                (("--cors-credentials", "--cors-origins", "*"), ["--cors-credentials"])]:
            with self.subTest(arguments=arguments):
                self.assert_usage_error(*self.serve(*arguments), says=says)

    def test_bad_addresses(self):
        for address in ["127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80", "[::1]80", "[::1",
                        "127.0.0.1:-1", "no.such.host.invalid:80", "127.0.0.1:99999999999999999999"]:
            with self.subTest(address=address):
                self.assert_usage_error("serve", "--dir", self.home, "--listen", address, says=[address])

    def test_a_named_file_must_exist(self):
        self.assert_usage_error(*self.serve("--config", self.home / "none.toml"), says=["none.toml", "--config"])
        self.assert_usage_error(*self.serve("--config", self.home), says=[str(self.home)])


class Commands(SettingsCase):
    def test_help_lists_every_setting_with_its_default(self):
        done = run_prodev("serve", "--help=all")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for flag in ["--dir", "--static", "--data", "--listen", "--takeover", "--tls-cert", "--max-body-bytes",
                     "--cors-origins", "--log-format", "--drain-timeout-ms", "--config"]:
            self.assertRegex(done.stdout, rf"(?m)^  {flag}\b")
        self.assertIn("(default: 127.0.0.1:8000)", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)

    def test_every_flag_of_the_help_is_a_flag(self):
        flags = re.findall(r"(?m)^  (--[a-z-]+) [A-Z]", run_prodev("serve", "--help=all").stdout)
        self.assertGreater(len(flags), 30)
        for flag in flags:
            done = run_prodev("serve", flag)
            self.assertEqual(done.returncode, 2, flag)
            self.assertNotIn("has no flag", done.stderr, flag)

    def test_the_overview_and_the_version(self):
        for arguments in [("--help",), ("-h",), ("help",)]:
            done = run_prodev(*arguments)
            self.assertEqual(done.returncode, 0)
            for command in ["serve", "demo", "routes", "doctor", "healthcheck", "version"]:
                self.assertIn(command, done.stdout)
        for arguments in [("version",), ("--version",)]:
            done = run_prodev(*arguments)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"\Aprodev \d+\.\d+\.\d+ \(")

    def test_wrong_commands_are_wrong_usage(self):
        self.assert_usage_error(says=["--help"])
        self.assert_usage_error("sevre", says=["sevre", '"serve"'])
        self.assert_usage_error("frobnicate", says=["frobnicate"])
        self.assert_usage_error("version", "--loops", "1", says=["--loops"])


if __name__ == "__main__":
    unittest.main()
