"""Disks that fill up or fail, and database files that cannot be used: 503, or one clear sentence."""

import contextlib
import json
import os
import pathlib
import resource
import sqlite3
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import Client, eventually, run_prodev  # noqa: E402
from rest import DATABASE, RestFolderCase, make_token, write_schema  # noqa: E402

SCHEMA = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE POLICY all_entries ON entry TO authenticated USING (true) WITH CHECK (true);
INSERT INTO entry (key, text) VALUES ('first', 'there from the start');
"""


def database_bytes(folder):
    """What every file of the database holds, by name."""
    return {path.name: path.read_bytes() for path in sorted((folder / "data").glob("prodev.db*"))}


class FaultCase(RestFolderCase):
    ARGUMENTS = ()

    def start(self):
        self.server = self.start_prodev(*self.ARGUMENTS, folder=self.project)
        self.headers = {"Authorization": "Bearer " + make_token(self.project, "authenticated", "u1")}
        return self.server

    def insert(self, key, size=10, client=None):
        body = json.dumps({"key": key, "text": "x" * size}).encode()
        with contextlib.ExitStack() as stack:
            client = client or stack.enter_context(Client(self.server.port))
            return client.request("POST", "/rest/v1/entry", self.headers, body)

    def assert_unavailable(self, response):
        self.assertEqual(response.status, 503, response)
        self.assertIn("application/json", response.header("Content-Type"))
        self.assertRegex(response.header("Retry-After"), r"\A[1-9]\d*\Z")
        error = response.json()
        self.assertEqual(sorted(error), ["code", "details", "hint", "message"])
        self.assertTrue(error["code"] and error["message"], error)

    def keys(self):
        response = self.ask(self.server, "GET", "entry?select=key", headers=self.headers)
        self.assertEqual(response.status, 200, response)
        return {row["key"] for row in response.json()}

    def assert_reads_go_on(self, acknowledged):
        self.assertEqual(self.keys(), {"first"} | acknowledged)

    def assert_kept_after_restart(self, acknowledged):
        self.server.stop()
        with contextlib.closing(sqlite3.connect(self.project / DATABASE)) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual({key for key, in database.execute("SELECT key FROM entry")},
                             {"first"} | acknowledged)
        self.start()
        self.assert_reads_go_on(acknowledged)

    def write_until_refused(self, name, size):
        """Inserts from 8 connections until each was refused; the keys that were acknowledged."""
        acknowledged, problems = set(), []

        def write(number):
            with Client(self.server.port) as client:
                for count in range(2_000):
                    key = f"{name}/{number}/{count}"
                    response = self.insert(key, size, client)
                    if response.status != 201:
                        break
                    acknowledged.add(key)
                try:
                    self.assert_unavailable(response)
                except AssertionError as error:
                    problems.append(error)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])
        return acknowledged


class FileSizeLimit(FaultCase):
    """Every write to the disk fails with EFBIG, which SQLite takes for an I/O error."""

    def limit(self, size):
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_writes_are_refused_while_the_disk_fails_and_come_back(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        self.start()
        self.assertEqual(self.insert("before").status, 201)
        acknowledged = {"before"}
        for number in range(3):
            self.limit(1)
            for attempt in range(3):
                self.assert_unavailable(self.insert(f"refused/{number}/{attempt}"))
                self.assert_reads_go_on(acknowledged)
            self.limit(resource.RLIM_INFINITY)
            self.assertEqual(self.insert(f"after/{number}").status, 201)
            acknowledged.add(f"after/{number}")
            self.assert_reads_go_on(acknowledged)
        self.assert_kept_after_restart(acknowledged)

    def test_a_batch_that_fails_half_way_leaves_nothing(self):
        """The log may grow by some pages and not by all that the writers want."""
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        self.start()
        self.limit((self.project / (DATABASE + "-wal")).stat().st_size + 300_000)
        acknowledged = self.write_until_refused("limited", size=5_000)
        self.assertTrue(acknowledged)
        self.assert_reads_go_on(acknowledged)
        self.limit(resource.RLIM_INFINITY)
        self.assertEqual(self.insert("after").status, 201)
        self.assert_kept_after_restart(acknowledged | {"after"})


def mount_tmpfs(folder, size):
    """Whether a file system of `size` bytes could be put on `folder`."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
                          capture_output=True, check=False)
    return done.returncode == 0


