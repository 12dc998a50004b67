#!/usr/bin/env python3
"""Makes the pages of /docs/ and their search index from Markdown.

    packaging/docs/render.py SOURCE OUT     static/docs, and a folder for NAME.html and search.json

The Markdown is GitHub's, read by cmark-gfm. What stands for more than it says:

    # Title                  the first heading: the title of the page
    First paragraph.         its description, in head and search
    ## Heading {#id}         an id that is not made of the heading's words
    [text](rest.md#read)     a link that holds on GitHub as well as in the pages
    > [!NOTE], > [!WARNING]  a note, a warning
    ```console               a session: "$ " begins a command, the rest is what it prints
    | key | flag | environment | ...  settings: three names in one cell, and rows that can be linked to by the first

The same files give the same bytes.
"""

import html
import json
import pathlib
import re
import string
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

# The pages in the order in which they are read, and the groups that they form.
CONTENTS = (
    ("Start", ("index", "getting-started", "coming-from")),
    ("Data", ("database", "access", "rest", "functions", "openapi")),
    ("Web", ("static-files", "http", "tls")),
    ("Running it", ("operations", "troubleshooting", "settings", "benchmarks")),
)

LANGUAGES = {"console": "Shell session", "sh": "Shell commands", "sql": "SQL", "http": "HTTP", "json": "JSON",
             "js": "JavaScript", "ts": "TypeScript", "toml": "TOML", "text": "Text"}


class Fault(Exception):
    """What is wrong with a page, with its name."""


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def slug(words):
    """The id that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")


class Page:
    """One file of Markdown and the tree of HTML that it becomes."""

    def __init__(self, path):
        self.name = path.stem
        self.source = path.name
        self.href = "./" if self.name == "index" else f"{self.name}.html"
        markup = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", path], check=True, capture_output=True,
                                text=True).stdout
        without_comments = re.sub(r"<!--.*?-->", "", markup, flags=re.S)
        try:
            self.tree = ElementTree.fromstring(f"<div>{without_comments}</div>")
        except ElementTree.ParseError as fault:
            raise Fault(f"{path}: its HTML has tags that do not close: {fault}") from None
        self.title = text_of(self._first("h1"))
        self.description = text_of(self._first("p"))
        self.headings = []  # (level, id, words)
        self._decorate()

    def _first(self, tag):
        found = self.tree.find(tag)
        if found is None or found not in list(self.tree)[:2]:
            raise Fault(f"{self.source}: a page begins with a title (# ...) and a paragraph that says what it tells")
        return found

    def _decorate(self):
        self._first("h1").set("id", "title")
        self._first("p").set("class", "lead")
        section = "title"
        for index, block in enumerate(list(self.tree)):
            if block.tag in ("h2", "h3"):
                section = self._name_heading(block)
            elif block.tag == "table":
                self.tree[index] = framed_table(block, section)
            elif block.tag == "blockquote":
                mark_note(block)
        for block in self.tree.iter("pre"):
            mark_code(block)
        for link in self.tree.iter("a"):
            link.set("href", page_address(link.get("href")))

    def _name_heading(self, heading):
        holder = list(heading)[-1] if len(heading) else None
        words = (heading.text if holder is None else holder.tail) or ""
        given = re.search(r"\s*\{#([\w-]+)\}\s*$", words)
        if given and holder is None:
            heading.text = words[:given.start()]
        elif given:
            holder.tail = words[:given.start()]
        name = given[1] if given else slug(text_of(heading))
        if name in (known for _, known, _ in self.headings):
            raise Fault(f"{self.source}: two headings have the id {name!r}: give one another with {{#id}}")
        heading.set("id", name)
        self.headings.append((heading.tag, name, text_of(heading)))
        return name

    def body(self):
        return "".join(ElementTree.tostring(block, encoding="unicode", method="html") for block in self.tree)

    def sections(self):
        """(id, heading, text) of each part, the first one without a heading."""
        parts = [["", "", []]]
        for block in self.tree:
            if block.tag in ("h2", "h3"):
                parts.append([block.get("id"), text_of(block), []])
            elif block.tag != "h1":
                parts[-1][2].append(text_of(block))
        return [(name, heading, " ".join(texts)) for name, heading, texts in parts]


def page_address(href):
    """rest.md#read -> rest.html#read, index.md -> ./; other addresses as they are."""
    found = re.fullmatch(r"([\w-]+)\.md(#.*)?", href)
    if not found:
        return href
    return ("./" if found[1] == "index" else found[1] + ".html") + (found[2] or "")


