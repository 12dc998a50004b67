"""The documents of the shop and of schemas with unusual names, as others' programs read them: Redocly's
linter, the generator openapi-typescript with the client openapi-fetch, and supabase-js.

The packages of package-lock.json are installed below build/, once for each state of that file.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from prodev import ROOT, FolderCase, Server, binary_path, clean_environment, run_prodev  # noqa: E402
from rest import write_schema  # noqa: E402

FOLDER = ROOT / "build/node-openapi"
MANIFESTS = ("package.json", "package-lock.json")

# Names that need care in addresses, component names, operation ids and TypeScript.
UNUSUAL = """
CREATE TABLE "two words" (id INTEGER PRIMARY KEY, "a ""quoted"" name" TEXT, "select" TEXT, ünï TEXT);
CREATE TABLE two_words (id INTEGER PRIMARY KEY, note TEXT); -- the same when spaces are underscores
CREATE TABLE "a{b}c" (id INTEGER PRIMARY KEY);
CREATE TABLE "a/b" (id INTEGER PRIMARY KEY);
CREATE TABLE Error (code TEXT, "*/" TEXT DEFAULT 'x*/y');
CREATE TABLE Operations (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE kinds (i INTEGER, r REAL, n NUMERIC, t TEXT, b BLOB, flag BOOLEAN, j JSON, at TIMESTAMP, d DATE,
  tm TIME, u UUID, untyped, word TEXT CHECK (word IN ('a', 'it''s')), neg INTEGER DEFAULT -1, nul TEXT DEFAULT NULL,
  frac REAL DEFAULT 1.5, hex INTEGER DEFAULT 0x10, doc TEXT DEFAULT '[]' CHECK (json_valid(doc)));
CREATE VIRTUAL TABLE words USING fts5(body);
CREATE VIEW empty AS SELECT i FROM kinds WHERE 0;
-- A comment */ that ends comments,
--
-- with "quotes" and a \\ backslash.
CREATE TABLE commented (
  x TEXT -- ends */ too
);
CREATE FUNCTION "odd name"("an arg" integer, words text[] DEFAULT '[]') RETURNS SETOF commented LANGUAGE sql STABLE
AS $$ SELECT * FROM commented WHERE $1 > 0 $$;
CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 2 * :a $$;
CREATE FUNCTION twice(a integer, b text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT :b || :a $$;
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS $$ DELETE FROM commented $$;
CREATE FUNCTION pair() RETURNS TABLE (x integer, y text) LANGUAGE sql STABLE AS $$ SELECT 1, 'a' $$;
CREATE FUNCTION one() RETURNS commented LANGUAGE sql STABLE AS $$ SELECT * FROM commented $$;
CREATE FUNCTION whole(jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT $1 $$;
CREATE FUNCTION raw(bytea) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT length($1) $$;
CREATE FUNCTION shout(commented) RETURNS text LANGUAGE sql STABLE AS $$ SELECT upper(commented.x) $$;
"""


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
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError("npm ci failed:\n" + done.stdout)
    mark.write_text(state)


class Documents(FolderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install_packages()

    def setUp(self):
        self.work = self.make_folder()  # below it, node finds the packages
        (self.work / "node_modules").symlink_to(FOLDER / "node_modules")
        shutil.copy(HERE / "package.json", self.work)  # it says that files are modules

    def run_tool(self, tool, *arguments):
        environment = clean_environment({"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
        return subprocess.run([FOLDER / "node_modules/.bin" / tool, *arguments], cwd=self.work, text=True,
                              env=environment, capture_output=True, timeout=240, check=False)

    def print_document(self, project, role, path):
        printed = run_prodev("openapi", "--role", role, "--dir", project)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        path.write_text(printed.stdout, encoding="utf-8")
        return json.loads(printed.stdout)

    def assert_lints(self, project, roles):
        for role in roles:
            with self.subTest(role=role):
                self.print_document(project, role, self.work / "document.json")
                done = self.run_tool("redocly", "lint", "--extends=recommended", "--format=json", "document.json")
                report = json.loads(done.stdout)
                self.assertEqual(report["problems"], [])
                self.assertEqual(report["totals"], {"errors": 0, "warnings": 0, "ignored": 0})
                self.assertEqual(done.returncode, 0, done.stderr)

    def make_shop(self):
        """A server of the demo; its project is `prodev-demo` in the folder that is returned with it."""
        folder = self.make_folder()
        server = Server([binary_path("prodev"), "demo", "--listen", "127.0.0.1:0"], cwd=folder)
        self.addCleanup(server.stop)
        return server, folder / "prodev-demo"

    def make_project(self, schema):
        project = self.make_folder()
        write_schema(project, schema)
        migrated = run_prodev("migrate", "--dir", project)
        self.assertEqual(migrated.returncode, 0, migrated.stderr)
        return project

    def compile(self, *names):
        for name in ("tsconfig.json", *names):
            shutil.copy(HERE / name, self.work)
        done = self.run_tool("tsc")
        self.assertEqual(done.returncode, 0, done.stdout)

    def run_client(self, name, *arguments):
        done = subprocess.run(["node", self.work / "out" / name, *arguments], text=True, capture_output=True,
                              timeout=60, env=clean_environment(), check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_the_linter_has_nothing_to_say_about_the_shop(self):
        _, project = self.make_shop()
        self.assert_lints(project, ["anon", "authenticated", "staff", "service_role"])

    def test_the_linter_has_nothing_to_say_about_unusual_names_and_an_empty_schema(self):
        project = self.make_project(UNUSUAL)
        self.assert_lints(project, ["anon", "service_role"])
        document = self.print_document(project, "service_role", self.work / "document.json")
        self.assertIn("/rest/v1/two%20words", document["paths"])
        self.assertIn("/rest/v1/a%7Bb%7Dc", document["paths"])
        self.assert_lints(self.make_project("CREATE ROLE staff;"), ["service_role"])

    def test_a_client_generated_from_the_document_compiles_and_reads(self):
        server, project = self.make_shop()
        self.print_document(project, "authenticated", self.work / "document.json")
        made = self.run_tool("openapi-typescript", "document.json", "--output", "paths.ts")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.compile("fetch_client.ts")
        lines = self.run_client("fetch_client.js", server.url)
        self.assertRegex(lines[0], r"^1 tarn-mug \d+ [0-9.]+$")
        self.assertEqual(len(lines), 2)

    def test_a_client_generated_for_unusual_names_compiles(self):
        project = self.make_project(UNUSUAL)
        self.print_document(project, "service_role", self.work / "document.json")
        made = self.run_tool("openapi-typescript", "document.json", "--output", "paths.ts")
        self.assertEqual(made.returncode, 0, made.stderr)
        (self.work / "database.ts").write_text(run_prodev("types", "--dir", project).stdout, encoding="utf-8")
        self.compile()

    def test_supabase_js_takes_the_printed_types(self):
        server, project = self.make_shop()
        printed = run_prodev("types", "--lang", "ts", "--dir", project)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        (self.work / "database.ts").write_text(printed.stdout, encoding="utf-8")
        self.compile("supabase_client.ts")
        key = next(line.split()[-1] for line in server.lines if line.startswith("anon key "))
        self.assertEqual(len(self.run_client("supabase_client.js", server.url, key)), 2)


if __name__ == "__main__":
    unittest.main()
