"""Finds functions that C code calls back and that may throw: an exception must not cross its frames."""

import re

# What SQLite and others take functions of ours in. Names of functions alone are arguments, or, for
# SQLITE_CONFIG_MALLOC, members of the table of methods.
REGISTRATIONS = re.compile(
    r"\bsqlite3_(?:create_\w+|set_authorizer|progress_handler|busy_handler|wal_hook|update_hook"
    r"|preupdate_hook|commit_hook|rollback_hook|trace_v2|set_auxdata|set_clientdata"
    r"|autovacuum_pages|unlock_notify|bind_pointer|result_pointer)\s*\("
    r"|\bsqlite3_(?:mem_methods|module|vfs|io_methods)\s+\w+\s*=\s*\{"
    r"|\bSqlFunction\s+\w+\[\]\s*=\s*\{|\bSQLITE_CONFIG_LOG\s*,")
LAMBDA = re.compile(r"\[[^\]]*\]\s*\([^)]*\)\s*(noexcept\b)?")
NAME = re.compile(r"(?<![\w.>\"])([a-z]\w*)(?:<[^<>]*>)?(?=\s*[,})])")


def without_comments(text):
    """Without string and character literals, too: each is left as `""`."""
    return re.sub(r"//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'",
                  lambda found: "" if found[0].startswith("//") else '""', text)


def balanced(text, start):
    """The text of the brackets that open at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at + 1]
    return text[start:]


def definitions(text, name):
    """Whether each function `name` that is defined in `text` is noexcept."""
    heads = re.finditer(
        rf"(?:^|[\s*&:])(?:\w+::)?{name}\s*(\((?:[^(){{}};]|\([^()]*\))*\))\s*(noexcept\b)?[^;{{}}()]*\{{", text)
    return [head[2] is not None for head in heads if not re.search(
        rf"\b(?:return|if|while|switch|else)\s+{name}$", text[:head.start(1)])]


def violations(path):
    """One sentence for each function of the file that may throw into C."""
    text = without_comments(path.read_text())
    found = []
    for registration in REGISTRATIONS.finditer(text):
        opening = registration.end() - 1
        while text[opening] not in "({":
            opening = text.rindex("(", 0, opening)
        arguments = balanced(text, opening)
        for function in LAMBDA.finditer(arguments):
            if function[1] is None:
                found.append(f"{path}: a lambda that is called from C is not noexcept: {function[0]}")
        for name in sorted(set(NAME.findall(arguments))):
            if not all(definitions(text, name)):
                found.append(f"{path}: {name} is called from C and is not noexcept")
    return found
