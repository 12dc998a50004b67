"""One client with many connections, each of which asks for what one may: together they have no more."""

import concurrent.futures
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import MEMORY_LIMIT, Bystanders  # noqa: E402
from prodev import Client, Malformed, eventually, make_request  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE folder (id INTEGER PRIMARY KEY, note INTEGER REFERENCES note (id));
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY notes ON note USING (true) WITH CHECK (true);
CREATE POLICY folders ON folder USING (true);
INSERT INTO guest VALUES (1, 'first');
INSERT INTO note VALUES (1, hex(randomblob(450000))), (2, replace(hex(zeroblob(4000000)), '0', char(1)));
INSERT INTO folder VALUES (1, 2);
CREATE FUNCTION first_letter(part TEXT) RETURNS TEXT LANGUAGE sql STABLE AS $$ SELECT substr(:part, 1, 1) $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon;
"""
JSON = {"Content-Type": "application/json"}
MIB = 1 << 20


class ManyAtOnce(RestFolderCase):
    def check(self, begin, count, statuses, finish=True, memory_limit=MEMORY_LIMIT):
        server = self.start_project(SCHEMA)
        clients, seen = [], []

        def run():
            client = Client(server.port, receive_buffer=None if finish else 4_096)
            self.addCleanup(client.close)
            clients.append(client)
            try:
                begin(client)
                if finish:
                    seen.append(client.read_response().status)
            except (OSError, Malformed) as problem:
                seen.append(repr(problem))

        with Bystanders(server, "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})) as others:
            with concurrent.futures.ThreadPoolExecutor(count if finish else 2) as pool:
                for _ in range(count):
                    pool.submit(run)
            if not finish:
                time.sleep(1.5)  # all of it is under way
        self.assertLessEqual(set(seen), statuses)
        others.assert_unharmed(self, memory_limit)
        for client in clients:
            client.close()
        eventually(lambda: server.status_bytes("VmRSS") < 128 * MIB, "the memory is given back", 10)

    def ask_for(self, method, path, body=b"", headers=JSON):
        return lambda client: client.send(make_request(method, "/rest/v1/" + path, headers, body))

    def test_bodies_that_stop_within_what_is_kept_in_memory(self):
        def begin(client):
            client.send(make_request("POST", "/rest/v1/note", JSON, b" " * 250_000)[:-1])
            time.sleep(0.01)  # it is memory that is attacked here, not the disk with new files
        self.check(begin, 500, set(), finish=False, memory_limit=128 * MIB)

    def test_answers_that_nobody_reads(self):
        self.check(self.ask_for("GET", "note?id=eq.1"), 400, set(), finish=False)

    def test_texts_that_grow_when_they_are_written(self):
        self.check(self.ask_for("GET", "note?id=eq.2&select=body,a:body"), 4, {200, 413, 503})

    def test_texts_that_grow_in_an_embed(self):
        self.check(self.ask_for("GET", "folder?select=note(body,a:body)"), 4, {413, 503})

    def test_calls_with_many_names(self):
        body = b"{" + b",".join(b'"a%d":1' % n for n in range(1_000_000)) + b"}"
        self.check(self.ask_for("POST", "rpc/first_letter", body), 6, {404, 413, 503})


if __name__ == "__main__":
    unittest.main()
