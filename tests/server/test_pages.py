"""The pages under static/ as a server hands them out: whole, linked, and true to the server."""

import html.parser
import pathlib
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ROOT, ServerCase, run_prodev  # noqa: E402

STATIC = ROOT / "static"
# The documentation's pages are made of Markdown when prodev is built.
PAGES = sorted(["/" + str(path.relative_to(STATIC)) for path in STATIC.rglob("*.html")] +
               [f"/docs/{path.stem}.html" for path in STATIC.glob("docs/*.md")])


class Page(html.parser.HTMLParser):
    """What other places can be judged by: title, description, ids, links, and the text of code elements."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.ids, self.links, self.codes, self.in_code = [], [], [], False
        self.titles, self.descriptions = re.findall(r"<title>(.*?)</title>", text), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        self.descriptions += [facts["content"]] if facts.get("name") == "description" else []
        self.ids += [facts["id"]] if "id" in facts else []
        self.links += [facts[name] for name in ("href", "src") if name in facts]
        self.in_code = tag == "code"
        self.codes += [""] if self.in_code else []

    def handle_data(self, data):
        if self.in_code:
            self.codes[-1] += data

    def handle_endtag(self, tag):
        self.in_code = False


class Pages(ServerCase):
    # The files of the checkout, so that a page is tested before it is embedded.
    arguments = ["--static", str(STATIC)]

    def page(self, path):
        response = self.get(path)
        self.assertEqual(response.status, 200, path)
        return Page(response.body.decode())

    def test_every_link_leads_to_a_page_and_a_place_of_this_server(self):
        for path in PAGES:
            for link in self.page(path).links:
                url = urllib.parse.urlsplit(urllib.parse.urljoin(path, link))
                with self.subTest(page=path, link=link):
                    self.assertEqual((url.scheme, url.netloc), ("", ""), "leaves this server")
                    self.assertEqual(self.get(url.path).status, 200)
                    # A fragment that begins with a slash is a route of the page's own script.
                    if url.fragment and not url.fragment.startswith("/"):
                        self.assertIn(url.fragment, self.page(url.path).ids)

    def test_every_link_holds_under_the_prefix_of_a_proxy(self):
        for path in PAGES:
            for link in self.page(path).links:
                self.assertFalse(link.startswith("/"), f"{path} names {link}, which is not relative")

    def test_every_page_has_a_title_of_its_own_and_a_description(self):
        titles = {}
        for path in PAGES:
            page = self.page(path)
            self.assertEqual((len(page.titles), len(page.descriptions)), (1, 1), path)
            self.assertGreater(len(page.descriptions[0]), 20, path)
            titles.setdefault(page.titles[0], []).append(path)
        self.assertEqual({title: paths for title, paths in titles.items() if len(paths) > 1}, {})

    def test_the_documentation_leads_from_each_page_to_the_next_and_back(self):
        path, seen = "/docs/index.html", []
        while path:
            seen.append(path)
            following = re.search(r'rel="next" href="([^"]+)"', self.page(path).text)
            if following:
                back = re.search(r'rel="prev" href="([^"]+)"', self.page(f"/docs/{following[1]}").text)
                self.assertEqual("/docs/" + back[1].replace("./", "index.html"), path)
            path = f"/docs/{following[1]}" if following else None
        self.assertEqual(sorted(seen), [page for page in PAGES if re.fullmatch(r"/docs/[\w-]+\.html", page)])

    def test_no_page_uses_an_id_twice(self):
        for path in PAGES:
            ids = self.page(path).ids
            self.assertEqual(len(ids), len(set(ids)), path)

    def test_pages_obey_the_policy_against_inline_scripts(self):
        for path in PAGES:
            text = self.page(path).text
            self.assertNotRegex(text, r"<script(?![^>]*\bsrc=)", path)
            self.assertNotRegex(text, r"<[^>]*\s(on[a-z]+|style)=", path)

    def test_the_settings_page_has_each_setting_with_its_default(self):
        reference = run_prodev("settings").stdout
        page = self.page("/docs/settings.html")
        rows = re.findall(r"^\| `(\w+)` \| `(\S+)` \| `(\S+)` \| (?:`(.*?)`)? ?\|", reference, re.M)
        self.assertGreater(len(rows), 30)
        for key, flag, variable, default in rows:
            self.assertIn(key, page.ids)
            for text in (key, flag, variable, *([default] if default else [])):
                self.assertIn(text, page.codes, key)

    def test_the_operations_page_names_every_metric_and_no_other(self):
        families = set(re.findall(r"^# TYPE (\S+)", self.get("/metrics").body.decode(), re.M))
        table = " ".join(self.page("/docs/operations.html").codes)
        named = set(re.findall(r"\b(?:http|prodev|process)_[a-z_]+\b(?=[{ ]|$)", table))
        self.assertEqual(families - named, set(), "missing from the page")
        unknown = {name for name in named if name.startswith(("prodev_", "process_")) and name not in families}
        self.assertEqual(unknown, set(), "not among the server's metrics")

    def test_humans_txt_has_the_300_bytes_that_the_benchmark_asks_for(self):
        self.assertEqual(len(self.get("/humans.txt").body), 300)


if __name__ == "__main__":
    unittest.main()
