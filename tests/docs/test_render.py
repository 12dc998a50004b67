"""What packaging/docs/render.py makes of Markdown, and what it refuses."""

import importlib.util
import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from prodev import ROOT, run_prodev  # noqa: E402

SPEC = importlib.util.spec_from_file_location("render", ROOT / "packaging/docs/render.py")
render = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(render)

DOCS = ROOT / "static/docs"


class Rendering(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prodev-render-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def page(self, text):
        path = self.folder / "page.md"
        path.write_text(text, encoding="utf-8")
        return render.Page(path)

    def body(self, text):
        return self.page("# T\n\nA page.\n\n" + text).body()

    def test_title_and_description_are_the_first_heading_and_paragraph(self):
        page = self.page("# The `x` of y\n\nWhat it\ntells.\n\n## More\n")
        self.assertEqual((page.title, page.description), ("The x of y", "What it tells."))
        for text in ("A paragraph first.\n", "# Title\n\n## And no paragraph\n\nx\n"):
            with self.assertRaisesRegex(render.Fault, "begins with a title"):
                self.page(text)

    def test_headings_have_the_id_that_is_given_or_that_github_makes(self):
        page = self.page("# T\n\nx\n\n## Made `of` words\n\n### Given {#given}\n\n## `code` {#code}\n")
        self.assertEqual(page.headings, [("h2", "made-of-words", "Made of words"), ("h3", "given", "Given"),
                                         ("h2", "code", "code")])
        with self.assertRaisesRegex(render.Fault, "two headings have the id 'same'"):
            self.page("# T\n\nx\n\n## Same\n\n## Same\n")

    def test_links_between_pages_lead_to_the_pages(self):
        body = self.body("[a](rest.md#read) [b](index.md) [c](api/) [d](https://x.example/y.md)")
        self.assertEqual(re.findall(r'href="(.*?)"', body), ["rest.html#read", "./", "api/", "https://x.example/y.md"])

    def test_tables_say_what_their_heads_are_of(self):
        body = self.body("| A | B | C |\n|---|---|---|\n| 1 | 2 | 3 |\n")
        for part in ('<th scope="col">A</th>', '<th scope="row">1</th>', '<td data-label="C">3</td>', 'role="region"'):
            self.assertIn(part, body)

    def test_sessions_mark_commands_apart_from_what_they_print(self):
        body = self.body("```console run\n$ a <b> \\\n  c\nout\n$ d\n```\n")
        self.assertIn("<kbd>$ a &lt;b&gt; \\</kbd>\n<kbd>  c</kbd>\nout\n<kbd>$ d</kbd>\n", body)
        self.assertNotIn("run", body)

    def test_notes_comments_and_tags_that_do_not_close(self):
        self.assertIn('<div role="note" class="warning">\n<p>Mind this.</p>', self.body("> [!WARNING]\n> Mind this.\n"))
        self.assertNotIn("hidden", self.body("<!-- run: hidden -->\n"))
        with self.assertRaisesRegex(render.Fault, "do not close"):
            self.body("<b>bold\n")

    def test_the_same_files_give_the_same_bytes_and_an_index_of_every_section(self):
        for name in ("one", "two"):
            render.render(DOCS, self.folder / name)
        made = sorted(path.name for path in (self.folder / "one").iterdir())
        for name in made:
            self.assertEqual((self.folder / "one" / name).read_bytes(), (self.folder / "two" / name).read_bytes(), name)
        index = json.loads((self.folder / "one/search.json").read_text(encoding="utf-8"))
        self.assertIn(["rest.html#errors", "REST", "Errors"], [entry[:3] for entry in index])
        self.assertEqual({entry[0].split("#")[0].replace("./", "index.html") for entry in index} | {"search.json"}, set(made))

    def test_a_page_that_is_in_no_list_of_contents_is_a_fault(self):
        source = self.folder / "docs"
        shutil.copytree(DOCS, source)
        (source / "stray.md").write_text("# Stray\n\nA page.\n", encoding="utf-8")
        with self.assertRaisesRegex(render.Fault, "differ: stray"):
            render.render(source, self.folder / "out")


class Truth(unittest.TestCase):
    def test_what_the_readme_links_to_is_there(self):
        links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
        self.assertGreater(len(links), 10)
        self.assertEqual([link for link in links if not (ROOT / link).exists()], [])

    def test_the_overview_names_every_command_and_no_other(self):
        commands = set(re.findall(r"^  ([a-z]+) ", run_prodev("--help").stdout, re.M))
        table = (DOCS / "index.md").read_text(encoding="utf-8").split("## Commands")[1]
        self.assertEqual(set(re.findall(r"`prodev ([a-z]+)", table)) - {"help"}, commands)

    def test_the_settings_page_is_what_the_program_prints(self):
        page = (DOCS / "settings.md").read_text(encoding="utf-8")
        self.assertEqual(run_prodev("settings").stdout, page, "renew it: prodev settings > static/docs/settings.md")


if __name__ == "__main__":
    unittest.main()
