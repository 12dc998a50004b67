"""/healthz, /readyz, /metrics, the access log and its levels, `prodev healthcheck` and `routes`."""

import datetime
import json
import pathlib
import re
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from exposition import parse_exposition  # noqa: E402
from prodev import Client, FolderCase, ServerCase, eventually, run_prodev  # noqa: E402


class Operations(ServerCase):
    @classmethod
    def prepare(cls):
        (cls.folder / "static").mkdir()
        (cls.folder / "static/a.txt").write_bytes(b"12345")

    def metrics(self):
        return parse_exposition(self.get("/metrics").body.decode())

    def value(self, name, **labels):
        family = next(family for family in (name, name.removesuffix("_count")) if family in self.metrics())
        return self.metrics()[family].samples[name, tuple(sorted(labels.items()))]

    def assert_grows(self, by, name, **labels):
        """Returns a function that fails unless the value has grown by `by` since."""
        before = self.value(name, **labels)

        def check():
            eventually(lambda: self.value(name, **labels) - before == by,
                       f"{name}{labels} grows by {by} from {before}")
        return check

    def test_health_and_readiness(self):
        for path, status in [("/healthz", "ok"), ("/readyz", "ready")]:
            response = self.get(path)
            self.assertEqual((response.status, response.json()), (200, {"status": status}))
            self.assertEqual(response.header("Content-Type"), "application/json")
            self.assertEqual(response.header("Cache-Control"), "no-store")
            head = self.request("HEAD", path)
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(self.request("POST", path).status, 405)

    def test_readiness_is_lost_with_the_data_folder(self):
        folder = self.make_folder()
        data = folder / "data"
        server = self.start_prodev(folder=folder)
        with Client(server.port) as client:
            self.assertEqual(client.get("/readyz").status, 200)
            data.rename(folder / "away")
            response = client.get("/readyz")
            self.assert_error(response, 503, "not_ready")
            self.assertEqual(response.header("Retry-After"), "5")
            self.assertEqual(client.get("/healthz").status, 200, "the process is alive all the same")
            (folder / "away").rename(data)
            self.assertEqual(client.get("/readyz").status, 200)

    def test_metrics_are_well_formed(self):
        response = self.get("/metrics")
        self.assertEqual(response.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
        families = parse_exposition(response.body.decode())
        for name in ["http_requests_total", "http_request_duration_seconds", "http_response_bytes_total",
                     "prodev_connections", "prodev_loop_lag_seconds", "prodev_lane_queue_length",
                     "prodev_build_info", "process_cpu_seconds_total", "process_resident_memory_bytes",
                     "process_open_fds", "process_max_fds", "process_start_time_seconds",
                     "prodev_connections_accepted_total", "prodev_timeouts_total"]:
            self.assertIn(name, families)

    def test_process_figures_are_those_of_the_process(self):
        self.assertAlmostEqual(self.value("process_resident_memory_bytes"), self.server.status_bytes("VmRSS"),
                               delta=8 << 20)
        self.assertAlmostEqual(self.value("process_open_fds"), self.server.open_descriptors(), delta=8)

    def test_requests_are_counted_by_route_and_class(self):
        checks = [self.assert_grows(3, "http_requests_total", route="static", code="2xx"),
                  self.assert_grows(2, "http_requests_total", route="static", code="4xx"),
                  self.assert_grows(1, "http_requests_total", route="static", code="3xx"),
                  self.assert_grows(1, "http_requests_total", route="unmatched", code="4xx"),
                  self.assert_grows(1, "http_requests_total", route="readyz", code="2xx"),
                  self.assert_grows(6, "http_request_duration_seconds_count", route="static")]
        with self.connect() as client:
            etag = client.get("/a.txt").header("ETag")
            client.get("/a.txt")
            client.request("HEAD", "/a.txt")
            client.get("/missing")
            client.get("/missing/too")
            client.get("/a.txt", {"If-None-Match": etag})
            client.request("POST", "/a.txt")
            client.get("/readyz")
        for check in checks:
            check()

    def test_response_bytes_are_those_of_bodies_sent(self):
        check = self.assert_grows(10, "http_response_bytes_total", route="static")
        self.get("/a.txt")
        self.request("HEAD", "/a.txt")
        self.get("/a.txt")
        check()

    def test_open_connections_are_a_gauge(self):
        before = self.value("prodev_connections")
        clients = [self.connect() for _ in range(10)]
        for client in clients:
            client.get("/healthz")
        eventually(lambda: self.value("prodev_connections") == before + 10, "ten more connections")
        for client in clients:
            client.close()
        eventually(lambda: self.value("prodev_connections") == before, "and ten fewer")

    def test_bad_requests_are_counted(self):
        check = self.assert_grows(1, "prodev_bad_requests_total")
        with self.connect() as client:
            client.send("nonsense\r\n\r\n")
            self.assertEqual(client.read_response().status, 400)
        check()

    def test_scrapes_while_requests_are_served_stay_well_formed(self):
        clients = [self.connect() for _ in range(4)]
        for _ in range(30):
            for client in clients:
                client.send(b"GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n" * 20)
            self.metrics()
            for client in clients:
                for _ in range(20):
                    client.read_response()

    def test_healthcheck_answers_with_its_exit_code(self):
        good = run_prodev("healthcheck", "--url", self.server.url)
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            bad = run_prodev("healthcheck", "--url", f"http://127.0.0.1:{unused.getsockname()[1]}")
        self.assertEqual(bad.returncode, 1)
        self.assertEqual(bad.stderr.count("\n"), 1, bad.stderr)

    def test_routes_lists_what_is_served(self):
        listing = run_prodev("routes")
        self.assertEqual(listing.returncode, 0)
        for path in ["/healthz", "/readyz", "/metrics", "/*"]:
            self.assertRegex(listing.stdout, rf"(?m)^GET, HEAD\b.*\s{re.escape(path)}\s")


class MetricsAccess(FolderCase):
    def test_metrics_can_be_turned_off(self):
        server = self.start_prodev("--metrics-access", "off")
        with Client(server.port) as client:
            self.assert_error(client.get("/metrics"), 404, "not_found")


class Logs(FolderCase):
    def start(self, *arguments, checked=True):
        folder = self.make_folder()
        (folder / "static").mkdir()
        (folder / "static/a.txt").write_bytes(b"12345")
        return self.start_prodev(*arguments, folder=folder, checked=checked)

    def line_about(self, server, text):
        return eventually(lambda: [line for line in server.stderr_text().splitlines() if text in line],
                          f"a log line about {text}")[0]

    def test_json_lines_say_everything_about_a_request(self):
        server = self.start("--log-format", "json")
        with Client(server.port) as client:
            client.get("/a.txt?x=1", {"X-Request-Id": "from-the-client.1", "User-Agent": 'quo"te\\ \t agent'})
        record = json.loads(self.line_about(server, "from-the-client.1"))
        duration = record.pop("duration_us")
        self.assertGreaterEqual(duration, 0)
        time = datetime.datetime.fromisoformat(record.pop("time").replace("Z", "+00:00"))
        self.assertLess(abs((datetime.datetime.now(datetime.timezone.utc) - time).total_seconds()), 60)
        self.assertEqual(record, {
            "level": "info", "msg": "request", "request_id": "from-the-client.1", "client": "127.0.0.1",
            "method": "GET", "target": "/a.txt?x=1", "route": "static", "protocol": "HTTP/1.1", "status": 200,
            "request_bytes": 0, "response_bytes": 5, "user_agent": 'quo"te\\ \t agent'})

    def test_every_line_of_the_json_log_is_json(self):
        server = self.start("--log-format", "json", "--log-level", "debug")
        with Client(server.port) as client:
            client.get("/%01%ff%22%5c/\x80\xff")
        with Client(server.port) as client:
            client.get("/a.txt", {"User-Agent": "\xff\xfe\x80 latin"})
        with Client(server.port) as client:
            client.send(b"\x16\x03\x01 broken\r\n\r\n")
            client.read_response()
        eventually(lambda: server.stderr_text().count('"msg":"request"') >= 3, "three requests in the log")
        for line in server.stderr_text().splitlines():
            self.assertIsInstance(json.loads(line), dict)

    def test_a_response_carries_the_request_id_of_the_log(self):
        server = self.start()
        with Client(server.port) as client:
            made = client.get("/a.txt").header("X-Request-Id")
            self.assertRegex(made, r"^[0-9a-f-]{36}$")
            self.assertIn(f"request_id={made}", self.line_about(server, made))
            for bad in ["has space", "x" * 129, "a\"b", "<script>", ""]:
                answered = client.get("/a.txt", {"X-Request-Id": bad}).header("X-Request-Id")
                self.assertRegex(answered, r"^[0-9a-f-]{36}$", bad)

    def test_text_lines_cannot_be_forged(self):
        server = self.start()
        with Client(server.port) as client:
            client.get("/x%0alevel=error%20message=forged", {"User-Agent": 'a" status=999 "'})
        line = self.line_about(server, "forged")
        self.assertEqual(len([x for x in server.stderr_text().splitlines() if "forged" in x]), 1)
        self.assertIn("status=404", line)
        self.assertNotIn(" status=999 ", line.split('user_agent="')[0])
        self.assertIn('\\"', line.split("user_agent=")[1], "the quote is escaped")

    def test_secrets_in_the_query_are_not_logged(self):
        server = self.start()
        secrets = ["apikey", "token", "code", "access_token", "refresh_token", "password", "ToKeN", "%74oken"]
        with Client(server.port) as client:
            for i, name in enumerate(secrets):
                client.get(f"/a.txt?keep={i}me&{name}=SECRET-{i}&after={i}", {"Authorization": f"Bearer SECRET-{i}",
                                                                           "apikey": f"SECRET-{i}",
                                                                           "Cookie": f"SECRET-{i}"})
        for i, name in enumerate(secrets):
            line = self.line_about(server, f"keep={i}me")
            self.assertIn(f"{name}=***&after={i}", line)
        self.assertNotIn("SECRET", server.stderr_text())

    def test_the_access_log_can_be_turned_off(self):
        server = self.start("--access-log=false", checked=False)
        with Client(server.port) as client:
            client.get("/a.txt")
        self.assertNotIn("a.txt", server.stop())

    def test_levels_hide_what_is_below_them(self):
        for level, shown in [("debug", True), ("info", True), ("warn", False), ("error", False)]:
            server = self.start("--log-level", level, checked=False)
            self.assertEqual("draining" in server.stop(), shown, level)


if __name__ == "__main__":
    unittest.main()
