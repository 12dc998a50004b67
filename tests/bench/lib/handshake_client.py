"""Full TLS handshakes, one after the other, for a number of seconds.

Usage: handshake_client.py PORT PATH SECONDS. Each connection makes one request and closes. No
session is ever offered, so the server cannot resume one. Prints JSON.
"""

import json
import socket
import ssl
import sys
import time


def exchange(context, port, request):
    """One connection from connect to the server's close: (status line, protocol and cipher)."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain) as tls:
            if tls.session_reused:
                raise ssl.SSLError("the server resumed a session that was never offered")
            tls.sendall(request)
            answer = b""
            while chunk := tls.recv(16384):
                answer += chunk
            return answer.split(b"\r\n", 1)[0], f"{tls.version()} {tls.cipher()[0]}"


def main():
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    # What is measured is the server's work; checking its certificate would be the client's.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    latencies, ciphers = [], set()
    started = time.monotonic()
    end = started + seconds
    while (begun := time.monotonic()) < end:
        status, cipher = exchange(context, port, request)
        if b" 200 " not in status + b" ":
            sys.exit(f"expected status 200, got {status!r}")
        latencies.append((time.monotonic() - begun) * 1000)
        ciphers.add(cipher)
    json.dump({"latencies_ms": latencies, "seconds": time.monotonic() - started,
               "ciphers": sorted(ciphers)}, sys.stdout)


if __name__ == "__main__":
    main()
