#!/usr/bin/env python3
"""Turns the machine's package index into files for `prodev import`, one per table.

  convert.py FOLDER                  asks `apt-cache dumpavail`
  convert.py FOLDER --from FILE      reads what it printed earlier; - is the standard input
  convert.py FOLDER --packages 500   stops after so many

Tables without empty values become CSV, the others NDJSON, so that an import reads both.
"""

import argparse
import csv
import json
import re
import subprocess
import sys
from pathlib import Path

KINDS = ("Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances", "Breaks", "Conflicts",
         "Replaces", "Provides")
# In the order in which foreign keys let them be imported.
FILES = {"section": "section.csv", "maintainer": "maintainer.csv", "package": "package.ndjson",
         "dependency": "dependency.ndjson", "package_tag": "package_tag.csv"}
_TARGET = re.compile(r"(?P<name>[^\s(:\[]+)(?::\w+)?\s*(?:\((?P<relation><<|<=|=|>=|>>)\s*"
                     r"(?P<version>[^)]+?)\s*\))?")
_MAINTAINER = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>]*)>\s*$")


def stanzas(lines):
    """Each package as {field: text}; continued lines are joined by a space."""
    fields, last = {}, None
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if fields:
                yield fields
            fields, last = {}, None
        elif line[0] in " \t":
            fields[last] += " " + line.strip()
        else:
            last, _, text = line.partition(":")
            fields[last] = text.strip()
    if fields:
        yield fields


class Converter:
    """Numbers the rows as they come and writes them; the same index gives the same files."""

    def __init__(self, folder):
        self._files = {table: open(folder / name, "w", encoding="utf-8", newline="")
                       for table, name in FILES.items()}
        self._csv = {table: csv.writer(file, lineterminator="\r\n")
                     for table, file in self._files.items() if FILES[table].endswith(".csv")}
        self._csv["section"].writerow(["id", "name"])
        self._csv["maintainer"].writerow(["id", "name", "email"])
        self._csv["package_tag"].writerow(["package_id", "tag"])
        self._sections, self._maintainers = {}, {}
        self.counts = dict.fromkeys(FILES, 0)

    def close(self):
        for file in self._files.values():
            file.close()

    def _write(self, table, row):
        self.counts[table] += 1
        if table in self._csv:
            self._csv[table].writerow(row.values())
        else:
            self._files[table].write(json.dumps(row, ensure_ascii=False) + "\n")

    def _number(self, table, known, key, row):
        """The id of a section or maintainer, which is written when it is new."""
        if key not in known:
            known[key] = len(known) + 1
            self._write(table, {"id": known[key], **row})
        return known[key]

    def add(self, fields):
        who = _MAINTAINER.match(fields["Maintainer"])
        name, email = (who["name"].strip('"'), who["email"]) if who else (fields["Maintainer"], "-")
        package_id = self.counts["package"] + 1
        section, sizes = fields.get("Section", "unknown"), ("Installed-Size", "Size")
        installed_kb, size_bytes = (int(fields[s]) if s in fields else None for s in sizes)
        self._write("package", {
            "id": package_id, "name": fields["Package"], "version": fields["Version"],
            "architecture": fields["Architecture"],
            "section_id": self._number("section", self._sections, section, {"name": section}),
            "maintainer_id": self._number("maintainer", self._maintainers, (name, email),
                                          {"name": name, "email": email}),
            "priority": fields.get("Priority", "optional"),
            "essential": fields.get("Essential") == "yes",
            "installed_kb": installed_kb, "size_bytes": size_bytes,
            "homepage": fields.get("Homepage"), "summary": fields.get("Description", "")})
        for kind in KINDS:
            self._add_dependencies(package_id, kind, fields.get(kind, ""))
        for tag in dict.fromkeys(re.split(r",\s*", fields.get("Tag", ""))):
            if tag:
                self._write("package_tag", {"package_id": package_id, "tag": tag.strip()})

    def _add_dependencies(self, package_id, kind, text):
        groups = [group for group in text.split(",") if group.strip()]
        for place, group in enumerate(groups, 1):
            for alternative, target in enumerate(group.split("|"), 1):
                found = _TARGET.match(target.strip())
                self._write("dependency", {
                    "package_id": package_id, "kind": kind.lower(), "place": place,
                    "alternative": alternative, "target": found["name"],
                    "relation": found["relation"], "version": found["version"]})


def convert(lines, folder, limit=None):
    """Writes the files and returns {table: rows}."""
    folder.mkdir(parents=True, exist_ok=True)
    converter = Converter(folder)
    try:
        for fields in stanzas(lines):
            if converter.counts["package"] == limit:
                break
            converter.add(fields)
    finally:
        converter.close()
    return converter.counts


def machine_index():
    """The lines of `apt-cache dumpavail`."""
    result = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True)
    return result.stdout.decode("utf-8", errors="replace").splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from", dest="source", metavar="FILE")
    parser.add_argument("--packages", type=int)
    options = parser.parse_args()
    if options.source == "-":
        lines = sys.stdin
    elif options.source:
        lines = Path(options.source).read_text(encoding="utf-8", errors="replace").splitlines()
    else:
        lines = machine_index()
    for table, rows in convert(lines, options.folder, options.packages).items():
        print(f"{rows:>8}  {options.folder / FILES[table]}")


if __name__ == "__main__":
    main()
