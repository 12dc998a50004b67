"""Takeovers that meet: at the same moment, with starts that last, with peers that say nothing, with processes
that are killed or stopped half way. One server is left, and no client sees anything of it."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from hammer import Hammer  # noqa: E402
from prodev import Client, FolderCase, Server, eventually, is_sanitized, prodev_command, run_prodev  # noqa: E402
from rest import write_schema  # noqa: E402

BODY = b"taken over " * 20
SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;
CREATE POLICY notes ON note TO authenticated USING (true) WITH CHECK (true);
INSERT INTO note VALUES (1, 'there');
"""
# A start that lasts some seconds (SQLite's own code runs as fast in every build).
SLOW = """
CREATE TABLE slow (n INTEGER) STRICT;
INSERT INTO slow WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
  WHERE n < 4000000) SELECT sum(n) FROM i;
"""


class TakeoverCase(FolderCase):
    def setUp(self):
        self.home = self.make_folder()
        (self.home / "static").mkdir()
        (self.home / "static/a.txt").write_bytes(BODY)
        write_schema(self.home, SCHEMA)

    def make(self, *arguments, environment=None):
        server = Server(prodev_command(self.home, arguments), environment=environment, start=False)
        self.addCleanup(server.kill)
        return server

    def start(self, *arguments, **options):
        server = self.make(*arguments, **options)
        server.start()
        return server

    def begin(self, *arguments, **options):
        """Starts in a thread of its own; returns the server and the thread, which never fails."""
        server = self.make(*arguments, **options)
        thread = threading.Thread(target=self.start_whatever_comes, args=(server,))
        thread.start()
        self.addCleanup(thread.join)
        eventually(lambda: server.process, "the process is there")
        return server, thread

    @staticmethod
    def start_whatever_comes(server):
        try:
            server.start()
        except AssertionError:
            pass  # the test looks at its exit code

    def begin_slow_takeover(self, **options):
        """A takeover that has the sockets and is in its migration."""
        (self.home / "schema/0002_slow.sql").write_text(SLOW)
        server, thread = self.begin("--takeover", **options)
        # The old process has one socket for each loop, the new one gets them all.
        eventually(lambda: self.migrates(server), "it migrates")
        return server, thread

    @staticmethod
    def migrates(server):
        with open(f"/proc/{server.pid}/stat", encoding="ascii") as stat:
            ticks = stat.read().rsplit(") ", 1)[1].split()
        return int(ticks[11]) > 0.3 * os.sysconf("SC_CLK_TCK")  # time of its own

    def control(self):
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(control.close)
        control.connect(str(self.home / "data/control.sock"))  # waits while its queue is full
        control.settimeout(30)
        return control

    def assert_serves(self, server):
        with Client(server.port) as client:
            self.assertEqual(client.get("/a.txt").body, BODY)

    def assert_ends_well(self, server):
        self.assertEqual(server.wait(), 0, server.stderr_text())
        self.assertNotIn("Sanitizer", server.stderr_text())

    def assert_is_replaced_well(self, server):
        successor = self.start("--takeover")
        self.assert_ends_well(server)
        self.assert_serves(successor)
        successor.stop()


