"""What a response must be, and how one differs from it."""

import dataclasses

from comparison import (Malformed, csv_text, first_difference, parse_csv, parse_json, stripped,
                        text_of)
from reader import Denied, Reader, Unordered
from writer import Refused, Writer


@dataclasses.dataclass
class Expected:
    status: int
    code: str = ""  # of an error
    rows: object = None  # list; None: no body to look at
    content_range: str = ""
    others: tuple = ()  # (status, code) that are as right


def denied(caller):
    return Expected(401 if caller.role == "anon" else 403, "42501")


def _range(first, rows, total):
    shown = f"{first}-{first + rows - 1}" if rows else "*"
    return f"{shown}/{'*' if total is None else total}"


def expect_read(request, database, schema):
    try:
        reader = Reader(database, schema, request.caller)
        if request.function:
            only = request.function.condition(request.least or 0)
            rows, total = reader.read(request.node, only, as_owner=True)
        else:
            rows, total = reader.read(request.node)
    except Denied:
        return denied(request.caller)
    offset = request.node.offset
    if request.count and offset > total:
        return Expected(416, "PGRST103")
    if "object" in request.form and len(rows) != 1:
        return Expected(406, "PGRST116")
    partial = request.count and len(rows) < total
    expected = Expected(206 if partial else 200, rows=rows)
    expected.content_range = _range(offset, len(rows), total if request.count else None)
    return expected


def expect_write(request, database, schema):
    """Leaves the database written, but for errors and dry runs; the caller rolls back."""
    writer = Writer(database, schema, request.caller)
    try:
        Reader(database, schema, request.caller).need_rights(request.node, request.returns)
        count, rows = writer.write(request)
    except Denied:
        return denied(request.caller)
    except Refused as refused:
        database.execute("ROLLBACK TO request")
        (status, code), *others = refused.answers
        return Expected(status, code, others=tuple(others))
    if request.returns and request.form == "object" and len(rows) != 1:
        database.execute("ROLLBACK TO request")
        return Expected(406, "PGRST116")
    if request.dry_run:
        database.execute("ROLLBACK TO request")
    expected = Expected(200 if request.returns else 204, rows=rows)
    if request.method == "POST":
        expected.status = 200 if request.resolution == "merge" and not writer.inserted else 201
    if request.method == "PUT":
        if request.returns:
            expected.status = 201 if writer.inserted else 200
        return expected
    total = count if request.count else None
    expected.content_range = _range(0, count if request.method == "PATCH" else 0, total)
    return expected


def difference(request, expected, response):
    """A sentence on how the response differs from what was expected; "": it does not."""
    try:
        return _difference(request, expected, response)
    except Malformed as malformed:
        return str(malformed)


def _difference(request, expected, response):
    text = response.body.decode()
    if expected.code:
        wanted = [(expected.status, expected.code), *expected.others]
        code = parse_json(text).get("code") if response.status >= 300 and text else None
        if (response.status, code) in wanted or (
                request.method == "HEAD" and response.status == expected.status):
            return ""
        return f"status {response.status}; expected one of {wanted}: {text[:500]}"
    if response.status != expected.status:
        return f"status {response.status}; expected {expected.status}: {text[:500]}"
    found_range = response.header("Content-Range")
    if expected.content_range and found_range != expected.content_range:
        return f"Content-Range {found_range}; expected {expected.content_range}"
    if request.method == "HEAD" or expected.rows is None:
        return f"a body where there is none: {text[:200]!r}" if text else ""
    return _csv(request, expected.rows, text) if request.form == "csv" else \
        _rows(request, expected.rows, text)


def _rows(request, rows, text):
    if request.form == "ndjson":
        found = [parse_json(line) for line in text.splitlines()] if text else []
    else:
        found = parse_json(text)
    if "object" in request.form:
        found = [found]
    if "stripped" in request.form:
        rows = stripped(rows)
    return first_difference(rows, found)


def _csv(request, rows, text):
    items = request.node.all_items()
    lines = parse_csv(text)
    if not lines or lines[0] != [item.name for item in items]:
        return f"names {lines[:1]}; expected {[item.name for item in items]}"
    wanted = [[csv_text(row[item.name]) for item in items] for row in rows]
    found = [[_cell(item, cell) for item, cell in zip(items, line)] for line in lines[1:]]
    for row, texts in zip(rows, wanted):
        for place, item in enumerate(items):
            if _is_json(item) and row[item.name] is not None:
                texts[place] = text_of(row[item.name])
    return first_difference(Unordered(wanted) if isinstance(rows, Unordered) else wanted, found)


def _is_json(item):
    return (item.field is not None and item.field.column.kind == "json"
            and not item.field.as_text and not item.aggregate)


def _cell(item, cell):
    return text_of(parse_json(cell)) if _is_json(item) and cell else cell
