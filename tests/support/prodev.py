"""Starts the servers under test and speaks HTTP to them byte by byte.

    class Files(ServerCase):
        arguments = ["--static", ...]        # of `prodev serve`; a folder is made for --dir
        def test_a_file_is_served(self):
            response = self.get("/a.txt")

The server of a class is started once, on a free port, and at the end of the class it must stop with
exit code 0 on SIGTERM and have reported nothing to a sanitizer. `ProbeCase` does the same with the
probe server (probe_server.cpp), whose routes are made for tests.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = int(os.environ.get("TEST_PATIENCE", "1"))  # of this machine, see tests/patience.py
DEADLINE_S = 30.0 * PATIENCE  # for what should happen at once, on a loaded machine under a sanitizer

_SANITIZER_REPORT = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|MemorySanitizer|runtime error:")


def binary_path(name):
    """The executable `name` ("prodev" or "probe_server") of the build under test."""
    given = os.environ.get({"prodev": "PRODEV_BIN", "probe_server": "PROBE_SERVER_BIN"}[name])
    if given:
        return str(pathlib.Path(given).resolve())
    return str(ROOT / "build" / os.environ.get("PRODEV_BUILD", "release") / name)


def is_sanitized():
    """Whether the build under test is slowed down by a sanitizer, for sizes of loads."""
    return os.environ.get("PRODEV_BUILD", "release") != "release"


def clean_environment(extra=None):
    """This process's environment without settings of prodev and without service managers."""
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("PRODEV_") and key not in ("NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID")}
    kept.update(extra or {})
    return kept


def eventually(condition, what, deadline_s=DEADLINE_S):
    """Polls `condition` until it is true and returns its value; fails naming `what` otherwise."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(0.01)


class Server:
    """A running server process."""

    def __init__(self, command, environment=None, cwd=None, pass_fds=(), start=True):
        self.command = [str(part) for part in command]
        self._environment = clean_environment(environment)
        self._cwd = cwd
        self._pass_fds = pass_fds
        self.process = None
        self.lines = []  # of standard output
        self.port = None
        self.redirect_port = None
        self.scheme = "http"
        if start:
            self.start()

    def start(self):
        """Returns once the server has printed where it serves; AssertionError when it ends first."""
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._stderr,
            env=self._environment, cwd=self._cwd, pass_fds=self._pass_fds)
        self._announced = threading.Event()
        self._reader = threading.Thread(target=self._read_stdout, daemon=True)
        self._reader.start()
        if not self._announced.wait(DEADLINE_S) or self.port is None:
            self.kill()
            raise AssertionError(f"{self.command} did not start:\n" + self.stderr_text())

    def _read_stdout(self):
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.lines.append(line)
            found = re.match(r"(serving|redirect) +(https?)://\S+:(\d+)$", line)
            if found and found[1] == "redirect":
                self.redirect_port = int(found[3])
            elif found:
                self.scheme, self.port = found[2], int(found[3])
            if line.startswith(("data ", "ready")):  # the last line of the announcement
                self._announced.set()
        self.process.stdout.close()
        self._announced.set()  # at the end of the output too, so that nobody waits in vain

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def stderr_text(self):
        """What the server has written to standard error so far: its log."""
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), size, 0).decode("utf-8", "replace")

    def status_bytes(self, key):
        """VmRSS, VmHWM... of the process, in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
        raise KeyError(key)

    def cpu_seconds(self):
        """What its threads have worked so far."""
        stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def unnamed_files(self, folder):
        """The sizes of the files of `folder` that the process holds open and that have no name."""
        found = []
        for descriptor in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = os.readlink(descriptor)
                if target.startswith(f"{folder}/") and target.endswith(" (deleted)"):
                    found.append(descriptor.stat().st_size)
            except FileNotFoundError:
                continue  # closed since it was listed
        return found

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, deadline_s=DEADLINE_S):
        """The exit code, once the process has ended by itself."""
        try:
            code = self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command} did not end:\n{self.stderr_text()[-4000:]}") from None
        self._reader.join(DEADLINE_S)
        return code

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def bury(self):
        """After a SIGKILL: waits for the end, checks that no sanitizer had reported; returns the log."""
        self.wait()
        log = self.stderr_text()
        self._stderr.close()
        if _SANITIZER_REPORT.search(log):
            raise AssertionError(f"{self.command} was killed with a report:\n{log[-8000:]}")
        return log

    def stop(self):
        """Ends the server with SIGTERM and checks that it ended well; returns its log, "" the next time."""
        if self._stderr.closed:
            return ""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        code = self.wait()
        log = self.stderr_text()
        self._stderr.close()
        if code != 0 or _SANITIZER_REPORT.search(log):
            raise AssertionError(f"{self.command} ended with exit code {code}:\n{log[-8000:]}")
        return log


