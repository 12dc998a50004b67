"""What requests may hold of memory and disk: rows, bodies and responses in files, and for how long."""

import pathlib
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import prodev  # noqa: E402
from rest import RestFolderCase  # noqa: E402

SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, a INTEGER, b INTEGER, c INTEGER) STRICT;
CREATE TABLE long (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE POLICY all_notes ON note USING (true) WITH CHECK (true);
CREATE POLICY all_longs ON long USING (true) WITH CHECK (true);
INSERT INTO long WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 6) SELECT n, hex(zeroblob(500000)) FROM n;
CREATE TABLE random (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE POLICY all_randoms ON random USING (true);
INSERT INTO random VALUES (1, hex(randomblob(450000)));
CREATE FUNCTION echo(part TEXT) RETURNS INTEGER LANGUAGE sql STABLE AS $$ SELECT length(:part) $$;
CREATE FUNCTION keep(part TEXT) RETURNS INTEGER LANGUAGE sql AS $$
  INSERT INTO note (a) VALUES (length(:part)) RETURNING a $$;
CREATE FUNCTION twice(part TEXT) RETURNS INTEGER LANGUAGE sql STABLE AS $$ SELECT length(:part || :part) $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon;
"""
CSV = {"Content-Type": "text/csv"}
JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
MIB = 1 << 20


class RoomCase(RestFolderCase):
    def check(self, response, status, code):
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.json()["code"], code, response)
        return response


class RowsTest(RoomCase):
    def test_a_request_has_so_many_rows_at_most_in_every_format(self):
        server = self.start_project(SCHEMA, "--max-write-rows", "100")
        for rows, expect in ((100, None), (101, 413), (50_000, 413)):
            for headers, body in (({}, b"[" + b",".join([b'{"body":"x"}'] * rows) + b"]"),
                                  (LINES, b'{"body":"x"}\n' * rows), (CSV, b"body\n" + b"x\n" * rows)):
                response = self.ask(server, "POST", "note", body, headers)
                if expect:
                    self.check(response, expect, "54000")
                    self.assertIn("100 rows", response.json()["message"])
                else:
                    self.assertEqual(response.status, 201, response)
        self.assertEqual(len(self.ask(server, "GET", "note?select=id").json()), 300)

    def test_rows_take_so_much_memory_at_most_whatever_their_bytes(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(8 * MIB), "--max-write-rows", "0")
        few = b"[" + b",".join([b"{}"] * 5_000) + b"]"
        many = b"[" + b",".join([b"{}"] * 30_000) + b"]"  # 90 KB, and 150,000 values
        path = "note?columns=id,body,a,b,c"
        self.assertEqual(self.ask(server, "POST", path, few).status, 201)
        self.check(self.ask(server, "POST", path, many), 413, "54000")
        self.check(self.ask(server, "POST", "note", b"body\n" + b"x\n" * 500_000, CSV), 413, "54000")
        for _ in range(3):  # all was given back
            self.assertEqual(self.ask(server, "POST", path, few).status, 201)

    def test_of_inserts_that_have_no_room_together_one_goes_on(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(64 * MIB))
        body = b"[" + b",".join([b'{"body":"' + b"x" * 300 + b'"}'] * 20_000) + b"]"  # more than half of a share, with its rows

        def insert(_):
            with prodev.Client(server.port) as client:
                return client.request("POST", "/rest/v1/note", JSON, body).status

        with ThreadPoolExecutor(2) as pool:
            for _ in range(3):
                statuses = list(pool.map(insert, range(2)))
                self.assertIn(201, statuses)
                self.assertLessEqual(set(statuses), {201, 503})

    def test_a_large_body_is_parsed_aside(self):
        server = self.start_project(SCHEMA)
        body = b"[" + b",".join([b'{"body":"' + b"x" * 300 + b'"}'] * 40_000) + b"]"
        self.assertEqual(self.ask(server, "POST", "note", body).status, 201)
        self.assertEqual(self.ask(server, "HEAD", "note", headers={"Prefer": "count=exact"}).header(
            "Content-Range"), "0-39999/40000")


class AnswersTest(RoomCase):
    def test_answers_that_nobody_reads_go_to_files_when_they_hold_the_memory_compressed_ones_too(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(8 * MIB))
        files = self.project / "data/tmp"
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            clients = []

            def is_held():
                # The system has buffers of its own for the first answers that nobody reads.
                client = prodev.Client(server.port, receive_buffer=4_096)
                self.addCleanup(client.close)
                clients.append(client)
                client.send(prodev.make_request("GET", "/rest/v1/random", headers) * 12)
                client.read_exactly(12)
                return server.unnamed_files(files)

            prodev.eventually(is_held, "the memory is held, and an answer waits in a file")
            with prodev.Client(server.port, source="127.0.0.9") as other:
                for _ in range(5):
                    self.assertEqual(other.get("/rest/v1/random", headers).status, 200)
            for client in clients:
                client.close()
            prodev.eventually(lambda: not server.unnamed_files(files), "all is given back")

    def test_arguments_of_a_function_count_as_rows_do(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(16 * MIB))
        for name in ("echo", "keep"):
            fits, long = ({"part": "x" * size} for size in (1_000_000, 4_000_000))
            for _ in range(3):  # all is given back before the answer comes
                self.assertEqual(self.ask(server, "POST", "rpc/" + name, fits, JSON).json(), 1_000_000)
            self.check(self.ask(server, "POST", "rpc/" + name, long, JSON), 413, "54000")

    def test_what_one_request_can_never_have_in_all_is_too_much_and_not_to_be_tried_again(self):
        server = self.start_project(SCHEMA, "--request-memory-bytes", str(16 * MIB))
        # Its argument fits, and so would what the function makes of it.
        self.assertEqual(self.ask(server, "POST", "rpc/echo", {"part": "x" * 1_500_000}, JSON).json(), 1_500_000)
        self.check(self.ask(server, "POST", "rpc/twice", {"part": "x" * 1_500_000}, JSON), 413, "54000")
        self.assertEqual(self.ask(server, "POST", "rpc/twice", {"part": "x" * 500_000}, JSON).json(), 1_000_000)


class TemporaryFilesTest(RoomCase):
    def begin(self, server, size, source=None):
        """An upload that stops just before its end."""
        client = prodev.Client(server.port, source=source)
        self.addCleanup(client.close)
        client.send(prodev.make_request("POST", "/rest/v1/long", CSV, b"body\n" + b"x" * (size - 5))[:-1])
        return client

    def ask_path(self, server, path):
        with prodev.Client(server.port) as client:
            return client.get(path)

    def sizes(self, server):
        return server.unnamed_files(self.project / "data/tmp")

    def files(self, server):
        return len(self.sizes(server))

    def test_uploads_of_one_client_hold_a_quarter_at_most_and_those_of_others_go_on(self):
        server = self.start_project(SCHEMA, "--temporary-bytes", str(8 * MIB))
        response = self.begin(server, 3 * MIB).read_response()
        self.assert_error(response, 413, "too_large")
        prodev.eventually(lambda: self.files(server) == 0, "the room of what was refused is given back")
        stopped = self.begin(server, 3 * MIB // 2)
        prodev.eventually(lambda: sum(self.sizes(server)) > 3 * MIB // 2 - 70_000, "the first upload is in its file")
        busy = self.begin(server, MIB).read_response()
        self.assert_error(busy, 503, "busy")
        self.assertEqual(busy.header("Retry-After"), "1")
        other = self.begin(server, MIB, source="127.0.0.2")
        other.send(b"x")
        self.assertEqual(other.read_response().status, 201)
        self.assertEqual(self.ask_path(server, "/readyz").status, 200)
        stopped.close()
        prodev.eventually(lambda: self.files(server) == 0, "the room is given back")
        again = self.begin(server, 3 * MIB // 2)
        again.send(b"x")
        self.assertEqual(again.read_response().status, 201)

    def test_what_is_sorted_in_a_file_holds_no_more_either(self):
        server = self.start_project(SCHEMA, "--temporary-bytes", str(8 * MIB))
        self.check(self.ask(server, "GET", "long?select=id&order=body"), 413, "54000")
        self.assertEqual(len(self.ask(server, "GET", "long?select=id&order=body&id=lte.3").json()), 3)
        self.assertEqual(len(self.ask(server, "GET", "long?select=id&order=id").json()), 6)

    def test_a_response_in_a_file_holds_no_more_either(self):
        server = self.start_project(SCHEMA, "--temporary-bytes", str(16 * MIB))
        self.assertEqual(len(self.ask(server, "GET", "long?limit=3").json()), 3)
        self.check(self.ask(server, "GET", "long?select=body,again:body"), 413, "54000")
        unread = prodev.Client(server.port, receive_buffer=4_096)
        self.addCleanup(unread.close)
        unread.send(prodev.make_request("GET", "/rest/v1/long?limit=3"))
        self.assertFalse(unread.is_silent(20), "the response is whole, and waits for its reader")
        self.assertEqual(self.files(server), 1)
        self.check(self.ask(server, "GET", "long?limit=3"), 503, "53100")
        unread.close()
        prodev.eventually(lambda: self.files(server) == 0, "the room is given back")
        self.assertEqual(self.ask(server, "GET", "long?limit=3").status, 200)


class PaceTest(RoomCase):
    def test_an_upload_slower_than_the_rate_is_cut_off_and_a_faster_one_is_not(self):
        server = self.start_project(SCHEMA, "--body-timeout-ms", "800", "--min-transfer-rate", "20000")
        for piece, status in ((1_000, 408), (10_000, 201)):
            client = prodev.Client(server.port)
            self.addCleanup(client.close)
            body = b"body\n" + b"x" * (30 * piece - 5)
            client.send(prodev.make_request("POST", "/rest/v1/long", CSV, body)[:-len(body)])
            try:
                for i in range(0, len(body), piece):
                    client.send(body[i:i + piece])
                    time.sleep(0.1)
            except OSError:
                pass  # cut off: its answer is still there
            self.assertEqual(client.read_response().status, status)

    def test_a_response_in_a_file_that_is_read_slower_than_the_rate_is_cut_off(self):
        server = self.start_project(SCHEMA, "--write-timeout-ms", "800", "--min-transfer-rate", "200KiB")
        client = prodev.Client(server.port, receive_buffer=4_096)
        self.addCleanup(client.close)
        client.send(prodev.make_request("GET", "/rest/v1/long"))
        folder = self.project / "data/tmp"
        prodev.eventually(lambda: server.unnamed_files(folder), "the response waits in a file")
        end = time.monotonic() + 20
        while server.unnamed_files(folder) and time.monotonic() < end:
            client.socket.recv(2_000)  # some progress all the time
            time.sleep(0.05)
        self.assertEqual(server.unnamed_files(folder), [])


if __name__ == "__main__":
    unittest.main()
