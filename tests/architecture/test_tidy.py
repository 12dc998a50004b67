"""clang-tidy finds nothing in src/, and does find what it is there to find.

TIDY_PART=K/N checks each N-th run of the compiler from the K-th on, so that no part takes long on a slow machine.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).parents[2]
DATABASE = ROOT / "build" / "fuzz"  # clang's own command lines


def tidy(path, *options):
    return path, subprocess.run(
        ["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(path), *options],
        capture_output=True, text=True)


def compiler_runs():
    """What is compiled of src/: files of it, and files that include some of them."""
    commands = json.loads((DATABASE / "compile_commands.json").read_text(encoding="utf-8"))
    files = sorted({pathlib.Path(command["file"]) for command in commands})
    runs = [path for path in files if "Unity" in path.parts or ROOT / "src" in path.parents and path.name != "embed.cpp"]
    return runs + [ROOT / "src/main.cpp"]  # of no fuzz target


def sources_of(unit):
    if "Unity" not in unit.parts:
        return [unit]
    return [pathlib.Path(path) for path in re.findall(r'^#include "(.*)"$', unit.read_text(encoding="utf-8"), re.M)]


class Tidy(unittest.TestCase):
    def test_no_check_fires_in_src(self):
        part, parts = map(int, os.environ.get("TIDY_PART", "1/1").split("/"))
        units = compiler_runs()[part - 1::parts]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() if parts == 1 else 1) as pool:
            results = list(pool.map(lambda path: tidy(path, f"-p={DATABASE}"), units))
        failures = [f"{path}\n{result.stdout[:2000]}" for path, result in results if result.returncode]
        self.assertEqual(failures, [], "\n".join(failures))

    def test_every_source_is_in_one_run_of_the_compiler(self):
        compiled = [source for unit in compiler_runs() for source in sources_of(unit)]
        sources = sorted(path for path in (ROOT / "src").rglob("*.cpp") if path.name != "embed.cpp")
        self.assertEqual(sorted(compiled), sources)

    def test_the_fixture_is_refused(self):
        _, result = tidy(ROOT / "tests" / "architecture" / "fixtures" / "use_after_move.cpp",
                         "--", "-std=c++20")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("bugprone-use-after-move", result.stdout)


if __name__ == "__main__":
    unittest.main()
