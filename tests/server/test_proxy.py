"""Behind a proxy: under a prefix of another site, through a real nginx; and who counts as the client."""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ROOT, Client, FolderCase, eventually  # noqa: E402

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
SCHEMA = """
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c');
CREATE POLICY all_items ON item FOR ALL USING (true) WITH CHECK (true);
CREATE FUNCTION count_for_long() RETURNS integer LANGUAGE sql STABLE AS $$
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT count(*) FROM n $$;
GRANT EXECUTE ON FUNCTION count_for_long TO anon;
"""
PROXY = "127.0.0.1"  # where nginx asks from
VISITOR = "127.0.0.7"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ProxyCase(FolderCase):
    def start_project(self, *arguments):
        folder = self.make_folder()
        (folder / "schema").mkdir()
        (folder / "schema/0001_items.sql").write_text(SCHEMA)
        return self.start_prodev("--log-format", "json", *arguments, folder=folder)

    def ask(self, port, target, headers=(), source=PROXY, method="GET", body=b""):
        with Client(port, source=source) as client:
            return client.request(method, target, headers, body)

    def client_of(self, server, target):
        """Whom the access log names as the client of the request for `target`."""
        def logged():
            lines = [json.loads(line) for line in server.stderr_text().splitlines() if '"msg":"request"' in line]
            return next((line["client"] for line in lines if line["target"] == target), None)
        return eventually(logged, f"{target} is in the log")