def run_prodev(*arguments, environment=None, cwd=None, deadline_s=DEADLINE_S):
    """Runs a command of prodev to its end: for wrong usage and for starts that fail."""
    return subprocess.run([binary_path("prodev"), *map(str, arguments)], text=True, errors="replace",
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=deadline_s, cwd=cwd,
                          env=clean_environment(environment), check=False)


class Malformed(AssertionError):
    """The server's bytes are not a well-formed response."""


class Response:
    """One response, as read from the wire."""

    def __init__(self, status, version, headers, body, raw_head):
        self.status = status
        self.version = version
        self.headers = headers  # (name, value) in the order sent
        self.body = body
        self.raw_head = raw_head

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name, default=None):
        """The value of the one field called `name`; more than one is malformed."""
        values = self.all(name)
        if len(values) > 1:
            raise Malformed(f"{name} is sent {len(values)} times")
        return values[0] if values else default

    def json(self):
        return json.loads(self.body)

    def closes(self):
        return (self.header("Connection") or "").lower() == "close"

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r}>"


def parse_head(raw):
    """(status, version, headers) of a response head with its empty line; strict."""
    lines = raw[:-4].split(b"\r\n")
    found = re.fullmatch(rb"HTTP/(1\.[01]) (\d{3}) ([\x20-\x7e]*)", lines[0])
    if not found:
        raise Malformed(f"status line {lines[0]!r}")
    headers = []
    for line in lines[1:]:
        field = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e]*)", line)
        if not field:
            raise Malformed(f"header field {line!r}")
        headers.append((field[1].decode(), field[2].decode()))
    return int(found[2]), found[1].decode(), headers


