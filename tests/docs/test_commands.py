"""Runs the commands of README.md and of the documentation, and compares what they print with what is shown.

What is run stands in the info strings of code blocks, which no reader sees:

    ```console run              each "$ " line is a command, what follows it is what it prints
    ```console shown            not run: it needs another machine, or a program that is not here
    ```sql file schema/1_a.sql  the block is written to that file
    <!-- run: COMMAND -->       runs a command that the page does not show; it must end well

A page runs in one shell, in an empty folder that it calls /srv. A server (`prodev serve`, `prodev demo`) stays
until the page ends or starts another one; its ports are free ones. Times, ids, tokens and durations are masked,
and a line "…" stands for any number of lines.
"""

import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402
from prodev import ROOT, binary_path, clean_environment  # noqa: E402

PAGES = [ROOT / "README.md", *sorted((ROOT / "static/docs").glob("*.md"))]
DEADLINE_S = 2 * prodev.DEADLINE_S
SHOWN_PORTS = (8000, 8080, 8443)
LAST_LINES_S = 5  # for what a server prints after it has said where its data is
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\S+ (info|warn|error) ")

MASKS = [(re.compile(pattern), replacement) for pattern, replacement in (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"eyJ[\w-]+(…|\.[\w-]+\.[\w-]*)", "TOKEN"),
    (r"\b\d+(\.\d+)? (ms|s)\b", "DURATION"),
    (r"\d+ rows/s", "SPEED"),
    (r"\([\w-]+\)$", "(BUILD)"),  # prodev 0.1.0 (dev)
    (r"duration_us=\d+", "duration_us=N"),
    (r"\d+ (bytes|KiB|MiB|GiB) free", "ROOM free"),
    (r" +", " "),
)]


def masked(line):
    for pattern, replacement in MASKS:
        line = pattern.sub(replacement, line)
    return line.rstrip()


def matches(expected, printed):
    """Whether the lines are the same; a "…" among the expected ones is any number of lines."""
    if not expected:
        return not printed
    if expected[0].strip() == "…":
        return any(matches(expected[1:], printed[skipped:]) for skipped in range(len(printed) + 1))
    return bool(printed) and masked(expected[0]) == masked(printed[0]) and matches(expected[1:], printed[1:])


def steps_of(text):
    """(line number, kind, what): "command" with (command, expected lines), "file" with (name, text), "unmarked"."""
    for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$|^<!-- run: (.*?) -->$", text, re.M | re.S):
        line = text.count("\n", 0, found.start()) + 1
        info, body, hidden = (found[1] or "").split(), found[2], found[3]
        if hidden:
            yield line, "command", (hidden, None)
        elif info[:2] == ["console", "run"]:
            yield from commands_of(line, body)
        elif info[1:2] == ["file"]:
            yield line, "file", (info[2], body)
        elif info[:1] == ["console"] and info[1:] != ["shown"]:
            yield line, "unmarked", None


def commands_of(line, block):
    command, expected, goes_on, at = None, [], False, line
    for number, text in enumerate(block.splitlines(), line + 1):
        if goes_on:
            command += "\n" + text
        elif text.startswith("$ "):
            if command:
                yield at, "command", (command, expected)
            command, expected, at = text[2:], [], number
        else:
            expected.append(text)
            continue
        goes_on = text.endswith("\\")
    if command:
        yield at, "command", (command, expected)


