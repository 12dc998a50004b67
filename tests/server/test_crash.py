"""SIGKILL at random moments under 64 writing connections: what was acknowledged stays, what is there is whole.

PRODEV_CRASH_SEED repeats a run's choices, PRODEV_CRASH_ROUNDS makes it longer. What cannot be
repeated is the instant of the signal.
"""

import json
import os
import pathlib
import random
import selectors
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import (Server, clean_environment, is_sanitized, make_request, parse_head,  # noqa: E402
                    prodev_command)
from rest import DATABASE, RestFolderCase, make_token, write_schema  # noqa: E402

CONNECTIONS = 64
ROUNDS = int(os.environ.get("PRODEV_CRASH_ROUNDS", "6" if is_sanitized() else "50"))
LONGEST_ROUND_S = 0.6 if is_sanitized() else 0.25

# The trigger makes each request one of two tables, so that half of it would show.
SCHEMA = """
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  of INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_request ON entry (request);
CREATE TABLE tally (request TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_tally AFTER INSERT ON entry BEGIN
  INSERT INTO tally VALUES (new.request, 1) ON CONFLICT (request) DO UPDATE SET rows = rows + 1;
END;
CREATE POLICY write_entry ON entry FOR ALL TO authenticated USING (true) WITH CHECK (true);
"""


class Writer:
    """One connection that inserts without pause: single rows, arrays, and arrays that must fail."""

    def __init__(self, port, name, token, rng, log):
        self.name, self.token, self.rng, self.log = name, token, rng, log
        self.count = 0
        self.received = b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self):
        """The next request. Raises OSError when the server is gone."""
        self.request = f"{self.name}/{self.count}"
        self.count += 1
        size = self.rng.choice((1, 1, 1, 2, 7, 40))
        rows = [{"request": self.request, "key": f"{self.request}/{i}", "of": size} for i in range(size)]
        self.must_fail = size > 1 and self.rng.random() < 0.2
        if self.must_fail:
            rows[-1]["key"] = rows[0]["key"]
        body = json.dumps(rows if size > 1 else rows[0]).encode()
        self.log.sent[self.request] = size
        self.socket.sendall(make_request("POST", "/rest/v1/entry", {
            "Authorization": "Bearer " + self.token, "Content-Type": "application/json",
            "Prefer": "return=minimal"}, body))

    def receive(self):
        """Whether a whole response has come, which is logged. Raises OSError when the server is gone."""
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionResetError
        self.received += data
        head, mark, body = self.received.partition(b"\r\n\r\n")
        if not mark:
            return False
        status, _, headers = parse_head(head + mark)
        length = int(next(value for name, value in headers if name.lower() == "content-length"))
        if len(body) < length:
            return False
        self.received = body[length:]
        self.log.note(self, status, body[:length])
        return True


class Log:
    """What was sent and what was answered, over all rounds."""

    def __init__(self):
        self.sent = {}  # request: its number of rows
        self.acknowledged = set()
        self.refused = set()
        self.unexpected = []

    def note(self, writer, status, body):
        if status == 201 and not writer.must_fail:
            self.acknowledged.add(writer.request)
        elif status == 409 and writer.must_fail:
            self.refused.add(writer.request)
        else:
            self.unexpected.append((writer.request, writer.must_fail, status, body[:300]))


def write_until_killed(server, writers, kill_after_s):
    """Keeps all connections busy until the server, killed after that time, is gone from each."""
    killer = threading.Timer(kill_after_s, server.process.kill)
    with selectors.DefaultSelector() as selector:
        for writer in writers:
            writer.send()
            selector.register(writer.socket, selectors.EVENT_READ, writer)
        killer.start()
        deadline = time.monotonic() + 30
        while selector.get_map():
            for key, _ in selector.select(timeout=1):
                try:
                    if key.data.receive():
                        key.data.send()
                except OSError:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
            if time.monotonic() > deadline:
                raise AssertionError("connections outlive the killed server")
    killer.join()
    server.bury()