class Client:
    """A raw connection. Every read has a deadline."""

    def __init__(self, port, host="127.0.0.1", tls=None, source=None, receive_buffer=None,
                 deadline_s=DEADLINE_S, server_name="localhost"):
        """`tls`: an ssl.SSLContext; `source`: local IP address; `receive_buffer`: SO_RCVBUF."""
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.settimeout(deadline_s)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((host, port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=server_name)
        self.buffer = b""  # received and not yet taken

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, *pieces):
        """Sends each piece in a packet of its own, as far as the kernel can be asked to."""
        for piece in pieces:
            self.socket.sendall(piece.encode("latin-1") if isinstance(piece, str) else piece)

    def shut_write(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _receive(self):
        """More bytes; False at the end of the stream (a reset counts as Malformed)."""
        try:
            data = self.socket.recv(262_144)
        except ConnectionResetError:
            raise Malformed(f"the connection was reset after {self.buffer[:200]!r}") from None
        except ssl.SSLEOFError:
            return False
        self.buffer += data
        return bool(data)

    def read_exactly(self, size):
        pieces, have = [self.buffer], len(self.buffer)
        self.buffer = b""
        while have < size:
            if not self._receive():
                raise Malformed(f"the stream ended {size - have} bytes early")
            have += len(self.buffer)
            pieces.append(self.buffer)
            self.buffer = b""
        data = b"".join(pieces)
        self.buffer = data[size:]
        return data[:size]

    def read_until(self, mark, limit=65_536):
        while mark not in self.buffer:
            if len(self.buffer) > limit:
                raise Malformed(f"no {mark!r} in {limit} bytes")
            if not self._receive():
                raise Malformed(f"the stream ended within {self.buffer[:200]!r}")
        end = self.buffer.index(mark) + len(mark)
        data, self.buffer = self.buffer[:end], self.buffer[end:]
        return data

    def read_until_close(self):
        """All that comes until the server ends the stream."""
        while self._receive():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def expect_close(self):
        """Fails when the server sends anything more, or does not close."""
        rest = self.read_until_close()
        if rest:
            raise Malformed(f"unexpected bytes before the close: {rest[:300]!r}")

    def read_responses_until_close(self):
        """Every response until the server ends the stream, for requests that are not HEAD."""
        responses = []
        while self.buffer or self._receive():
            responses.append(self.read_response())
        return responses

    def is_silent(self, seconds):
        """Whether nothing arrives for `seconds`; for asserting that a server keeps waiting."""
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            if not self.buffer:
                self._receive()
            return False
        except (TimeoutError, ssl.SSLWantReadError):
            return True
        finally:
            self.socket.settimeout(before)

    def read_response(self, method="GET"):
        """One whole response; `method` of its request says whether it has a body."""
        raw = self.read_until(b"\r\n\r\n")
        status, version, headers = parse_head(raw)
        response = Response(status, version, headers, b"", raw)
        length = response.header("Content-Length")
        coding = response.header("Transfer-Encoding")
        if length is not None and (coding is not None or not re.fullmatch(r"0|[1-9]\d*", length)):
            raise Malformed(f"bad framing: {headers}")
        if method == "HEAD" or status in (204, 304) or status < 200:
            return response
        if coding is not None:
            if coding != "chunked":
                raise Malformed(f"bad framing: {headers}")
            response.body = self._read_chunks()
        elif length is not None:
            response.body = self.read_exactly(int(length))
        elif response.closes():
            response.body = self.read_until_close()
        else:
            raise Malformed(f"no framing: {headers}")
        return response

    def _read_chunks(self):
        chunks = []
        while True:
            line = self.read_until(b"\r\n", 100)[:-2]
            if not re.fullmatch(rb"[0-9a-fA-F]+", line):
                raise Malformed(f"chunk size {line!r}")
            size = int(line, 16)
            chunk = self.read_exactly(size + 2)
            if chunk[-2:] != b"\r\n":
                raise Malformed("a chunk does not end with CRLF")
            if size == 0:
                return b"".join(chunks)
            chunks.append(chunk[:-2])

    def request(self, method, target, headers=(), body=b"", host="localhost"):
        """Sends a well-formed request and reads its response."""
        self.send(make_request(method, target, headers, body, host))
        return self.read_response(method)

    def get(self, target, headers=()):
        return self.request("GET", target, headers)


def make_request(method, target, headers=(), body=b"", host="localhost"):
    """The bytes of a request. `headers`: (name, value) pairs or a dict."""
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in pairs]
    framed = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs)
    if body and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class FolderCase(unittest.TestCase):
    """A test class with a temporary folder for the class (`folder`) and one for each test."""

    maxDiff = 4_000

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def make_folder(self):
        path = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        return path

    def start_prodev(self, *arguments, folder=None, environment=None, checked=True, listen=True):
        """Another `prodev serve`, for this test only. `checked`: must end well when the test does."""
        server = Server(prodev_command(folder or self.make_folder(), arguments, listen),
                        environment=environment)
        self.addCleanup(server.stop if checked else server.kill)
        return server

    def assert_error(self, response, status, code=None):
        """`response` is a well-formed error: one line of JSON with the fields of every error."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertEqual(response.body.count(b"\n"), 1, response.body)
        self.assertTrue(response.body.endswith(b"\n"), response.body)
        error = response.json()
        self.assertEqual(list(error), ["code", "message", "details", "hint"])
        self.assertTrue(error["message"], error)
        if code:
            self.assertEqual(error["code"], code)
        return error


def prodev_command(folder, arguments=(), listen=True):
    """`prodev serve` of `folder` on a free port."""
    command = [binary_path("prodev"), "serve", "--dir", str(folder)]
    if listen and "--listen" not in arguments:
        command += ["--listen", "127.0.0.1:0"]
    return command + [str(argument) for argument in arguments]


class ServerCase(FolderCase):
    """A test class with one `prodev serve` of `cls.folder`."""

    arguments = []
    environment = None

    @classmethod
    def prepare(cls):
        """Fills `cls.folder` before the server starts; may set `cls.arguments`."""

    @classmethod
    def command(cls):
        return prodev_command(cls.folder, cls.arguments)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare()
        cls.server = Server(cls.command(), environment=cls.environment)
        cls.addClassCleanup(cls.server.kill)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def connect(self, **options):
        """A new connection, closed at the end of the test."""
        client = Client(self.server.port, **options)
        self.addCleanup(client.close)
        return client

    def request(self, method, target, headers=(), body=b""):
        """One request on a connection of its own."""
        with Client(self.server.port) as client:
            return client.request(method, target, headers, body)

    def get(self, target, headers=()):
        return self.request("GET", target, headers)


class ProbeCase(ServerCase):
    """A test class with one probe server, whose flags are `arguments`."""

    @classmethod
    def command(cls):
        return [binary_path("probe_server"), "--body-directory", str(cls.folder), *map(str, cls.arguments)]
