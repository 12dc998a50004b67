"""Uploads that stop and answers that nobody reads: they hold room on the disk, but not the disk."""

import os
import pathlib
import select
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from bystanders import Bystanders  # noqa: E402
from prodev import Client, eventually, make_request  # noqa: E402
from rest import RestFolderCase, write_schema  # noqa: E402

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE long (id INTEGER PRIMARY KEY, body TEXT);
CREATE POLICY guests ON guest USING (true) WITH CHECK (true);
CREATE POLICY longs ON long USING (true) WITH CHECK (true);
INSERT INTO guest VALUES (1, 'first');
INSERT INTO long WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 30)
  SELECT n, hex(zeroblob(250000)) FROM n;
"""
CSV = {"Content-Type": "text/csv"}
MIB = 1 << 20
DISK = 192 * MIB
LEFT = 64 * MIB  # of it, for the database
AT_ONCE = 20
BYTES = 15_000_000


class StalledTransfers(RestFolderCase):
    def setUp(self):
        """The data folder is a small disk of its own, where this machine lets us mount one."""
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        self.data = self.project / "data"
        self.data.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.data],
                                 capture_output=True, check=False).returncode == 0
        if mounted:
            self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=True)
            self.data.chmod(0o700)
        arguments = [] if mounted else ["--temporary-bytes", "64MiB"]
        self.server = self.start_prodev(*arguments, folder=self.project)

    def connect(self, clients, **options):
        client = Client(self.server.port, **options)
        self.addCleanup(client.close)
        client.socket.settimeout(10)
        clients.append(client)
        return client

    def begin_upload(self, clients):
        client = self.connect(clients)
        try:
            client.send(make_request("POST", "/rest/v1/long", CSV, b"body\n" + b"x" * BYTES)[:-1])
        except OSError:
            pass  # refused

    def begin_download(self, clients):
        client = self.connect(clients, receive_buffer=4_096)
        client.send(make_request("GET", "/rest/v1/long"))

    def held(self):
        """Bytes of unnamed files that the server has open."""
        total = 0
        for descriptor in pathlib.Path(f"/proc/{self.server.pid}/fd").iterdir():
            try:
                if os.readlink(descriptor).startswith(f"{self.data}/tmp/"):
                    total += os.stat(descriptor).st_size
            except FileNotFoundError:
                continue  # closed since it was listed
        return total

    def status(self, path):
        with Client(self.server.port, source="127.0.0.9") as client:
            return client.get(path).status

    def check(self, begin):
        clients = []
        read, write = "/rest/v1/guest?id=eq.1", ("/rest/v1/guest", {"name": "x"})
        with Bystanders(self.server, read, write) as others:
            stalling = [threading.Thread(target=begin, args=(clients,)) for _ in range(AT_ONCE)]
            for one in stalling:
                one.start()
            for one in stalling:
                one.join()
            refused = []
            eventually(lambda: self.count_refused(clients, refused) >= AT_ONCE // 2, "most are refused", 20)
            self.assertEqual(self.status("/readyz"), 200)
            self.assertTrue(BYTES < self.held() < DISK - LEFT, self.held())
        others.assert_unharmed(self)
        self.assertEqual(set(refused), {503})
        for client in clients:
            client.close()
        eventually(lambda: self.held() == 0, "the room is given back", 10)
        self.assertEqual(self.status("/rest/v1/long"), 200)

    def count_refused(self, clients, refused):
        """Takes from `clients` those that have their answer, unless it is a long one."""
        for client in select.select([one.socket for one in clients], [], [], 0.1)[0]:
            head = client.recv(12, socket.MSG_PEEK)
            if not head.endswith(b" 200"):
                refused.append(int(head[-3:]))
                clients[:] = [one for one in clients if one.socket is not client]
        return len(refused)

    def test_uploads_that_stop(self):
        self.check(self.begin_upload)

    def test_answers_that_nobody_reads(self):
        self.check(self.begin_download)


if __name__ == "__main__":
    unittest.main()