def framed_table(table, section):
    """The table within a frame that scrolls, with its heads said to be heads.

    Each cell of more than two columns carries its column's name, for screens that have no room for columns.
    """
    is_settings = [text_of(head) for head in table.findall("thead/tr/th")][:3] == ["key", "flag", "environment"]
    if is_settings:
        join_names(table)
    heads = table.findall("thead/tr/th")
    names = [text_of(head) for head in heads]
    for head in heads:
        head.set("scope", "col")
    for row in table.iterfind("tbody/tr"):
        row[0].tag = "th"
        row[0].set("scope", "row")
        if is_settings:
            row.set("id", text_of(row[0][0]))
        for name, cell in zip(names[1:], row[1:] if len(names) > 2 else ()):
            cell.set("data-label", name)
    if is_settings:
        table.set("class", "settings")
    frame = ElementTree.Element("div", {"class": "scroll", "tabindex": "0", "role": "region",
                                        "aria-labelledby": section})
    frame.append(table)
    return frame


def join_names(table):
    """Makes one column of the first three."""
    for row in table.iter("tr"):
        for cell in list(row)[1:3]:
            row.remove(cell)
            row[0].extend(cell)
        for name in row[0]:
            name.tail = " "
    table.find("thead/tr/th").text = "setting"


def mark_note(quote):
    found = re.match(r"\[!(NOTE|WARNING)\]\s*", quote[0].text or "")
    if found:
        quote.tag = "div"
        quote.set("role", "note")
        quote.set("class", found[1].lower())
        quote[0].text = quote[0].text[found.end():]


def mark_code(block):
    code = block[0]
    language = (code.attrib.pop("class", "") or "language-text").removeprefix("language-")
    block.set("class", language)
    block.set("tabindex", "0")
    block.set("role", "region")
    block.set("aria-label", LANGUAGES.get(language, language))
    if language == "console":
        mark_session(code)


def mark_session(code):
    """The commands of a session apart from what they print: for the eye, and for the copy button."""
    lines, code.text = code.text.splitlines(keepends=True), ""
    goes_on, last = False, None
    for line in lines:
        if line.startswith("$ ") or goes_on:
            last = ElementTree.SubElement(code, "kbd")
            last.text = line.removesuffix("\n")
            last.tail = "\n"
            goes_on = line.endswith("\\\n")
        elif last is None:
            code.text += line
        else:
            last.tail += line


def contents_list(pages, current):
    groups = []
    for group, names in CONTENTS:
        items = ""
        for name in names:
            here = ' aria-current="page"' if name == current else ""
            items += f'<li><a href="{pages[name].href}"{here}>{html.escape(pages[name].title)}</a></li>\n'
        groups.append(f"<p>{group}</p>\n<ul>\n{items}</ul>")
    return "\n".join(groups)


def headings_list(page):
    items = "".join(f'<li class="{level}"><a href="#{name}">{html.escape(words)}</a></li>\n'
                    for level, name, words in page.headings)
    return f"<ul>\n{items}</ul>"


def around_links(pages, name):
    order = [each for _, names in CONTENTS for each in names]
    place = order.index(name)
    links = []
    for step, relation, words in ((-1, "prev", "Previous"), (1, "next", "Next")):
        if 0 <= place + step < len(order):
            page = pages[order[place + step]]
            links.append(f'<a rel="{relation}" href="{page.href}"><span>{words}</span> {html.escape(page.title)}</a>')
    return "\n".join(links)


def framed_page(frame, pages, page):
    return frame.substitute(
        title=html.escape(page.title), description=html.escape(page.description),
        contents=contents_list(pages, page.name), headings=headings_list(page),
        without_headings="" if page.headings else " hidden", body=page.body(), around=around_links(pages, page.name))


def search_index(pages):
    """[[address, title, heading, text], ...]: what docs.js looks through."""
    return [[page.href + (f"#{name}" if name else ""), page.title, heading, text]
            for page in pages.values() for name, heading, text in page.sections()]


def render(source, out):
    order = [name for _, names in CONTENTS for name in names]
    found = {path.stem for path in source.glob("*.md")}
    if found != set(order):
        raise Fault(f"CONTENTS in render.py and {source} differ: {', '.join(sorted(found ^ set(order)))}")
    pages = {name: Page(source / f"{name}.md") for name in order}
    frame = string.Template((pathlib.Path(__file__).parent / "frame.html").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    for page in pages.values():
        (out / f"{page.name}.html").write_text(framed_page(frame, pages, page), encoding="utf-8")
    (out / "search.json").write_text(json.dumps(search_index(pages), ensure_ascii=False, separators=(",", ":")),
                                     encoding="utf-8")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: render.py SOURCE OUT")
    try:
        render(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except Fault as fault:
        sys.exit(f"render.py: {fault}")


if __name__ == "__main__":
    main()
