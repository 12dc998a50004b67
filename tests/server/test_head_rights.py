"""Who may not write is told so before the body is taken."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402
from rest_case import RestCase  # noqa: E402

SCHEMA = """
CREATE ROLE staff;
CREATE TABLE read_only (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE unruled (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE granted (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE never (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE open (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE POLICY read_all ON read_only FOR SELECT USING (true);
CREATE POLICY all_of_it ON granted USING (true) WITH CHECK (true);
CREATE POLICY no_rows ON never USING (true) WITH CHECK (false);
CREATE POLICY all_of_it ON open USING (true) WITH CHECK (true);
REVOKE INSERT ON granted FROM anon, authenticated;
CREATE FUNCTION keep(body TEXT) RETURNS INTEGER LANGUAGE sql AS $$ INSERT INTO open (body) VALUES (:body) RETURNING id $$;
REVOKE EXECUTE ON FUNCTION keep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep TO staff;
"""
LENGTH = 10_000_000


class HeadRightsTest(RestCase):
    SCHEMA = SCHEMA

    def begin(self, path, method="POST", role=None, headers=()):
        """A connection on which a request with a long body is announced, and none of the body sent."""
        fields = {"Content-Length": LENGTH, "Content-Type": "text/csv", **dict(headers)}
        if role is not None:
            fields["Authorization"] = "Bearer " + self.token(role)
        client = prodev.Client(self.server.port)
        self.addCleanup(client.close)
        client.send(prodev.make_request(method, "/rest/v1/" + path, fields))
        return client

    def check_refused(self, client, status, code):
        response = client.read_response()
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.json()["code"], code)
        self.assertTrue(response.closes())
        client.expect_close()

    def test_a_caller_without_a_right_is_refused_before_the_body_comes(self):
        for path in ("read_only", "unruled", "never", "granted", "rpc/keep"):
            self.check_refused(self.begin(path), 401, "42501")
            self.check_refused(self.begin(path, role="authenticated"), 403, "42501")
        self.check_refused(self.begin("read_only?id=eq.1", method="PUT"), 401, "42501")

    def test_what_is_not_there_is_told_before_the_body_comes(self):
        self.check_refused(self.begin("missing"), 404, "PGRST205")
        self.check_refused(self.begin("rpc/missing"), 404, "PGRST202")

    def test_a_wrong_token_is_refused_before_the_body_comes(self):
        client = self.begin("open", headers={"Authorization": "Bearer a.b.c"})
        response = client.read_response()
        self.assertEqual(response.status, 401)
        self.assertTrue(response.header("WWW-Authenticate").startswith("Bearer"))
        client.expect_close()

    def test_an_unwanted_body_is_not_invited_and_a_wanted_one_is(self):
        expect = {"Expect": "100-continue"}
        self.check_refused(self.begin("read_only", headers=expect), 401, "42501")
        self.assertEqual(self.begin("open", headers=expect).read_response().status, 100)
        self.assertEqual(self.begin("rpc/keep", role="staff", headers=expect).read_response().status, 100)

    def test_chunks_are_refused_as_a_length_is(self):
        client = prodev.Client(self.server.port)
        self.addCleanup(client.close)
        client.send(prodev.make_request("POST", "/rest/v1/read_only", {"Transfer-Encoding": "chunked"}))
        self.check_refused(client, 401, "42501")

    def test_a_caller_without_a_right_is_refused_before_a_body_that_is_there_is_looked_at(self):
        for path in ("read_only", "unruled", "never"):
            self.refused(401, "42501", "POST", path, "no JSON at all", role=None)

    def test_rows_that_policies_only_hide_are_no_reason_to_refuse(self):
        response = self.call("PATCH", "read_only?id=eq.1", {"body": "x"}, role=None)
        self.assertEqual(response.status, 204, response.body)

    def test_a_method_without_a_meaning_for_a_body_takes_little_of_one(self):
        for method in ("GET", "DELETE"):
            client = self.begin("open?id=eq.1", method=method)
            response = client.read_response()
            self.assertEqual(response.status, 413, response)
            client.expect_close()
        response = self.call("DELETE", "open?id=eq.1", b"x" * 1_000)
        self.assertEqual(response.status, 204)


if __name__ == "__main__":
    unittest.main()
