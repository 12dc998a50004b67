"""Whether an answer is the one that was expected: values exactly, order where the request fixes it."""

import csv
import functools
import io
import json

from reader import Unordered


class Malformed(Exception):
    """The body is not what its media type says."""


def _object(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Malformed(f"a member comes twice: {[name for name, _ in pairs]}")
    return made


def parse_json(text):
    try:
        return json.loads(text, object_pairs_hook=_object)
    except ValueError as error:
        raise Malformed(f"not JSON: {error}: {text[:300]!r}") from None


def plain(value):
    """With numbers of one value written in one way: JSON does not tell 2 from 2.0."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    return value


def text_of(value):
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def _merged(one, other):
    """What both say on the order of lists; members may be missing or null in either."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _merged(one.get(name), other.get(name)) for name in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        kind = Unordered if isinstance(one, Unordered) or isinstance(other, Unordered) else list
        return kind([_merged(_model(one), _model(other))])
    return other if one is None else one


def _model(rows):
    """One element that stands for all."""
    return functools.reduce(_merged, rows, None)


def canonical(expected, found):
    """`found`, with lists sorted wherever `expected` leaves their order open."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {name: canonical(expected.get(name), member) for name, member in found.items()}
    if isinstance(expected, list) and isinstance(found, list):
        model = _model(expected)
        members = [canonical(model, member) for member in found]
        return sorted(members, key=text_of) if isinstance(expected, Unordered) else members
    return found


def first_difference(expected, found):
    """Of two lists of rows, as a sentence; "": there is none."""
    wanted, there = ([text_of(row) for row in canonical(expected, rows)]
                     for rows in (expected, found))
    if wanted == there:
        return ""
    alone = [row for row in there if row not in wanted] or there
    missing = [row for row in wanted if row not in there] or wanted
    return (f"{len(there)} rows, expected {len(wanted)}; the first that differ:\n"
            f"  found    {alone[0] if alone else ''}\n  expected {missing[0] if missing else ''}")


def stripped(value):
    """Without members that are null, as PostgreSQL's json_strip_nulls."""
    if isinstance(value, dict):
        return {name: stripped(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return type(value)(stripped(member) for member in value)
    return value


def parse_csv(text):
    """Rows of text with the names first."""
    lines = csv.reader(io.StringIO(text + "\n", newline=""), strict=True)
    return [line or [""] for line in lines]  # a line of one NULL is empty


def csv_text(value):
    """What a JSON value is in CSV, for comparison."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return value
    return text_of(value)
