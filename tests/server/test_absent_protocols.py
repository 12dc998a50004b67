"""Paths of protocols that clients know and this version does not speak: each says so, in its own words."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ServerCase  # noqa: E402

# Path -> the member of the body that holds the sentence, and the others.
SHAPES = {
    "/auth/v1/user": ("msg", {"code": 404, "error_code": "not_found"}),
    "/auth/v1": ("msg", {"code": 404, "error_code": "not_found"}),
    "/realtime/v1/websocket?apikey=x&vsn=2.0.0": ("error", {}),
    "/storage/v1/object/list/pictures": (
        "message", {"statusCode": "404", "error": "not_found", "code": "NotFound"}),
    "/functions/v1/greet": ("message", {"code": "NOT_FOUND"}),
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class AbsentProtocols(ServerCase):
    arguments = ["--anonymous-sign-in"]

    def test_each_says_in_its_shape_that_it_is_not_there(self):
        for path, (member, others) in SHAPES.items():
            for method in METHODS:
                with self.subTest(path=path, method=method):
                    response = self.request(method, path, {"Content-Type": "application/json"},
                                            b'{"a":1}' if method[0] == "P" else b"")
                    self.assertEqual(response.status, 404)
                    self.assertEqual(response.header("Content-Type"), "application/json")
                    body = response.json()
                    self.assertIn("this version of prodev", body.pop(member))
                    self.assertEqual(body, others)

    def test_graphql_says_so_as_an_error_of_a_request(self):
        for path in ["/graphql/v1", "/graphql/v1/"]:
            response = self.request("POST", path, {"Content-Type": "application/json"}, b'{"query":"{a}"}')
            self.assertEqual(response.status, 404)
            self.assertIn("/rest/v1/", response.json()["errors"][0]["message"])

    def test_what_is_there_answers_as_before(self):
        signed_up = self.request("POST", "/auth/v1/signup", {"Content-Type": "application/json"}, b"{}")
        self.assertEqual(signed_up.status, 200, signed_up)
        self.assert_error(self.get("/auth/v1/signup"), 405, "method_not_allowed")
        self.assert_error(self.get("/authorize"), 404, "not_found")
        self.assert_error(self.get("/functions/v2/x"), 404, "not_found")

    def test_a_page_of_another_origin_may_ask_first(self):
        response = self.request("OPTIONS", "/auth/v1/logout", {"Origin": "https://a.example",
                                                               "Access-Control-Request-Method": "POST"})
        self.assertEqual(response.status, 204)

    def test_a_connection_goes_on_behind_one(self):
        client = self.connect()
        for _ in range(2):
            self.assertEqual(client.request("POST", "/functions/v1/x", body=b"x" * 100_000).status, 404)
            if client.buffer == b"" and client.is_silent(0.01) is False:
                client = self.connect()  # it may end with a body that nobody reads
        self.assertEqual(self.get("/healthz").status, 200)

    def test_no_document_tells_of_them(self):
        paths = self.get("/openapi.json").json()["paths"]
        self.assertFalse([path for path in paths if "absent" in str(paths[path]) or "graphql" in path])


if __name__ == "__main__":
    unittest.main()