@unittest.skipUnless(NGINX, "nginx is not installed")
class UnderAPrefix(ProxyCase):
    """location /api/ { proxy_pass http://prodev/; }, with no setting that says so."""

    def setUp(self):
        self.server = self.start_project("--trusted-proxies", PROXY, "--static", str(ROOT / "static"))
        self.port = free_port()
        folder = self.make_folder()
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{self.port};
    location /api/ {{
      proxy_pass http://127.0.0.1:{self.server.port}/;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
""")
        process = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        eventually(self.answers, "nginx answers")

    def answers(self):
        try:
            return self.get("/api/healthz").status == 200
        except OSError:
            return False

    def get(self, target, headers=(), **more):
        return self.ask(self.port, target, headers, VISITOR, **more)

    def follow(self, base, reference):
        """What stands at a reference of the answer to `base`."""
        target = urllib.parse.urljoin(base, reference)
        self.assertTrue(target.startswith("/api/"), (base, reference))
        return self.get(target)

    def test_every_page_leads_to_pages_under_the_prefix(self):
        waiting, seen = ["/api/", "/api/docs/", "/api/docs/api/", "/api/demo/", "/api/demo/live/"], set()
        while waiting:
            page = waiting.pop()
            if page in seen:
                continue
            seen.add(page)
            response = self.get(page)
            self.assertEqual(response.status, 200, page)
            if not response.header("Content-Type", "").startswith("text/html"):
                continue
            for link in re.findall(r'(?:href|src|action)="([^"#?]*)', response.body.decode()):
                if re.match(r"[a-z]+:", link) or "metrics" in link or "swagger-ui" in link:
                    continue  # swagger-ui is embedded alone
                target = urllib.parse.urljoin(page, link)
                self.assertTrue(target.startswith("/api/"), (page, link))
                waiting.append(target)
        self.assertGreater(len(seen), 15)

    def test_a_folder_is_redirected_under_the_prefix(self):
        for path in ("/api/docs", "/api/demo", "/api/demo/live"):
            response = self.get(path)
            self.assertEqual(response.status, 308)
            self.assertEqual(urllib.parse.urljoin(path, response.header("Location")), path + "/")
            self.assertEqual(self.follow(path, response.header("Location")).status, 200)

    def test_a_new_row_and_the_next_page_are_found(self):
        for path in ("/api/rest/v1/item", "/api/rest/v1/item/"):
            made = self.get(path, {"Prefer": "return=headers-only", "Content-Type": "application/json"},
                            method="POST", body=b'{"name":"new"}')
            self.assertEqual(made.status, 201, made.body)
            self.assertEqual(self.follow(path, made.header("Location")).json()[0]["name"], "new")
        base = "/api/rest/v1/item?select=id&order=id&limit=2"
        link = re.fullmatch(r'<(.*)>; rel="next"', self.get(base).header("Link"))[1]
        self.assertEqual([row["id"] for row in self.follow(base, link).json()], [3, 4])

    def test_the_paths_of_the_openapi_document_hold_where_it_was_found(self):
        for base in ("/api/openapi.json", "/api/rest/v1/"):
            document = self.get(base).json()
            for path in ("/rest/v1/item", "/healthz", "/openapi.json"):
                self.assertIn(path, document["paths"])
                response = self.follow(base, document["servers"][0]["url"] + path)
                self.assertEqual(response.status, 200, (base, path))

    def test_the_log_names_the_visitor(self):
        self.get("/api/rest/v1/item?select=id&id=eq.1")
        self.assertEqual(self.client_of(self.server, "/rest/v1/item?select=id&id=eq.1"), VISITOR)

    def test_a_visitor_cannot_take_another_name(self):
        for number, headers in enumerate([
                {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "127.0.0.1, 127.0.0.1"},
                {"Forwarded": "for=203.0.113.9"}, {"X-Real-IP": "203.0.113.9"}, {"X-Forwarded-For": "unknown"},
                {"X-Forwarded-For": "127.0.0.1,"}, {"X-Forwarded-For": "\"203.0.113.9"}]):
            target = f"/rest/v1/item?select=id&id=eq.{100 + number}"
            self.get("/api" + target, headers)
            self.assertEqual(self.client_of(self.server, target), VISITOR, headers)


class PublicUrl(ProxyCase):
    def test_the_openapi_document_names_it(self):
        server = self.start_project("--public-url", "https://app.example/api/")
        for path in ("/openapi.json", "/rest/v1/"):
            self.assertEqual(self.ask(server.port, path).json()["servers"], [{"url": "https://app.example/api"}])


class WhoIsTheClient(ProxyCase):
    def test_only_a_trusted_proxy_is_believed(self):
        server = self.start_project("--trusted-proxies", "127.0.0.2,127.0.1.0/24")
        hops = {"X-Forwarded-For": "203.0.113.9, 127.0.1.77"}
        for source, client in [("127.0.0.2", "203.0.113.9"), ("127.0.1.5", "203.0.113.9"), ("127.0.0.3", "127.0.0.3"),
                               ("127.0.2.1", "127.0.2.1")]:
            self.ask(server.port, f"/healthz?{source}", hops, source)
            self.assertEqual(self.client_of(server, f"/healthz?{source}"), client)

    def test_the_other_header_is_not_read(self):
        server = self.start_project("--trusted-proxies", PROXY, "--forwarded-header", "forwarded")
        headers = {"X-Forwarded-For": "203.0.113.9", "Forwarded": 'for="[2001:db8::7]:80";proto=https'}
        self.ask(server.port, "/healthz?1", headers)
        self.assertEqual(self.client_of(server, "/healthz?1"), "2001:db8::7")

    def test_what_is_for_this_machine_is_not_for_those_whom_a_proxy_asks_for(self):
        trusting = self.start_project("--trusted-proxies", PROXY)
        plain = self.start_project()
        for server, headers, status in [
                (plain, {}, 200), (trusting, {}, 200), (trusting, {"X-Forwarded-For": "203.0.113.9"}, 403),
                (trusting, {"X-Forwarded-For": VISITOR}, 200), (plain, {"X-Forwarded-For": "127.0.0.1"}, 403),
                (plain, {"Forwarded": "for=127.0.0.1"}, 403), (plain, {"Via": "1.1 proxy"}, 403),
                (plain, {"X-Real-IP": "127.0.0.1"}, 403)]:
            self.assertEqual(self.ask(server.port, "/metrics", headers).status, status, headers)

    def test_a_proxy_has_the_connections_of_many_clients(self):
        server = self.start_project("--trusted-proxies", PROXY, "--max-connections-per-client", "2")
        open_ones = [Client(server.port, source=PROXY) for _ in range(6)]
        for client in open_ones:
            self.addCleanup(client.close)
            self.assertEqual(client.get("/healthz").status, 200)
        for _ in range(2):  # one after the other: several loops take connections
            client = Client(server.port, source="127.0.0.8")
            self.addCleanup(client.close)
            self.assertEqual(client.get("/healthz").status, 200)
        third = Client(server.port, source="127.0.0.8")
        self.addCleanup(third.close)
        self.assertEqual(third.read_response().status, 429)

    def test_clients_of_one_proxy_share_the_read_lane_in_turns(self):
        server = self.start_project("--trusted-proxies", PROXY, "--read-threads", "2", "--read-timeout-ms", "700")
        order = []

        def ask(visitor):
            response = self.ask(server.port, "/rest/v1/rpc/count_for_long", {"X-Forwarded-For": visitor})
            order.append((visitor, response.status))

        def start(visitor, count):
            threads = [threading.Thread(target=ask, args=(visitor,)) for _ in range(count)]
            for thread in threads:
                thread.start()
            return threads

        greedy = start("203.0.113.1", 6)
        eventually(lambda: order, "the first of them has been answered")
        modest = start("203.0.113.2", 1)
        for thread in greedy + modest:
            thread.join()
        self.assertEqual({status for _, status in order}, {504}, order)
        self.assertLess([visitor for visitor, _ in order].index("203.0.113.2"), len(order) - 1, order)


if __name__ == "__main__":
    unittest.main()
