"""A request in PostgREST's words: method, path, headers, body."""

import base64
import csv
import io
import json
import re
from urllib.parse import quote

from request import EmbedFilter, Group

ACCEPT = {"object": "application/vnd.pgrst.object+json",
          "stripped": "application/vnd.pgrst.array+json;nulls=stripped",
          "stripped object": "application/vnd.pgrst.object+json;nulls=stripped",
          "ndjson": "application/x-ndjson", "csv": "text/csv"}
RESERVED = {"select", "order", "limit", "offset", "columns", "on_conflict", "and", "or", "not"}


def word(name):
    """A name, in quotes where it could be read as something else."""
    if re.fullmatch(r"\w+", name, re.ASCII) and name not in RESERVED:
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_text(column, value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if column.kind == "boolean" and isinstance(value, int):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def list_item(text):
    """Within in.(), {} and logic trees, where commas and parentheses mean something."""
    return text if re.fullmatch(r"[A-Za-z0-9_*%-]+", text) and text.lower() != "null" else quoted(text)


def field_text(field):
    text = word(field.column.name)
    for place, step in enumerate(field.path):
        last = place == len(field.path) - 1
        text += ("->>" if last and field.as_text else "->") + str(step)
    return text


def operation_text(filter_, nested):
    column = filter_.field.column
    texts = [value_text(column, operand) for operand in filter_.operands]
    negated = "not." if filter_.negated else ""
    if filter_.operator == "in":
        return f"{negated}in.({','.join(map(list_item, texts))})"
    if filter_.quantifier:
        items = "{" + ",".join(map(list_item, texts)) + "}"
        # PostgREST's parser takes a bare {} in a tree as far as the next brace.
        value = quoted(items) if nested and re.search(r"[{}\\]", items[1:-1]) else items
        return f"{negated}{filter_.operator}({filter_.quantifier}).{value}"
    value = list_item(texts[0]) if nested and filter_.operator != "is" else texts[0]
    return f"{negated}{filter_.operator}.{value}"


def tree_text(tree):
    """A member of and=() or or=()."""
    if isinstance(tree, Group):
        negated = "not." if tree.negated else ""
        return f"{negated}{tree.word}({','.join(map(tree_text, tree.members))})"
    if isinstance(tree, EmbedFilter):
        return f"{word(tree.embed.name)}.{'not.' if tree.negated else ''}is.null"
    return f"{field_text(tree.field)}.{operation_text(tree, nested=True)}"


def item_text(item):
    alias = f"{word(item.alias)}:" if item.alias else ""
    cast = f"::{item.cast}" if item.cast else ""
    if not item.aggregate:
        return f"{alias}{field_text(item.field)}{cast}"
    inner = f"{field_text(item.field)}{cast}." if item.field else ""
    after = f"::{item.aggregate_cast}" if item.aggregate_cast else ""
    return f"{alias}{inner}{item.aggregate}(){after}"


def select_text(node):
    parts = (["*"] if node.star else []) + [item_text(item) for item in node.items]
    for embed in node.embeds:
        alias = f"{word(embed.alias)}:" if embed.alias else ""
        hint = f"!{word(embed.hint)}" if embed.hint else ""
        join = "!inner" if embed.inner else ""
        parts.append(f"{'...' if embed.spread else ''}{alias}{word(embed.target)}{hint}{join}"
                     f"({select_text(embed)})")
    return ",".join(parts)


def order_text(order):
    field = field_text(order.field)
    if order.embed:
        field = f"{word(order.embed.name)}({field})"
    return ".".join(part for part in (field, order.said, order.nulls) if part)


def parameters(node, prefix="", by_range=False):
    """(name, value) of each part of the query string but select."""
    found = []
    for tree in node.filters:
        if isinstance(tree, Group):
            name = ("not." if tree.negated else "") + tree.word
            # PostgREST: rel.not.or=(...)
            found.append((prefix + name, f"({','.join(map(tree_text, tree.members))})"))
        elif isinstance(tree, EmbedFilter):
            found.append((prefix + word(tree.embed.name),
                          f"{'not.' if tree.negated else ''}is.null"))
        else:
            found.append((prefix + field_text(tree.field), operation_text(tree, nested=False)))
    if node.order:
        found.append((prefix + "order", ",".join(map(order_text, node.order))))
    if node.limit is not None and not by_range:
        found.append((prefix + "limit", str(node.limit)))
    if node.offset and not by_range:
        found.append((prefix + "offset", str(node.offset)))
    for embed in node.embeds:
        found += parameters(embed, f"{prefix}{word(embed.name)}.")
    return found


def path(request):
    pairs = []
    if not request.node.star or request.node.items or request.node.embeds:
        pairs.append(("select", select_text(request.node)))
    pairs += parameters(request.node, by_range=request.by_range)
    if request.columns is not None:
        pairs.append(("columns", ",".join(map(word, request.columns))))
    if request.on_conflict is not None:
        pairs.append(("on_conflict", ",".join(map(word, request.on_conflict))))
    if request.least is not None and request.method != "POST":
        pairs.append(("least", str(request.least)))
    query = "&".join(f"{quote(name, safe='.,()!:*')}={quote(value, safe='.,()!:*')}"
                     for name, value in pairs)
    if request.raw_query:
        query = request.raw_query
    name = quote(request.function.name if request.function else request.node.table.name, safe="")
    folder = "rpc/" if request.function else ""
    return f"/rest/v1/{folder}{name}{'?' if query else ''}{query}"


def headers(request, token):
    found = {}
    if token:
        found["Authorization"] = "Bearer " + token
    if request.form in ACCEPT:
        found["Accept"] = ACCEPT[request.form]
    preferences = []
    if request.count:
        preferences.append("count=exact")
    if request.returns:
        preferences.append("return=representation")
    if request.resolution:
        preferences.append(f"resolution={request.resolution}-duplicates")
    if request.missing_default:
        preferences.append("missing=default")
    if request.max_affected is not None:
        preferences.append(f"handling=strict,max-affected={request.max_affected}")
    if request.dry_run:
        preferences.append("tx=rollback")
    if preferences:
        found["Prefer"] = ",".join(preferences)
    if request.by_range:
        first, limit = request.node.offset, request.node.limit
        found["Range-Unit"] = "items"
        found["Range"] = f"{first}-" + ("" if limit is None else str(first + limit - 1))
    if body(request):
        found["Content-Type"] = "text/csv" if request.as_csv else "application/json"
    return found


def body(request):
    """Bytes."""
    if request.raw_body or request.body is None:
        return request.raw_body.encode()
    if not request.as_csv:
        return json.dumps(request.body, ensure_ascii=False).encode()
    text = io.StringIO()
    lines = csv.writer(text)
    names = list(request.rows()[0])
    lines.writerow(names)
    for row in request.rows():
        lines.writerow(["NULL" if row[name] is None else str(row[name]) for name in names])
    return text.getvalue().encode()


def curl(request, token):
    """The request as a line for a shell."""
    parts = [f"curl -i -X {request.method}" if request.method != "HEAD" else "curl -I"]
    for name, value in headers(request, token).items():
        parts.append(f"-H '{name}: {value}'")
    if body(request):
        parts.append("--data-binary '" + body(request).decode().replace("'", "'\\''") + "'")
    parts.append(f"'http://127.0.0.1:8000{path(request)}'")
    return " ".join(parts)
