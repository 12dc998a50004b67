"""The operators that SQLite has no words for, as functions of Python for its SQL."""

import json
import re


def like(value, pattern, any_case):
    if value is None:
        return None
    if any_case:
        value, pattern = _fold(value), _fold(pattern)
    parts, i = [], 0
    while i < len(pattern):
        if pattern[i] == "\\" and i + 1 < len(pattern):
            i += 1
            parts.append(re.escape(pattern[i]))
        else:
            parts.append({"%": ".*", "_": "."}.get(pattern[i]) or re.escape(pattern[i]))
        i += 1
    return int(re.fullmatch("".join(parts), value, re.DOTALL) is not None)


def _fold(text):
    """Of ASCII letters alone."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def match(value, pattern, any_case):
    """As RE2 is asked: a point is any character, and $ nothing but the end."""
    if value is None:
        return None
    pattern = re.sub(r"(?<!\\)((?:\\\\)*)\$$", r"\1\\Z", pattern)
    return int(re.search(pattern, value, re.DOTALL | (re.IGNORECASE if any_case else 0)) is not None)


def at_path(document, steps):
    """(found, value) of what is at `steps` in a parsed document."""
    for step in steps:
        if isinstance(step, str) and isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(step, int) and isinstance(document, list) \
                and -len(document) <= step < len(document):
            document = document[step]
        else:
            return False, None
    return True, document


def json_text(value, steps):
    """What ->> finds: text, or NULL."""
    if value is None:
        return None
    _, there = at_path(json.loads(value), json.loads(steps))
    if there is None or isinstance(there, str):
        return there
    return json.dumps(there, ensure_ascii=False, separators=(",", ":"))


def json_part(value, steps):
    """What -> finds, as JSON."""
    if value is None:
        return None
    found, there = at_path(json.loads(value), json.loads(steps))
    return json.dumps(there, ensure_ascii=False) if found else None


def json_value(value, steps):
    """What -> finds, as a value that compares: a number or text."""
    if value is None:
        return None
    _, there = at_path(json.loads(value), json.loads(steps))
    return json.dumps(there) if isinstance(there, (dict, list, bool)) else there


def _holds(outer, inner):
    """PostgreSQL's @> of jsonb, beneath the top."""
    if isinstance(outer, dict) and isinstance(inner, dict):
        return all(key in outer and _holds(outer[key], inner[key]) for key in inner)
    if isinstance(outer, list) and isinstance(inner, list):
        return all(any(_holds(mine, wanted) for mine in outer) for wanted in inner)
    return isinstance(outer, bool) == isinstance(inner, bool) and outer == inner


def contains(outer, inner):
    if outer is None or inner is None:
        return None
    return int(_holds(json.loads(outer), json.loads(inner)))


def overlaps(one, other):
    if one is None or other is None:
        return None
    return int(any(_holds(a, b) and _holds(b, a) for a in json.loads(one) for b in json.loads(other)))


def register(connection):
    for name, function, arguments in (("py_like", like, 3), ("py_match", match, 3),
                                      ("py_json_text", json_text, 2),
                                      ("py_json_part", json_part, 2),
                                      ("py_json_value", json_value, 2),
                                      ("py_contains", contains, 2), ("py_overlaps", overlaps, 2)):
        connection.create_function(name, arguments, function, deterministic=True)