class FullDisk(FaultCase):
    """The data folder is a small file system of its own, where this machine lets us mount one."""

    SIZE = 3_000_000
    ARGUMENTS = ("--min-free-bytes", "0")  # to the last byte

    def setUp(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        self.data = self.project / "data"
        self.data.mkdir(mode=0o700)
        self.mounted = mount_tmpfs(self.data, self.SIZE)
        if self.mounted:
            self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=True)
            self.data.chmod(0o700)

    def fill(self, leave=0):
        """Takes all space but `leave` bytes."""
        with open(self.data / "ballast", "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while file.write(b"x" * 65_536) == 65_536:
                    pass
        if leave:
            os.truncate(self.data / "ballast", max(0, (self.data / "ballast").stat().st_size - leave))

    def free(self):
        (self.data / "ballast").unlink()

    def test_a_disk_that_fills_up(self):
        if not self.mounted:
            return  # FileSizeLimit and the unit tests of BatchWriter cover the same faults
        self.start()
        acknowledged = set()
        for number in range(3):
            self.fill(leave=200_000)
            acknowledged |= self.write_until_refused(f"full/{number}", size=5_000)
            self.assert_reads_go_on(acknowledged)
            self.fill()
            # More than what the log has left of pages that no commit came to use.
            self.assert_unavailable(self.insert("never", size=400_000))
            self.assert_reads_go_on(acknowledged)
            self.free()
            self.assertEqual(self.insert(f"after/{number}").status, 201, "without a restart")
            acknowledged.add(f"after/{number}")
        self.assertGreater(len(acknowledged), 10)
        self.assert_reads_go_on(acknowledged)
        self.assert_kept_after_restart(acknowledged)

    def test_a_full_disk_at_the_first_start(self):
        if not self.mounted:
            return
        self.fill()
        done = run_prodev("serve", "--dir", self.project, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stderr, r"\Aprodev: [^\n]+\n\Z")
        self.assertRegex(done.stderr, r"full|[Nn]o space")
        self.free()
        self.start()
        self.assertEqual(self.insert("after").status, 201)

    def test_a_full_disk_at_a_later_start(self):
        if not self.mounted:
            return
        self.start().stop()
        before = (self.project / DATABASE).read_bytes()
        self.fill()
        done = run_prodev("serve", "--dir", self.project, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stderr, r"\Aprodev: [^\n]*(full|[Nn]o space)[^\n]*\n\Z")
        self.assertEqual((self.project / DATABASE).read_bytes(), before)
        self.free()
        self.start()
        self.assert_reads_go_on(set())


class UnusableFiles(RestFolderCase):
    """`prodev serve` ends with one sentence, and the files keep their bytes."""

    def setUp(self):
        self.project = self.make_folder()
        write_schema(self.project, SCHEMA)
        server = self.start_prodev(folder=self.project, checked=False)
        headers = {"Authorization": "Bearer " + make_token(self.project, "authenticated", "u1")}
        rows = [{"key": f"k{i}", "text": "t" * 500} for i in range(500)]
        self.assertEqual(self.ask(server, "POST", "entry", rows, headers).status, 201)
        server.stop()
        self.file = self.project / DATABASE

    def assert_refused(self, *says, code=1, arguments=(), untouched=True):
        before = database_bytes(self.project)
        done = run_prodev("serve", "--dir", self.project, "--listen", "127.0.0.1:0", *arguments)
        self.assertEqual(done.returncode, code, done)
        self.assertNotIn("serving", done.stdout)
        self.assertRegex(done.stderr, r"\Aprodev: [^\n]+\n\Z", "one sentence")
        for text in says:
            self.assertIn(str(text), done.stderr)
        if untouched:
            self.assertEqual(database_bytes(self.project), before)
        return done.stderr

    def overwrite(self, offset, data):
        with open(self.file, "r+b") as file:
            file.seek(offset)
            file.write(data)

    def test_a_file_that_is_no_database(self):
        self.overwrite(0, b"not a database.." * 8)
        self.assert_refused(self.file.name, "not a database")

    def test_a_header_that_makes_no_sense(self):
        self.overwrite(16, b"\x00\x03")  # a page size of 3 bytes
        self.assert_refused(self.file.name)

    def test_a_file_cut_short(self):
        os.truncate(self.file, self.file.stat().st_size // 4096 // 2 * 4096)
        self.assert_refused(self.file.name)

    def test_the_schema_is_overwritten(self):
        self.overwrite(100, b"\xff" * 3_000)
        self.assert_refused(self.file.name)

    def test_a_damaged_page_in_the_middle_refuses_what_needs_it_and_nothing_else(self):
        """Nobody reads a whole file at the start: the server tells when it meets the page."""
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            page = database.execute("SELECT pageno FROM dbstat WHERE name = 'entry' AND pagetype = 'leaf' "
                                    "ORDER BY pageno LIMIT 1 OFFSET 20").fetchone() \
                if self.has_dbstat(database) else None
        number = page[0] if page else self.file.stat().st_size // 4096 // 2
        self.overwrite((number - 1) * 4096, os.urandom(4096))
        damaged = database_bytes(self.project)["prodev.db"]
        server = self.start_prodev(folder=self.project)
        headers = {"Authorization": "Bearer " + make_token(self.project, "authenticated", "u1")}
        response = self.ask(server, "GET", "entry?text=like.*nowhere*", headers=headers)
        self.assertEqual((response.status, response.json()["code"]), (500, "XX001"), response)
        self.assertEqual(self.ask(server, "GET", "entry?id=eq.1", headers=headers).status, 200)
        self.assertEqual(self.ask(server, "GET", "nothing", headers=headers).status, 404)
        eventually(lambda: "malformed" in server.stderr_text(), "the log says what the answer does not")
        page = slice((number - 1) * 4096, number * 4096)
        self.assertEqual(self.file.read_bytes()[page], damaged[page])

    @staticmethod
    def has_dbstat(database):
        try:
            database.execute("SELECT 1 FROM dbstat LIMIT 1")
        except sqlite3.OperationalError:
            return False
        return True

    @contextlib.contextmanager
    def lock(self, path, *statements):
        """Another process holds what `statements` lock. (Reading the file here would not disturb it.)"""
        script = ("import sqlite3, sys\nd = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                  "for s in sys.argv[2:]: d.execute(s)\nprint('locked', flush=True)\nsys.stdin.read()\nd.close()")
        with subprocess.Popen([sys.executable, "-c", script, str(path), *statements], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"locked\n")
            yield
            process.stdin.close()
            process.wait(30)

    def test_a_file_that_another_process_locks(self):
        with self.lock(self.file, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"):
            self.assert_refused(self.file.name, "locked")
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM entry").fetchone(), (501,))
        self.start_prodev(folder=self.project)

    def test_an_adopted_file_that_another_process_locks(self):
        other = self.project / "other.db"
        with contextlib.closing(sqlite3.connect(other)) as database:
            database.execute("CREATE TABLE t (x)")
        before = other.read_bytes()
        with self.lock(other, "BEGIN EXCLUSIVE"):
            self.assert_refused(other.name, "locked", arguments=["--db", other])
            self.assertEqual(other.read_bytes(), before)
        self.assertEqual(other.read_bytes(), before)

    def test_another_process_that_writes_for_long_stops_writes_and_not_reads(self):
        server = self.start_prodev(folder=self.project)
        headers = {"Authorization": "Bearer " + make_token(self.project, "authenticated", "u1")}
        row = {"key": "late", "text": ""}
        with self.lock(self.file, "BEGIN IMMEDIATE"):
            response = self.ask(server, "POST", "entry", row, headers)
            self.assertEqual((response.status, response.header("Retry-After")), (503, "1"))
            self.assertEqual(self.ask(server, "GET", "entry?id=eq.1", headers=headers).status, 200)
        self.assertEqual(self.ask(server, "POST", "entry", row, headers).status, 201)

    def test_a_system_schema_of_a_later_version(self):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            columns = [row[1] for row in database.execute("PRAGMA table_info(_prodev_system_migration)")]
            row = dict(zip(columns, database.execute(
                "SELECT * FROM _prodev_system_migration ORDER BY 1 DESC").fetchone()))
            first = columns[0]
            row[first] = 9_999 if isinstance(row[first], int) else "9999_later.sql"
            row = {name: "9999_later.sql" if name == "name" else value for name, value in row.items()}
            database.execute(f"INSERT INTO _prodev_system_migration VALUES ({','.join('?' * len(row))})",
                             list(row.values()))
            database.commit()
        self.assert_refused("9999", "newer")

    def test_no_database_where_db_says(self):
        missing = self.project / "missing.db"
        self.assert_refused(missing, "--db", code=2, arguments=["--db", missing])
        self.assertFalse(missing.exists())
        self.assert_refused(self.project / "schema", code=2, arguments=["--db", self.project / "schema"])

    def test_a_data_folder_that_cannot_be_written(self):
        """Mode bits do not hold root back: a read-only mount does, where one can be made."""
        data = self.project / "data"
        before = database_bytes(self.project)
        if os.getuid() == 0:
            bound = subprocess.run(["mount", "--bind", data, data], capture_output=True, check=False)
            if bound.returncode != 0:
                return  # neither modes nor mounts: there is no such folder here
            self.addCleanup(subprocess.run, ["umount", "-l", data], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", data], check=True)
        else:
            self.file.chmod(0o400)
            data.chmod(0o500)
            self.addCleanup(data.chmod, 0o700)
        self.assert_refused(data)
        self.assertEqual(database_bytes(self.project), before)


if __name__ == "__main__":
    unittest.main()
