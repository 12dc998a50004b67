"""Sockets from a service manager (LISTEN_FDS) and messages to it (NOTIFY_SOCKET), as systemd has them."""

import os
import pathlib
import signal
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import make_certificate  # noqa: E402
from prodev import Client, FolderCase, Server, prodev_command  # noqa: E402

# Puts inherited sockets at 3, 4... and becomes the server with LISTEN_PID being its own, as systemd does.
WRAPPER = """
import os, sys
fds = [int(fd) for fd in sys.argv[1].split(",")]
fds = [os.dup(fd) for fd in fds]
while min(fds) < 40:
    fds = [os.dup(fd) for fd in fds]
for place, fd in enumerate(fds, 3):
    os.dup2(fd, place)
os.closerange(3 + len(fds), 256)
pid = int(sys.argv[2]) or os.getpid()
os.environ.update(LISTEN_PID=str(pid), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join("x" for _ in fds))
os.execv(sys.argv[3], sys.argv[3:])
"""


def listening_socket(family=socket.AF_INET, address=("127.0.0.1", 0)):
    made = socket.socket(family)
    made.bind(address)
    made.listen(50)
    return made


class SocketActivation(FolderCase):
    def setUp(self):
        self.home = self.make_folder()

    def start(self, sockets, *arguments, pid=0, environment=None):
        numbers = [made.fileno() for made in sockets]
        command = [sys.executable, "-c", WRAPPER, ",".join(map(str, numbers)), str(pid),
                   *prodev_command(self.home, arguments)]
        server = Server(command, environment=environment, pass_fds=numbers)
        self.addCleanup(server.stop)
        return server

    def assert_serves(self, port):
        with Client(port) as client:
            self.assertEqual(client.get("/healthz").status, 200)

    def test_the_given_socket_is_served_instead_of_the_address_in_the_settings(self):
        with listening_socket() as given:
            port = given.getsockname()[1]
            server = self.start([given])
            self.assertEqual(server.port, port)
            self.assert_serves(port)

    def test_connections_made_before_the_start_are_served(self):
        with listening_socket() as given:
            client = Client(given.getsockname()[1])
            self.addCleanup(client.close)
            client.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
            self.start([given])
            self.assertEqual(client.read_response().status, 200)

    def test_every_loop_serves_a_single_given_socket(self):
        with listening_socket() as given:
            server = self.start([given], "--loops", "4")
            for _ in range(50):
                self.assert_serves(server.port)

    def test_several_sockets_are_all_served(self):
        with listening_socket() as first, listening_socket() as second, listening_socket() as third:
            self.start([first, second, third], "--loops", "2")
            for given in (first, second, third):
                self.assert_serves(given.getsockname()[1])

    def test_more_sockets_than_loops_are_served(self):
        given = [listening_socket() for _ in range(5)]
        for one in given:
            self.addCleanup(one.close)
        self.start(given, "--loops", "1")
        for one in given:
            self.assert_serves(one.getsockname()[1])

    def test_sockets_meant_for_another_process_are_left_alone(self):
        with listening_socket() as given:
            server = self.start([given], pid=1)
            self.assertNotEqual(server.port, given.getsockname()[1])
            self.assert_serves(server.port)

    def test_what_is_not_a_listening_socket_is_wrong_usage(self):
        with socket.socket() as unconnected:
            with self.assertRaises(AssertionError) as failure:
                self.start([unconnected])
        self.assertIn("ListenStream=", str(failure.exception))
        self.assertIn("prodev: ", str(failure.exception))

    def test_a_takeover_hands_given_sockets_on(self):
        with listening_socket() as given:
            port = given.getsockname()[1]
            old = self.start([given])
            server = Server(prodev_command(self.home, ["--takeover"]))
            self.addCleanup(server.stop)
            self.assertEqual((old.wait(), server.port), (0, port))
            self.assert_serves(port)


class Notifications(FolderCase):
    def manager(self, address):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(address)
        manager.settimeout(30)
        return manager

    def assert_told(self, manager, name):
        server = self.start_prodev(environment={"NOTIFY_SOCKET": name})
        self.assertEqual(manager.recv(1_000), b"READY=1")
        with Client(server.port) as client:
            self.assertEqual(client.get("/readyz").status, 200, "what is announced is true")
        server.signal(signal.SIGTERM)
        self.assertEqual(manager.recv(1_000), b"STOPPING=1")
        self.assertEqual(server.wait(), 0)

    def test_the_manager_is_told_when_the_server_is_ready_and_when_it_stops(self):
        path = str(self.make_folder() / "notify")
        self.assert_told(self.manager(path), path)

    def test_abstract_addresses_are_understood(self):
        name = f"prodev-test-{os.getpid()}-{id(self)}"
        self.assert_told(self.manager("\0" + name), "@" + name)

    def test_a_reload_is_announced(self):
        path = str(self.make_folder() / "notify")
        manager = self.manager(path)
        certificate, key = make_certificate(self.make_folder(), "c")
        server = self.start_prodev("--tls-cert", certificate, "--tls-key", key,
                                   environment={"NOTIFY_SOCKET": path})
        self.assertEqual(manager.recv(1_000), b"READY=1")
        server.signal(signal.SIGHUP)
        reloading = manager.recv(1_000)
        self.assertTrue(reloading.startswith(b"RELOADING=1"), reloading)
        self.assertEqual(manager.recv(1_000), b"READY=1")

    def test_a_manager_that_is_gone_is_no_obstacle(self):
        for name in [str(self.folder / "nobody"), "@nobody-listens-here", "relative", "/" + "x" * 300, ""]:
            server = self.start_prodev(environment={"NOTIFY_SOCKET": name})
            with Client(server.port) as client:
                self.assertEqual(client.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
