"""Projects with a schema, tokens made without prodev, and requests to /rest/v1."""

import base64
import hashlib
import hmac
import json
import pathlib

from openapi_check import CheckedClient
from prodev import FolderCase

DATABASE = "data/prodev.db"

# Functions that anon may call and that take as long as `rows` says: one that writes, to a table
# guest, and one that reads.
SLOW_FUNCTIONS = """
CREATE FUNCTION dawdle(rows INTEGER) RETURNS void LANGUAGE sql AS $$
  INSERT INTO guest (name) SELECT count(*) FROM
    (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :rows) SELECT n FROM n) $$;
CREATE FUNCTION ponder(rows INTEGER) RETURNS INTEGER LANGUAGE sql STABLE AS $$
  SELECT count(*) FROM
    (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :rows) SELECT n FROM n) $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon;
"""


def write_schema(folder, schema):
    """Makes `schema` the one schema file of the project `folder`."""
    (pathlib.Path(folder) / "schema").mkdir()
    (pathlib.Path(folder) / "schema/0001_tables.sql").write_text(schema, encoding="utf-8")


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make_token(folder, role, sub=None, **claims):
    """A token signed with the key that the server of `folder` has made (RFC 7519, HS256)."""
    key = (pathlib.Path(folder) / "data/keys/jwt.key").read_text().strip().encode()
    if sub is not None:
        claims["sub"] = sub
    head = _part(b'{"alg":"HS256","typ":"JWT"}')
    signed = head + "." + _part(json.dumps({"role": role, **claims}).encode())
    return signed + "." + _part(hmac.digest(key, signed.encode(), hashlib.sha256))


class RestFolderCase(FolderCase):
    """A test class that speaks to servers of projects that it makes."""

    client_type = CheckedClient

    def start_project(self, schema, *arguments, **options):
        """A server of a new project with `schema`, which is kept as `self.project`."""
        self.project = self.make_folder()
        write_schema(self.project, schema)
        return self.start_prodev(*arguments, folder=self.project, **options)

    def bearer(self, role, sub=None, **claims):
        return {"Authorization": "Bearer " + make_token(self.project, role, sub, **claims)}

    def ask(self, server, method, path, body=None, headers=None):
        """One request on a connection of its own; a body that is not bytes is sent as JSON."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        with self.client_type(server.port) as client:
            return client.request(method, "/rest/v1/" + path, headers or {}, data)
