"""The published clients drive the real server: each file of rest/ against a project of its own.

The packages of package-lock.json are installed below build/, once for each state of that file.
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from prodev import ROOT, FolderCase, clean_environment  # noqa: E402
from rest import make_token  # noqa: E402

FOLDER = ROOT / "build/clients"
MANIFESTS = ("package.json", "package-lock.json")
# Who asks, as role and subject of a token.
CALLERS = {
    "anon": ("anon", None),
    "ada": ("authenticated", "ada"),
    "bob": ("authenticated", "bob"),
    "staff": ("staff", "sam"),
    "service": ("service_role", None),
}


def install_packages():
    """Has npm install exactly what the lock file names."""
    state = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in MANIFESTS)).hexdigest()
    mark = FOLDER / "installed"
    if mark.exists() and mark.read_text() == state:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in MANIFESTS:
        shutil.copy(HERE / name, FOLDER)
    done = subprocess.run(
        ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--cache", FOLDER / "cache"],
        cwd=FOLDER, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240, check=False)
    if done.returncode != 0:
        raise AssertionError("npm ci failed:\n" + done.stdout)
    mark.write_text(state)


class Clients(FolderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install_packages()

    def start_project(self):
        """A server of the project with the films; what the tests need to know of it."""
        folder = self.make_folder()
        shutil.copytree(HERE / "schema", folder / "schema")
        server = self.start_prodev("--anonymous-sign-in", folder=folder)
        tokens = {who: make_token(folder, role, sub) for who, (role, sub) in CALLERS.items()}
        tokens["broken"] = tokens["ada"][:-4] + "AAAA"
        tokens["expired"] = make_token(folder, "authenticated", "ada", exp=1_000_000_000)
        tokens["stranger"] = make_token(folder, "nobody_knows")
        tokens["anon"] = next(line.split()[-1] for line in server.lines if line.startswith("anon key "))
        return {"PRODEV_URL": server.url, "PRODEV_TOKENS": json.dumps(tokens)}

    def run_file(self, path):
        environment = clean_environment()
        environment.update(self.start_project(), CLIENT_PACKAGES=str(FOLDER))
        done = subprocess.run(["node", "--test", "--test-reporter=tap", path], text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240, check=False)
        counts = {name: int(number) for name, number in
                  re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", done.stdout, re.MULTILINE)}
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertGreater(counts["tests"], 0, done.stdout)
        self.assertEqual(counts["pass"], counts["tests"], done.stdout)


def test_of(path):
    return lambda self: self.run_file(path)


# Clients.test_embedding and so on: one test for each file.
for file in sorted(HERE.glob("rest/*.test.mjs")):
    setattr(Clients, "test_" + file.name.removesuffix(".test.mjs"), test_of(file))


if __name__ == "__main__":
    unittest.main()