class AtOnce(TakeoverCase):
    def token(self, secret):
        """Signed with `secret`, as prodev is told it."""
        return run_prodev("token", "--dir", self.home, "--role", "authenticated", "--ttl", "1h",
                          environment={"PRODEV_JWT_SECRET": secret}).stdout.strip()

    def status(self, port, token):
        with Client(port) as client:
            return client.get("/rest/v1/note", {"Authorization": "Bearer " + token}).status

    def test_of_groups_of_takeovers_one_server_is_left_each_time_and_only_its_secret_works(self):
        chosen = random.Random(7)
        secret = "first-" + os.urandom(32).hex()
        server = self.start(environment={"PRODEV_JWT_SECRET": secret})
        port = server.port
        with Hammer(port, BODY, keep_alive=3, one_shot=3) as hammer:
            for group in range(4 if is_sanitized() else 20):
                old_secrets = [secret]
                secrets = [f"{group}-{i}-{os.urandom(32).hex()}"
                           for i in range(chosen.randint(2, 8))]
                begun = [self.begin("--takeover", environment={"PRODEV_JWT_SECRET": one}) for one in secrets]
                for _, thread in begun:
                    thread.join()
                self.assert_ends_well(server)
                group_servers = [one for one, _ in begun]
                eventually(lambda: sum(one.process.poll() is None for one in group_servers) == 1, "one is left")
                for one in group_servers:
                    self.assertEqual(one.process.poll() or 0, 0, one.stderr_text())
                server = next(one for one in group_servers if one.process.poll() is None)
                secret = secrets[group_servers.index(server)]
                self.assertEqual(self.status(port, self.token(secret)), 200)
                old_secrets += [one for one in secrets if one != secret]
                for old in old_secrets:
                    self.assertEqual(self.status(port, self.token(old)), 401)
            hammer.stop()
            self.assertEqual(hammer.problems, [])
            self.assertGreater(hammer.served, 500)
        server.stop()

    def test_takeovers_meet_while_one_of_them_starts_for_long(self):
        old = self.start()
        with Hammer(old.port, BODY, keep_alive=2, one_shot=2) as hammer:
            slow, _ = self.begin_slow_takeover()
            others = [self.begin("--takeover") for _ in range(3)]
            plain, ended = self.begin()  # on a port of its own
            for one, thread in others:
                thread.join()
                self.assertIsNotNone(one.port, "it has served")
            ended.join()
            self.assertEqual(plain.process.poll() if plain.process.poll() is not None else plain.wait(), 1)
            for ended_server in [old, slow]:
                self.assert_ends_well(ended_server)
            eventually(lambda: sum(one.process.poll() is None for one, _ in others) == 1, "one is left")
            hammer.stop()
            self.assertEqual(hammer.problems, [])
        left = next(one for one, _ in others if one.process.poll() is None)
        self.assert_serves(left)
        left.stop()


class Peers(TakeoverCase):
    def test_peers_that_say_nothing_hold_up_nobody(self):
        old = self.start()
        silent = [self.control() for _ in range(80)]
        waiting = self.control()
        waiting.send(b"listeners")
        begin = time.monotonic()
        self.assert_is_replaced_well(old)
        self.assertLess(time.monotonic() - begin, 20)
        for peer in silent:
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(peer.recv(100), b"", "it is hung up on")

    def test_who_asks_nothing_is_given_up_and_who_has_the_sockets_may_take_its_time(self):
        server = self.start()
        silent, holder = self.control(), self.control()
        holder.send(b"listeners")
        self.assertRegex(holder.recv(100), rb"\Alisteners \d+ 0\Z")
        self.assertEqual(silent.recv(100), b"", "after some seconds")
        holder.send(b"listeners")
        self.assertRegex(holder.recv(100), rb"\Alisteners \d+ 0\Z")
        self.assert_is_replaced_well(server)

    def test_once_a_drain_was_asked_nobody_gets_the_sockets(self):
        server = self.start()
        first, second, third = self.control(), self.control(), self.control()
        second.send(b"listeners")
        self.assertRegex(second.recv(100), rb"\Alisteners")
        first.send(b"drain")
        self.assertEqual(first.recv(100), b"draining")
        eventually(lambda: not (self.home / "data/control.sock").exists(), "it is gone")
        for late in [second, third]:
            try:
                late.send(b"listeners")
                self.assertEqual(late.recv(100), b"")
            except (BrokenPipeError, ConnectionResetError):
                pass
        done = run_prodev("serve", "--dir", self.home, "--takeover")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Aprodev: no running prodev [^\n]*\n\Z")
        self.assertIsNone(server.process.poll(), "it waits for its successor")
        first.close()
        self.assert_ends_well(server)


