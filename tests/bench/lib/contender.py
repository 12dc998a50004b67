"""The base of every contender: a server that is started, asked for its URL, and stopped."""

import os
import re
import select
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from lib import procfs

START_DEADLINE_S = 10
STOP_DEADLINE_S = 15


class ContenderFailed(Exception):
    """The server did not start, answer or stop as it should; the message says what was seen."""


def free_port():
    """A port nobody listens on now. For servers that cannot pick one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_site(folder, files):
    """Writes the scenario's files, {"/name": bytes}, and returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path.lstrip("/")).write_bytes(content)
    return folder


class Contender:
    """One server under test.

    A subclass sets `name`, `needs` (what to install when it is missing) and `scenarios` (the names
    of those it can take part in), and defines `executable()` and `command()`. It redefines
    `await_url()` when the server does not print a line "serving <url>" on its standard output.
    """

    name = ""
    needs = ""
    scenarios = ()
    in_process = False  # it measures itself, with measure(workdir, scenario), and serves nothing
    has_policies = True  # it hides the rows that it must, in the database scenarios

    def __init__(self, options):
        self.options = options
        self.process = None
        self.error_file = None

    def executable(self):
        """Path of the program, or None when it is not on this machine."""
        raise NotImplementedError

    def command(self, workdir, scenario):
        """Argument list that serves scenario.files on loopback; writes what it needs in workdir."""
        raise NotImplementedError

    def available(self):
        return self.executable() is not None

    def start(self, workdir, scenario):
        """Starts the server and returns (pids, url) once its sockets accept connections."""
        self.start_command(workdir, self.command(workdir, scenario))
        try:
            url = self.await_url()
        except BaseException:
            self.kill()
            raise
        return procfs.with_descendants(self.process.pid), url

    def start_command(self, workdir, command):
        """Starts a program as this contender's process; its errors go to a file in workdir."""
        arguments = [str(word) for word in command]
        self.error_file = workdir / "stderr.txt"
        with open(self.error_file, "wb") as errors:
            self.process = subprocess.Popen(arguments, cwd=workdir, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=errors)

    def await_url(self):
        seen, deadline = b"", time.monotonic() + START_DEADLINE_S
        output = self.process.stdout.fileno()
        while time.monotonic() < deadline:
            if not select.select([output], [], [], deadline - time.monotonic())[0]:
                break
            chunk = os.read(output, 4096)
            if not chunk:
                break
            seen += chunk
            match = re.search(rb"^\s*serving\s+(https?://\S+)\s", seen, re.MULTILINE)
            if match:
                return match.group(1).decode().rstrip("/")
        raise ContenderFailed(f"{self.name} did not say where it serves; {self.last_words()}")

    def await_port(self, port):
        """Polls until the port accepts, for servers that say nothing."""
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.0005)
        raise ContenderFailed(f"{self.name} does not accept on port {port}; {self.last_words()}")

    def last_words(self):
        """What to say of a server that failed: its state and the end of its error output."""
        status = self.process.poll()
        state = "it runs" if status is None else f"it exited with {status}"
        errors = self.error_file.read_text(errors="replace").strip()[-600:]
        return f"{state}; its errors: {errors or 'none'}"

    def stop(self):
        """Ends the server with SIGTERM. One that died before or will not end is a failure."""
        if self.process is None:
            return
        if self.process.poll() is not None:
            words = self.last_words()
            self.kill()
            raise ContenderFailed(f"{self.name} ended during the run; {words}")
        self.process.terminate()
        try:
            self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ContenderFailed(f"{self.name} did not end {STOP_DEADLINE_S} s after SIGTERM")
        self.process.stdout.close()
        self.process = None

    def kill(self):
        """Ends it and its children at once; used only when something has failed already."""
        if self.process is None:
            return
        for pid in reversed(procfs.with_descendants(self.process.pid)):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        self.process.wait()
        self.process.stdout.close()
        self.process = None


@contextmanager
def running(contender, workdir, scenario):
    """Gives (pids, url) of the started server and stops it. Names the server's death as the cause
    of whatever went wrong because of it."""
    pids, url = contender.start(workdir, scenario)
    try:
        yield pids, url
    except BaseException as error:
        died = contender.process.poll() is not None and isinstance(error, Exception)
        words = contender.last_words()
        contender.kill()
        if died:
            raise ContenderFailed(f"{contender.name} ended during the run; {words}") from error
        raise
    contender.stop()


def program(name):
    """A program of the distro, also from the sbin folders that a plain user's PATH lacks."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def built(path):
    """A program of this project, or None when it has not been built."""
    return Path(path).resolve() if os.access(path, os.X_OK) else None
