"""clang-tidy finds nothing in src/, and does find what it is there to find.

TIDY_PART=K/N checks each N-th source from the K-th on, so that no part takes long on a slow machine.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).parents[2]
DATABASE = ROOT / "build" / "fuzz"  # clang's own command lines


def tidy(path, *options):
    return path, subprocess.run(
        ["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(path), *options],
        capture_output=True, text=True)


class Tidy(unittest.TestCase):
    def test_no_check_fires_in_src(self):
        sources = sorted(path for path in (ROOT / "src").rglob("*.cpp"))
        self.assertGreater(len(sources), 40)
        part, parts = map(int, os.environ.get("TIDY_PART", "1/1").split("/"))
        sources = sources[part - 1::parts]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() if parts == 1 else 1) as pool:
            results = list(pool.map(lambda path: tidy(path, f"-p={DATABASE}"), sources))
        failures = [f"{path}\n{result.stdout[:2000]}" for path, result in results if result.returncode]
        self.assertEqual(failures, [], "\n".join(failures))

    def test_the_fixture_is_refused(self):
        _, result = tidy(ROOT / "tests" / "architecture" / "fixtures" / "use_after_move.cpp",
                         "--", "-std=c++20")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("bugprone-use-after-move", result.stdout)


if __name__ == "__main__":
    unittest.main()