class Crash(RestFolderCase):
    def setUp(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        seed = int(os.environ.get("PRODEV_CRASH_SEED", random.SystemRandom().randrange(10 ** 9)))
        print(f"PRODEV_CRASH_SEED={seed} PRODEV_CRASH_ROUNDS={ROUNDS}", flush=True)
        self.rng = random.Random(seed)
        self.log = Log()

    def start(self):
        server = Server(prodev_command(self.project))
        self.addCleanup(server.kill)
        return server

    def check_file(self):
        """Compares all that is in the file with all that was sent and answered."""
        with sqlite3.connect(f"file:{self.project / DATABASE}?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            found = {request: (rows, least, most) for request, rows, least, most in database.execute(
                "SELECT request, count(*), min(of), max(of) FROM entry GROUP BY request")}
            tally = dict(database.execute("SELECT request, rows FROM tally"))
        database.close()
        lost = self.log.acknowledged - found.keys()
        self.assertFalse(lost, f"{len(lost)} acknowledged requests are lost")
        self.assertFalse(self.log.refused & found.keys(), "refused requests have left rows")
        self.assertFalse(found.keys() - self.log.sent.keys(), "rows that nobody has sent")
        halves = [(request, row) for request, row in found.items()
                  if row != (self.log.sent[request],) * 3 or tally.get(request) != row[0]]
        self.assertFalse(halves[:5], f"{len(halves)} requests are there in part")
        self.assertEqual(tally.keys(), found.keys())
        return sum(rows for rows, _, _ in found.values())

    def check_server(self, server, rows):
        """The server counts what the file has, and shows a row that it acknowledged."""
        token = self.bearer("authenticated", "u1")
        response = self.ask(server, "GET", "entry?select=id&limit=1",
                            headers={**token, "Prefer": "count=exact"})
        self.assertIn(response.status, (200, 206), response)
        self.assertEqual(response.header("Content-Range").split("/")[1], str(rows))
        if self.log.acknowledged:
            request = self.rng.choice(sorted(self.log.acknowledged))
            response = self.ask(server, "GET", f"entry?request=eq.{request}&select=key", headers=token)
            self.assertEqual((response.status, len(response.json())), (200, self.log.sent[request]))

    def test_killed_while_64_connections_write(self):
        server = self.start()
        token = make_token(self.project, "authenticated", "u1")
        rounds_with_loss = 0
        for number in range(ROUNDS):
            before = len(self.log.acknowledged)
            writers = [Writer(server.port, f"{number}/{connection}", token, self.rng, self.log)
                       for connection in range(CONNECTIONS)]
            write_until_killed(server, writers, self.rng.uniform(0.002, LONGEST_ROUND_S))
            self.assertEqual(server.process.returncode, -9)
            self.assertEqual(self.log.unexpected[:3], [])
            rounds_with_loss += len(self.log.acknowledged) > before
            server = self.start()
            self.check_server(server, self.check_file())
        server.stop()
        rows = self.check_file()
        print(f"{ROUNDS} kills, {len(self.log.acknowledged)} requests acknowledged, "
              f"{len(self.log.refused)} refused, {rows} rows", flush=True)
        self.assertGreater(rounds_with_loss, ROUNDS // 2, "most rounds must have been at work")
        self.assertTrue(self.log.refused)

    def test_killed_while_it_starts(self):
        """A first start is interrupted anywhere: the next one needs no help."""
        for _ in range(3 if is_sanitized() else 15):
            self.project = self.make_folder()
            write_schema(self.project, SCHEMA)
            process = subprocess.Popen(prodev_command(self.project), env=clean_environment(),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.rng.uniform(0, 0.5 if is_sanitized() else 0.04))
            process.kill()
            process.wait()
            server = self.start()
            self.check_server(server, self.check_file())
            response = self.ask(server, "POST", "entry", {"request": "a", "key": "a", "of": 1},
                                self.bearer("authenticated", "u1"))
            self.assertEqual(response.status, 201, response)
            server.stop()


if __name__ == "__main__":
    unittest.main()
