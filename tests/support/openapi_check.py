"""Holds every response to what the OpenAPI document of the server says.

    from openapi_check import CheckedClient as Client

A CheckedClient asks the server, with the credentials of each request, for the document, and fails when a
response to /rest/v1/TABLE has a status, a media type or a body that the document does not have for the
operation. Rows that a `select` has reshaped are held to status and media type alone.
"""

import json
import urllib.parse

import jsonschema

from prodev import Client

DOCUMENT = "/openapi.json"
TABLES = "/rest/v1/"
CREDENTIALS = ("authorization", "apikey")


def spelled(path):
    """One spelling for all of a path's: its slashes part it, those that are encoded do not."""
    return "/".join(urllib.parse.quote(urllib.parse.unquote(part)).replace("/", "%2F") for part in path.split("/"))


class Document:
    """One OpenAPI document: its operations by decoded path, with references resolved."""

    def __init__(self, text):
        self.root = json.loads(text)
        jsonschema.Draft202012Validator.check_schema({"$defs": self.root["components"].get("schemas", {})})
        self.paths = {spelled(path): item for path, item in self.root["paths"].items()}

    def resolved(self, item):
        while "$ref" in item:
            found = self.root
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item

    def operation(self, method, path):
        """None: the role may not use this method on this path."""
        item = self.paths.get(path, {})
        return item.get("get" if method == "HEAD" else method.lower())

    def problems(self, schema, value):
        whole = {**schema, "components": self.root["components"]}  # what its references point into
        return [f"{error.json_path}: {error.message}"
                for error in jsonschema.Draft202012Validator(whole).iter_errors(value)]


def media_of(response):
    return (response.header("Content-Type") or "").partition(";")[0].strip()


def has_rows(response):
    """False: no body, or the empty forms of JSON and CSV."""
    is_csv = media_of(response) == "text/csv"
    return len(response.body.splitlines()) > 1 if is_csv else response.body not in (b"", b"[]")


def check_response(document, method, target, response):
    """AssertionError when `response` is not what `document` says. False: it has no such operation, and no
    rows were answered."""
    path, _, query = target.partition("?")
    path = DOCUMENT if path == TABLES else spelled(path).rstrip("/")
    operation = document.operation(method, path)
    about = f"{method} {target}: {response!r}"
    if operation is None:
        if response.status < 300 and has_rows(response):
            raise AssertionError(f"the document has no such operation, and rows are answered to {about}")
        return False
    described = operation["responses"].get(str(response.status))
    if described is None:
        raise AssertionError(f"the document has no status {response.status} for {about}")
    described = document.resolved(described)
    if not has_rows(response):
        return True
    media = media_of(response)
    if media not in described.get("content", {}):
        raise AssertionError(f"the document has no {media} for {about}")
    # Names in a select, and those of embedded tables in front of a filter, are the client's.
    reshaped = response.status < 300 and "select=" in query
    if response.header("Content-Encoding"):
        return True  # the rows themselves are compared with plain ones where encodings are tested
    if (media == "application/json" or media.endswith("+json")) and not reshaped:
        problems = document.problems(described["content"][media]["schema"], response.json())
        if problems:
            raise AssertionError(f"not as the document says: {problems[:3]} in {about}")
    return True


class CheckedClient(Client):
    """A Client whose responses are held to the document of their caller."""

    _known = {}  # (ETag, Document) by port and credentials, of all clients

    def __init__(self, port, *arguments, **options):
        super().__init__(port, *arguments, **options)
        self._documents = None  # the connection that asks for them, so that answers here stay in order
        self._connect = lambda: Client(port, *arguments, **options)
        self._port = port
        self.checked = 0  # responses that the document speaks of

    def close(self):
        if self._documents:
            self._documents.close()
        super().close()

    def _document(self, headers):
        pairs = headers.items() if isinstance(headers, dict) else headers
        credentials = tuple((name, value) for name, value in pairs if name.lower() in CREDENTIALS)
        key = (self._port, credentials)
        etag, document = self._known.get(key, (None, None))
        if self._documents is None:
            self._documents = self._connect()
        answer = self._documents.get(DOCUMENT, [*credentials, *([("If-None-Match", etag)] if etag else [])])
        if answer.status == 401:  # a token that cannot be trusted: what is said to nobody holds
            return self._document(())
        if answer.status == 200:
            document = Document(answer.body)
            self._known[key] = (answer.header("ETag"), document)
        else:
            assert answer.status == 304, answer
        return document

    def request(self, method, target, headers=(), body=b"", host="localhost"):
        if not target.startswith(TABLES):
            return super().request(method, target, headers, body, host)
        before = self._document(headers)
        response = super().request(method, target, headers, body, host)
        after = self._document(headers)
        try:
            self.checked += check_response(after, method, target, response)
        except AssertionError:
            # The schema may have changed since: then the document of that moment holds.
            if after is before:
                raise
            self.checked += check_response(before, method, target, response)
        return response