def starts_server(command):
    return re.match(r"(\w+=\S+ )*prodev (serve|demo)\b", command) and "--help" not in command


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Shell:
    """One bash in an empty folder, with prodev and a curl that shows no progress."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-docs-"))
        self.place = self.folder / "srv"
        self.place.mkdir()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/prodev").symlink_to(binary_path("prodev"))
        self.ports = {shown: free_port() for shown in SHOWN_PORTS}
        environment = clean_environment({"PRODEV_LISTEN": self.as_run("127.0.0.1:8000"), "LC_ALL": "C.UTF-8",
                                         "TERM": "dumb"})
        environment["PATH"] = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        self.bash = subprocess.Popen(["bash", "--norc"], cwd=self.place, env=environment, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.servers = []  # process ids
        self.run('curl() { command curl -sS --max-time 30 "$@"; }')

    def close(self):
        os.killpg(self.bash.pid, signal.SIGKILL)
        self.bash.wait()
        self.bash.stdin.close()
        self.bash.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, command):
        """What the command prints, as the page would show it."""
        self.bash.stdin.write(f"{{ {self.as_run(command)}\n}} < /dev/null 2>&1\necho; echo ---done---\n".encode())
        self.bash.stdin.flush()
        out, end = b"", time.monotonic() + DEADLINE_S
        while not out.endswith(b"\n---done---\n"):
            if not select.select([self.bash.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no end within {DEADLINE_S} s: {command}\n{out.decode()}")
            piece = os.read(self.bash.stdout.fileno(), 65536)
            if not piece:
                raise AssertionError(f"the shell ended in {command}\n{out.decode()}")
            out += piece
        return self.as_shown(out.decode().removesuffix("\n---done---\n").removesuffix("\n"))

    def as_run(self, command):
        for shown, free in self.ports.items():
            command = command.replace(f":{shown}", f":{free}")
        return re.sub(r"(?<=[\s'\"])/srv\b", str(self.place), command)

    def as_shown(self, text):
        for shown, free in self.ports.items():
            text = text.replace(f":{free}", f":{shown}")
        return text.replace(str(self.place), "/srv").rstrip().splitlines()

    def serve(self, command, expected):
        """Starts a server; what it has printed, without its log, once that is what is expected or time is up."""
        if "--takeover" not in command:
            self.stop_servers()
        printed = self.folder / f"server-{time.monotonic_ns()}"
        printed.touch()
        command = re.sub(r"\s#.*", "", command)
        identity = self.run(f"{command} > {printed} 2>&1 & echo $!")[-1]
        self.servers.append(identity)
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end and not self.has_announced(printed):
            if not pathlib.Path(f"/proc/{identity}").exists():
                break
            time.sleep(0.02)
        end = time.monotonic() + LAST_LINES_S
        while True:
            lines = [line for line in self.as_shown(printed.read_text()) if not LOG_LINE.match(line)]
            if expected is None or matches(expected, lines) or time.monotonic() > end:
                return lines
            time.sleep(0.02)

    def has_announced(self, printed):
        return any(line.startswith("data ") for line in printed.read_text().splitlines())

    def stop_servers(self):
        for identity in self.servers:
            self.run(f"kill {identity} 2> /dev/null; wait {identity}")
        self.servers = []


def page_test(path):
    def test(self):
        shell = Shell()
        self.addCleanup(shell.close)
        for line, kind, what in steps_of(path.read_text(encoding="utf-8")):
            where = f"{path.relative_to(ROOT)}:{line}"
            self.assertNotEqual(kind, "unmarked", f"{where}: a session is marked `run` or `shown`")
            if kind == "file":
                name, text = what
                shell.run(f"mkdir -p $(dirname {name})")
                place = shell.run("command pwd -P")[-1].replace("/srv", str(shell.place), 1)
                (pathlib.Path(place) / name).write_text(text, encoding="utf-8")
                continue
            command, expected = what
            if expected is None and not starts_server(command):
                command, expected = f"{{ {command}\n}} > /dev/null && echo ended well", ["ended well"]
            printed = shell.serve(command, expected) if starts_server(command) else shell.run(command)
            with self.subTest(where):
                if expected is not None and not matches(expected, printed):
                    self.fail("\n".join([f"$ {command}", "--- shown", *expected, "--- printed", *printed]))
    return test


class Commands(unittest.TestCase):
    """A test for each page that has something to run."""


for page in PAGES:
    setattr(Commands, f"test_{page.stem.replace('-', '_').lower()}_does_what_it_shows", page_test(page))


class Runner(unittest.TestCase):
    def test_a_line_of_dots_stands_for_any_lines_and_masks_for_what_changes(self):
        self.assertTrue(matches(["a", "…", "d"], ["a", "b", "c", "d"]))
        self.assertTrue(matches(["applied x 3 ms"], ["applied x 12 ms"]))
        self.assertFalse(matches(["a", "…", "d"], ["a", "b", "c"]))
        self.assertFalse(matches(['{"id":1}'], ['{"id":2}']))
        self.assertFalse(matches([], ["more"]))

    def test_commands_of_a_block_and_what_they_print(self):
        block = "```console run\n$ a \\\n  b\nout\n$ c\n```\n"
        self.assertEqual([what for _, _, what in steps_of(block)], [("a \\\n  b", ["out"]), ("c", [])])
        self.assertEqual([kind for _, kind, _ in steps_of("```console\n$ a\n```\n")], ["unmarked"])


if __name__ == "__main__":
    unittest.main()
