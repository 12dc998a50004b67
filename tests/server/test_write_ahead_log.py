"""The write-ahead log: readers of other processes that hold it back, its bound, its room on the disk."""

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from exposition import metric_of  # noqa: E402
from prodev import Client, eventually  # noqa: E402
from rest import DATABASE, RestFolderCase, write_schema  # noqa: E402

SCHEMA = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE POLICY all_entries ON entry TO authenticated USING (true) WITH CHECK (true);
INSERT INTO entry (id, text) VALUES (1, 'there from the start');
"""
MIB = 1 << 20


class LogCase(RestFolderCase):
    def start(self, *arguments):
        self.server = self.start_prodev(*arguments, folder=self.project)
        self.headers = self.bearer("authenticated", "u1")
        return self.server

    def make_project(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)

    @property
    def log(self):
        return self.project / (DATABASE + "-wal")

    def log_bytes(self):
        return self.log.stat().st_size if self.log.exists() else 0

    @contextlib.contextmanager
    def reader(self):
        """A transaction of another process that reads."""
        with contextlib.closing(sqlite3.connect(self.project / DATABASE, isolation_level=None)) as database:
            database.execute("BEGIN")
            database.execute("SELECT count(*) FROM entry").fetchone()
            yield

    def rewrite(self):
        """Writes the same row again: the log grows and the database does not."""
        text = os.urandom(100_000).hex()
        return self.ask(self.server, "PATCH", "entry?id=eq.1", {"text": text}, self.headers)

    def write_until_refused(self):
        for _ in range(2_000):
            response = self.rewrite()
            if response.status != 204:
                return response
        raise AssertionError("nothing is refused")

    def metric(self, name):
        with Client(self.server.port) as client:
            return metric_of(client, name)

    def ready(self):
        with Client(self.server.port) as client:
            return client.get("/readyz")

    def assert_reads(self):
        self.assertEqual(self.ask(self.server, "GET", "entry?id=eq.1", headers=self.headers).status, 200)

    def assert_refused(self, response, limit):
        self.assertEqual(response.status, 503, response)
        self.assertRegex(response.header("Retry-After"), r"\A[1-9]\d*\Z")
        error = response.json()
        self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
        self.assertIn(limit, error["message"])


class HeldByAReader(LogCase):
    def test_the_log_stays_under_its_bound_and_all_recovers_when_the_reader_goes(self):
        self.make_project()
        self.start("--max-wal-bytes", "8MiB")
        with self.reader():
            self.assert_refused(self.write_until_refused(), "max_wal_bytes")
            self.assertLess(self.log_bytes(), 9 * MIB)
            self.assert_reads()
            ready = self.ready()
            self.assert_error(ready, 503, "not_ready")
            self.assertIn("max_wal_bytes", ready.json()["message"])
            self.assertEqual(self.metric("prodev_wal_bytes"), self.log_bytes())
            self.assertGreater(self.metric("prodev_wal_pending_pages"), 1_000)
            self.assertEqual(self.metric("prodev_writes_refused"), 1)
            self.assert_refused(self.rewrite(), "max_wal_bytes")
            warning = eventually(lambda: [line for line in self.server.stderr_text().splitlines()
                                          if "transaction that reads holds" in line], "a warning")
            self.assertIn(f"process {os.getpid()} ", warning[0])
            self.assertRegex(warning[0], r"held_for_s=([5-9]|\d\d)")
            time.sleep(1.5)  # another turn or two
        eventually(lambda: self.rewrite().status == 204, "writes are taken again")
        self.assertEqual(self.ready().status, 200)
        self.assertEqual(self.metric("prodev_writes_refused"), 0)
        eventually(lambda: self.log_bytes() < MIB, "the room of the log is given back")
        text = self.server.stderr_text()
        for once in ["transaction that reads holds", "writes are refused", "writes are taken again"]:
            self.assertEqual(text.count(once), 1, text)

    def test_a_log_that_nobody_holds_is_given_back_when_nobody_writes(self):
        self.make_project()
        self.start()
        for _ in range(40):
            self.assertEqual(self.rewrite().status, 204)
        self.assertGreater(self.log_bytes(), 4 * MIB)
        eventually(lambda: self.log_bytes() == 0, "the room of the log is given back")
        self.assertEqual(self.rewrite().status, 204)

    def test_a_stop_while_a_reader_holds_the_log_takes_no_longer(self):
        self.make_project()
        self.start()
        with self.reader():
            for _ in range(40):
                self.rewrite()
            begin = time.monotonic()
            self.server.stop()
            self.assertLess(time.monotonic() - begin, 10)
            self.start()
            self.assert_reads()
            self.assertEqual(self.rewrite().status, 204)


class SmallDisk(LogCase):
    """The data folder is a file system of its own, where this machine lets us mount one."""

    SIZE = 24 * MIB

    def setUp(self):
        self.make_project()
        self.data = self.project / "data"
        self.data.mkdir(mode=0o700)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", self.data],
                              capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=True)
        self.data.chmod(0o700)

    def free_bytes(self):
        info = os.statvfs(self.data)
        return info.f_bavail * info.f_frsize

    def fill(self):
        with open(self.data / "ballast", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 65_536) == 65_536:
                pass

    def test_writes_are_refused_before_the_disk_is_full_and_come_back_by_themselves(self):
        self.start("--min-free-bytes", "4MiB")
        with self.reader():
            self.assert_refused(self.write_until_refused(), "min_free_bytes")
            self.assertGreater(self.free_bytes(), 3 * MIB)
            self.assert_reads()
            self.assertIn("min_free_bytes", self.ready().json()["message"])
        eventually(lambda: self.rewrite().status == 204, "writes are taken again")
        self.assertEqual(self.ready().status, 200)
        self.assertGreater(self.free_bytes(), 16 * MIB)

    def test_a_server_that_is_killed_while_a_reader_holds_the_log_starts_again(self):
        self.start("--min-free-bytes", "4MiB")
        with self.reader():
            self.write_until_refused()
            self.fill()
            self.server.kill()
            self.server.bury()
            self.start("--min-free-bytes", "4MiB")
            self.assert_reads()
            self.assert_refused(self.rewrite(), "min_free_bytes")
        (self.data / "ballast").unlink()
        eventually(lambda: self.rewrite().status == 204, "writes are taken again")

    def test_a_server_starts_on_a_full_disk_and_serves_reads(self):
        self.start("--min-free-bytes", "1MiB").stop()
        for _ in range(2):
            before = (self.project / DATABASE).read_bytes()
            self.fill()
            self.assertEqual(self.free_bytes(), 0)
            self.start("--min-free-bytes", "1MiB")
            self.assert_reads()
            self.assert_refused(self.rewrite(), "min_free_bytes")
            ready = self.ready()
            self.assert_error(ready, 503, "not_ready")
            self.assertRegex(ready.json()["message"], "disk")
            self.assertEqual((self.project / DATABASE).read_bytes(), before)
            self.assertEqual(self.log_bytes(), 0)
            begin = time.monotonic()
            self.fill()
            self.server.stop()
            self.assertLess(time.monotonic() - begin, 10)
            (self.data / "ballast").unlink()
            self.start("--min-free-bytes", "1MiB")
            self.assertEqual(self.rewrite().status, 204)
            self.server.stop()


if __name__ == "__main__":
    unittest.main()
