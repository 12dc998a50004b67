"""Holds idle keep-alive connections.

Usage: idle_client.py PORT PATH COUNT. Each connection makes one request and reads its answer; the
connections come from ten loopback addresses. Prints "open" when all are, then for each line read
prints how many still are; ends with its input.
"""

import re
import resource
import select
import socket
import sys
import time

OPEN_DEADLINE_S = 60
SOURCES = [f"127.0.0.{last}" for last in range(2, 12)]


def read_answer(connection):
    """Reads one response with a Content-Length, whole."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError("closed by the server before its answer")
        seen += chunk
    head, _, body = seen.partition(b"\r\n\r\n")
    if not re.match(rb"HTTP/1\.1 200\b", head):
        raise OSError(f"answered {head[:40]!r} instead of 200")
    left = int(re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head).group(1)) - len(body)
    while left > 0:
        chunk = connection.recv(left)
        if not chunk:
            raise OSError("closed by the server within its answer")
        left -= len(chunk)


def open_all(port, path, count):
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    deadline = time.monotonic() + OPEN_DEADLINE_S
    connections = []
    for number in range(count):
        if time.monotonic() > deadline:
            sys.exit(f"only {number} of {count} opened in {OPEN_DEADLINE_S} s")
        try:
            connection = socket.create_connection(
                ("127.0.0.1", port), timeout=10, source_address=(SOURCES[number % 10], 0))
            connection.sendall(request)
            read_answer(connection)
        except OSError as error:
            sys.exit(f"connection {number + 1} of {count}: {error}")
        connections.append(connection)
    return connections


def main():
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = open_all(port, path, count)
    print("open", flush=True)
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN | select.POLLRDHUP)
    for _ in sys.stdin:
        print(count - len(poll.poll(0)), flush=True)


if __name__ == "__main__":
    main()
