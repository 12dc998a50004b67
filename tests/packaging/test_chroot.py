"""The executable alone in an empty folder, as the root of its world: it serves and resolves names.

The root has no library, no loader, no /proc and no /dev. The only other file is etc/hosts, because
the question is whether the C library inside the executable can read one.
"""

import http.client
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from prodev import Server, binary_path  # noqa: E402

NAME = "shop.example"  # reserved for examples: no name server knows it


def in_root(folder, *arguments):
    """The command that runs the folder's /prodev with the folder as its root."""
    chroot = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")
    as_root = [] if os.geteuid() == 0 else [shutil.which("unshare"), "--map-root-user"]
    return [*as_root, chroot, str(folder), "/prodev", *arguments]


class EmptyRoot(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="prodev-root-"))
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copy(binary_path("prodev"), self.root / "prodev")
        (self.root / "etc").mkdir()
        (self.root / "etc" / "hosts").write_text(f"127.0.0.1 {NAME}\n", "ascii")

    def run_in_root(self, *arguments):
        return subprocess.run(in_root(self.root, *arguments), capture_output=True, text=True,
                              timeout=60, check=False, env={})

    def serve(self):
        server = Server(in_root(self.root, "serve", "--dir", "/site", "--listen", "127.0.0.1:0"))
        self.addCleanup(server.stop)  # fails the test when the server does not end well
        return server

    def test_it_says_its_version(self):
        done = self.run_in_root("version")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("prodev "), done.stdout)

    def test_it_serves_a_file_of_the_root(self):
        (self.root / "site" / "static").mkdir(parents=True)
        (self.root / "site" / "static" / "alone.txt").write_text("alone", "ascii")
        server = self.serve()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/alone.txt")
        self.assertEqual(connection.getresponse().read(), b"alone")
        connection.close()

    def test_it_resolves_a_host_name(self):
        (self.root / "site").mkdir()
        server = self.serve()
        done = self.run_in_root("healthcheck", "--url", f"http://{NAME}:{server.port}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_name_that_is_not_there_is_an_error_that_says_so(self):
        done = self.run_in_root("healthcheck", "--url", "http://nowhere.invalid:1")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, re.compile(r"\Aprodev: .*nowhere\.invalid.*\n\Z"))


if __name__ == "__main__":
    unittest.main()