class HalfWay(TakeoverCase):
    """What is left when a process ends at some step of a takeover."""

    def test_the_old_process_is_killed_while_the_new_one_starts(self):
        old = self.start()
        new, thread = self.begin_slow_takeover()
        old.kill()
        thread.join()
        self.assertEqual(new.port, old.port)
        self.assert_serves(new)
        self.assert_is_replaced_well(new)

    def test_the_new_process_is_killed_while_it_starts(self):
        old = self.start()
        new, thread = self.begin_slow_takeover()
        new.kill()
        thread.join()
        self.assert_serves(old)
        self.assertIsNone(old.process.poll())
        (self.home / "schema/0002_slow.sql").unlink()
        self.assert_is_replaced_well(old)

    def test_the_new_process_is_asked_to_stop_while_it_starts(self):
        old = self.start()
        new, thread = self.begin_slow_takeover()
        waiting, other = self.begin("--takeover")
        eventually(lambda: "waiting for another" in waiting.stderr_text(), "it waits")
        for one in [waiting, new]:
            one.signal(signal.SIGTERM)
            self.assertEqual(one.wait(), 0)
        thread.join()
        other.join()
        self.assertIsNone(old.process.poll())
        self.assert_serves(old)
        self.assert_is_replaced_well(old)

    def test_an_old_process_that_cannot_be_asked_to_drain_serves_on_and_the_new_one_does_not(self):
        old = self.start()
        new, thread = self.begin_slow_takeover()
        old.signal(signal.SIGSTOP)
        try:
            self.assertEqual(new.wait(60), 1)
        finally:
            old.signal(signal.SIGCONT)
        thread.join()
        self.assertIn("serves on and this one does not", new.stderr_text())
        self.assert_serves(old)
        self.assert_is_replaced_well(old)

    def test_the_old_process_ends_by_itself_while_the_new_one_starts(self):
        old = self.start()
        new, thread = self.begin_slow_takeover()
        old.signal(signal.SIGTERM)
        self.assert_ends_well(old)
        thread.join()
        self.assert_serves(new)
        self.assert_is_replaced_well(new)


class ServiceManager(TakeoverCase):
    """The part of systemd that Type=notify speaks (sd_notify(3)), as its manager takes it."""

    def setUp(self):
        super().setUp()
        folder = tempfile.mkdtemp(prefix="prodev-notify-")
        self.addCleanup(os.rmdir, folder)
        self.path = folder + "/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.settimeout(30)
        self.socket.bind(self.path)
        self.addCleanup(os.unlink, self.path)
        self.environment = {"NOTIFY_SOCKET": self.path}

    def message(self):
        """The sender's process and the lines of the next message."""
        data, ancillary, _, _ = self.socket.recvmsg(4_096, socket.CMSG_SPACE(12))
        return struct.unpack("3i", ancillary[0][2])[0], data.decode().split("\n")

    def assert_silent(self):
        self.socket.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            self.message()
        self.socket.settimeout(30)

    def test_the_service_goes_on_through_takeovers_and_ends_with_the_last_process(self):
        server = self.start(environment=self.environment)
        self.assertEqual(self.message(), (server.pid, ["READY=1"]))
        for _ in range(3):
            old, server = server, self.start("--takeover", environment=self.environment)
            self.assertEqual(self.message(), (server.pid, [f"MAINPID={server.pid}", "READY=1"]))
            self.assert_ends_well(old)
            self.assert_silent()
        server.signal(signal.SIGTERM)
        self.assertEqual(self.message(), (server.pid, ["STOPPING=1"]))
        self.assert_ends_well(server)

    def test_the_old_process_never_ends_before_the_manager_knows_the_new_one(self):
        """A main process that ends is the end of the service."""
        servers = {}
        server = self.start(environment=self.environment)
        self.assertEqual(self.message()[1], ["READY=1"])
        for _ in range(3):
            begun = [self.begin("--takeover", environment=self.environment) for _ in range(4)]
            for one, _ in begun:
                servers[one.pid] = one
            for _ in begun:
                pid, lines = self.message()
                self.assertEqual(lines, [f"MAINPID={pid}", "READY=1"])
                self.assert_ends_well(server)
                server = servers[pid]
            for _, thread in begun:
                thread.join()
            self.assert_silent()
        server.stop()

    def test_a_takeover_that_fails_says_nothing(self):
        server = self.start(environment=self.environment)
        self.message()
        (self.home / "schema/0002_bad.sql").write_text("CREATE TABLE note (x);")
        done = run_prodev("serve", "--dir", self.home, "--takeover", environment=self.environment)
        self.assertEqual(done.returncode, 1)
        self.assert_silent()
        (self.home / "schema/0002_bad.sql").unlink()
        self.assert_serves(server)


if __name__ == "__main__":
    unittest.main()
