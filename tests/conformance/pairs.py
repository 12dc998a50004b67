"""Requests and their exact answers, read from text files.

    # a comment, anywhere
    === A sentence that names the case
    PATCH city?id=eq.1
    Prefer: return=representation

    {"title":"Ulm"}
    --- 200
    Preference-Applied: return=representation

    [{"id":1,"title":"Ulm"}]

The request line is the method and what follows /rest/v1/, sent as it stands but for blanks and for
what is not ASCII, which are percent-encoded. Headers may follow, and after an empty line a body.
`As: ROLE` among them is no header: it sends a token of that role, and without it the request is
anon's. `--- STATUS` begins the answer: the headers named there must be exactly so, and one without a
value must be absent. JSON bodies are compared as JSON, the order of members and the digits of numbers
included; others as text, without the last line end; no body is an empty one.
"""

import dataclasses
import json
import re
import urllib.parse

_MEANT = re.compile(r"--- (\d{3})$")


@dataclasses.dataclass
class Answer:
    status: int
    headers: list  # (name, value)
    body: str


@dataclasses.dataclass
class Pair:
    file: str
    line: int  # where its name stands
    name: str
    method: str
    target: str
    headers: list
    body: str
    answer: Answer
    role: str = None

    def writes(self):
        return self.method not in ("GET", "HEAD", "OPTIONS")


class Misspelt(Exception):
    """A file of pairs that cannot be read."""


def read_pairs(name, text):
    """The pairs of the file `name` with the content `text`."""
    pairs, begun = [], None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#"):
            continue
        if line.startswith("=== "):
            if begun:
                pairs.append(_pair(name, *begun))
            begun = (number, line[4:].strip(), [])
        elif begun:
            begun[2].append(line)
        elif line.strip():
            raise Misspelt(f"{name}:{number}: this stands before the first ===")
    if begun:
        pairs.append(_pair(name, *begun))
    return pairs


def _pair(file, line, name, lines):
    places = [i for i, text in enumerate(lines) if _MEANT.match(text)]
    if len(places) != 1 or not lines[0].strip():
        raise Misspelt(f"{file}:{line}: a pair is a request, one line `--- STATUS` and an answer")
    method, _, target = lines[0].partition(" ")
    headers, body = _message(file, line, lines[1:places[0]])
    roles = [value for key, value in headers if key == "As"]
    headers = [(key, value) for key, value in headers if key != "As"]
    meant, text = _message(file, line, lines[places[0] + 1:])
    answer = Answer(int(_MEANT.match(lines[places[0]])[1]), meant, text)
    target = urllib.parse.quote(target, safe="".join(map(chr, range(33, 127))))
    return Pair(file, line, name, method, target, headers, body, answer, roles[0] if roles else None)


def _message(file, line, lines):
    headers = []
    for i, text in enumerate(lines):
        if not text.strip():
            return headers, "\n".join(lines[i + 1:]).strip("\n")
        key, colon, value = text.partition(":")
        if not colon:
            raise Misspelt(f"{file}:{line}: {text!r} is no header; a body follows an empty line")
        headers.append((key.strip(), value.strip()))
    return headers, ""


def differences(pair, response):
    """What of `response` is not as `pair` says, as lines; none: all is."""
    found = []
    if response.status != pair.answer.status:
        found.append(f"status: {pair.answer.status} expected, got {response.status}")
    for name, value in pair.answer.headers:
        got = ", ".join(response.all(name))
        if got != value:
            found.append(f"{name}: {value or 'none'} expected, got {got or 'none'}")
    body = response.body.decode("utf-8", "backslashreplace")
    if not _same_body(pair.answer.body, body, response.header("Content-Type") or ""):
        found.append(f"body expected:\n{pair.answer.body or '(none)'}\ngot:\n{body or '(none)'}")
    return found


def _same_body(expected, got, content_type):
    if "json" not in content_type or not expected:
        return expected.rstrip("\n") == got.rstrip("\n")
    try:
        return _ordered(expected) == _ordered(got)
    except ValueError:
        return expected.rstrip("\n") == got.rstrip("\n")


def _ordered(text):
    """JSON in a form in which only what is the same is equal: members as pairs, numbers as text."""
    return json.loads(text, object_pairs_hook=tuple, parse_int=lambda d: ("number", d),
                      parse_float=lambda d: ("number", d))
