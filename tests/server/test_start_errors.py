"""Starts that fail: one sentence that names the cause and the fix, exit code 1 or 2, nothing left behind."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import make_certificate  # noqa: E402
from prodev import Client, FolderCase, binary_path, clean_environment, eventually, prodev_command, run_prodev  # noqa: E402


class StartErrors(FolderCase):
    def setUp(self):
        self.home = self.make_folder()

    def assert_fails(self, *arguments, code, says=(), listen="127.0.0.1:0", home=None):
        done = run_prodev("serve", "--dir", home or self.home, "--listen", listen, *arguments)
        self.assertEqual(done.returncode, code, done)
        self.assertNotIn("serving", done.stdout)
        self.assertRegex(done.stderr, r"\Aprodev: [^\n]+\n\Z", "one sentence")
        for text in says:
            self.assertIn(str(text), done.stderr)

    def test_a_port_in_use(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            address = f"127.0.0.1:{other.getsockname()[1]}"
            self.assert_fails(code=1, listen=address, says=[address, "in use", "--listen"])
            self.assertFalse((self.home / "data").exists(), "no other command takes this for a project's folder")

    def test_a_port_in_use_by_another_prodev_is_not_shared_with_it(self):
        server = self.start_prodev()
        address = f"127.0.0.1:{server.port}"
        self.assert_fails(code=1, listen=address, says=[address, "in use", "--takeover"])
        with Client(server.port) as client:
            self.assertEqual(client.get("/healthz").status, 200)

    def test_a_redirect_port_in_use(self):
        certificate, key = make_certificate(self.home, "c")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            address = f"127.0.0.1:{other.getsockname()[1]}"
            self.assert_fails("--tls-cert", certificate, "--tls-key", key, "--redirect-listen", address, code=1,
                              says=[address, "in use"])

    def test_an_address_of_another_machine(self):
        self.assert_fails(code=1, listen="192.0.2.77:0", says=["192.0.2.77", "--listen"])

    def test_a_second_server_on_the_same_data_folder(self):
        server = self.start_prodev(folder=self.home)
        self.assert_fails(code=1, says=[self.home / "data", "--data", "--takeover"])
        with Client(server.port) as client:
            self.assertEqual(client.get("/healthz").status, 200, "the first goes on")
        self.start_prodev("--data", self.make_folder(), folder=self.home)

    def test_many_starts_at_once_on_one_data_folder_leave_exactly_one_server(self):
        processes = [subprocess.Popen(prodev_command(self.home), env=clean_environment(),
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
        try:
            serving = []
            for process in processes:
                first = process.stdout.readline()  # of the announcement, or nothing at the end of a failure
                if first:
                    serving.append(process)
            self.assertEqual(len(serving), 1, "the others must fail")
            for process in processes:
                if process is not serving[0]:
                    self.assertEqual(process.wait(30), 1)
                    self.assertIn(b"another prodev", process.stderr.read())
        finally:
            for process in processes:
                process.kill()
                process.wait()
                process.stdout.close()
                process.stderr.close()

    def test_standard_descriptors_that_are_closed_are_not_those_of_files_or_sockets(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        for closed in ["1>&- 2>&-", "0<&- 1>&- 2>&-"]:
            command = prodev_command(self.home, ["--listen", f"127.0.0.1:{port}", "--log-level", "debug"])
            process = subprocess.Popen(["sh", "-c", f'exec "$@" {closed}', "sh", *command],
                                       env=clean_environment(), stdin=subprocess.DEVNULL)
            try:
                eventually(lambda: self.answers(port), "it serves")
                for descriptor in range(3):
                    self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{descriptor}"), "/dev/null")
                with Client(port) as client:
                    for _ in range(100):
                        self.assertEqual(client.get("/healthz").status, 200)
            finally:
                process.terminate()
                self.assertEqual(process.wait(30), 0)

    @staticmethod
    def answers(port):
        try:
            with Client(port) as client:
                return client.get("/healthz").status == 200
        except ConnectionRefusedError:
            return False

    def test_the_socket_left_by_a_killed_server_is_no_obstacle(self):
        server = self.start_prodev(folder=self.home, checked=False)
        server.kill()
        server.wait()
        self.assertTrue((self.home / "data/control.sock").exists())
        again = self.start_prodev(folder=self.home)
        with Client(again.port) as client:
            self.assertEqual(client.get("/healthz").status, 200)

    def test_missing_folders(self):
        missing = self.home / "missing"
        self.assert_fails(code=2, home=missing, says=[missing, "--dir"])
        self.assert_fails("--static", missing, code=1, says=[missing, "--static"])
        self.assert_fails("--data", missing / "deeper", code=1, says=[missing, "--data"])

    def test_files_in_the_place_of_folders(self):
        file = self.home / "file"
        file.write_text("x")
        self.assert_fails(code=2, home=file, says=[file, "--dir"])
        self.assert_fails("--static", file, code=1, says=[file, "--static"])
        self.assert_fails("--data", file, code=1, says=[file])
        (self.home / "static").write_text("x")
        self.assert_fails(code=1, says=[self.home / "static"])

    def test_unreadable_certificates(self):
        certificate, key = make_certificate(self.home, "c")
        missing = self.home / "missing.pem"
        self.assert_fails("--tls-cert", missing, "--tls-key", key, code=1, says=["certificate", missing])
        self.assert_fails("--tls-cert", certificate, "--tls-key", missing, code=1, says=["key", missing])
        self.assert_fails("--tls-cert", self.home, "--tls-key", key, code=1, says=[self.home])
        empty = self.home / "empty.pem"
        empty.touch()
        self.assert_fails("--tls-cert", empty, "--tls-key", key, code=1, says=[empty, "--tls-cert"])
        self.assert_fails("--tls-cert", certificate, "--tls-key", empty, code=1, says=[empty, "--tls-key"])
        self.assert_fails("--tls-cert", key, "--tls-key", key, code=1, says=[key, "--tls-cert"])
        self.assert_fails("--tls-cert", certificate, "--tls-key", certificate, code=1, says=["--tls-key"])

    def test_a_key_of_another_certificate(self):
        for kind in ["ec", "rsa"]:
            first = make_certificate(self.home, f"first-{kind}", key_type=kind)
            second = make_certificate(self.home, f"second-{kind}", key_type=kind)
            self.assert_fails("--tls-cert", first[0], "--tls-key", second[1], code=1, says=[first[0], second[1]])

    def test_an_encrypted_key_is_refused_and_not_asked_about(self):
        certificate, key = make_certificate(self.home, "c")
        locked = self.home / "locked.key"
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", locked],
                       check=True, capture_output=True)
        self.assert_fails("--tls-cert", certificate, "--tls-key", locked, code=1, says=[locked, "unencrypted"])

    def test_a_failed_start_leaves_no_listening_socket_and_no_control_socket(self):
        self.assert_fails("--tls-cert", self.home / "none", "--tls-key", self.home / "none", code=1)
        self.assertFalse((self.home / "data/control.sock").exists())
        self.start_prodev(folder=self.home)

    def test_everything_the_server_writes_is_private(self):
        os.umask(os.umask(0o022))
        self.start_prodev(folder=self.home)
        self.assertEqual((self.home / "data").stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.home / "data/control.sock").stat().st_mode & 0o777, 0o600)

    def test_a_data_folder_with_a_very_long_path_works(self):
        deep = self.home
        while len(str(deep)) < 400:
            deep = deep / ("d" * 100)
        deep.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.home / ("d" * 100), ignore_errors=True)
        server = self.start_prodev(folder=deep)
        with Client(server.port) as client:
            self.assertEqual(client.get("/healthz").status, 200)

    def test_a_closed_standard_output_is_no_reason_to_crash(self):
        done = subprocess.run(["sh", "-c", '"$0" version >&-', binary_path("prodev")],
                              capture_output=True, check=False, env=clean_environment())
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
