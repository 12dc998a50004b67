"""The folders of src/ include only folders of a lower rank."""

import pathlib
import tempfile
import unittest

import includes

ROOT = pathlib.Path(__file__).parents[2]


class Includes(unittest.TestCase):
    def test_no_include_points_up_or_sideways(self):
        self.assertEqual(includes.violations(ROOT / "src", includes.load_ranks()), [])

    def test_every_folder_of_src_is_looked_at(self):
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertLessEqual({"base", "net", "http", "server", "cli"}, folders)
        self.assertLessEqual(folders, set(includes.load_ranks()))

    def check_fixture(self, folder, include):
        with tempfile.TemporaryDirectory() as tree:
            source = pathlib.Path(tree, folder)
            source.mkdir()
            (source / "a.cpp").write_text(f'#include "{include}"\n')
            return includes.violations(pathlib.Path(tree), includes.load_ranks())

    def test_an_include_of_a_higher_rank_is_found(self):
        self.assertEqual(len(self.check_fixture("net", "http/engine.h")), 1)

    def test_an_include_of_a_sibling_front_end_is_found(self):
        self.assertEqual(len(self.check_fixture("rest", "graphql/schema.h")), 1)

    def test_a_folder_without_a_rank_is_found(self):
        self.assertEqual(len(self.check_fixture("misc", "base/clock.h")), 1)

    def test_an_include_of_a_lower_rank_is_let_through(self):
        self.assertEqual(self.check_fixture("http", "net/loop.h"), [])


if __name__ == "__main__":
    unittest.main()
