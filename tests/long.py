"""The long forms of the tests that `packaging/test` runs short: `packaging/test --long [NAME...]`.

Runs each (or those named) against the release build, one after the other, and keeps its figures with
date and commit in tests/bench/results/long.md; the rows of tests that did not run stay. Hours on two
cores. The exit code is 0 when all passed.
"""

import datetime
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RELEASE = ROOT / "build/release"
FUZZ = ROOT / "build/fuzz"
RESULTS = ROOT / "tests/bench/results/long.md"
FUZZ_SECONDS = 600
HOSTILE_ROUNDS = 5

HEAD = """# Long tests

Last figures of `packaging/test --long`: each row is of the commit that it names.

| test | result | figures | took | commit | date |
|---|---|---|---|---|---|
"""


def python(*arguments):
    return [sys.executable, *(str(ROOT / arguments[0]), *arguments[1:])]


def fuzz_targets():
    return sorted(path.stem.removesuffix("_fuzz") for path in (ROOT / "tests/fuzz").glob("*_fuzz.cpp"))


def fuzz(target):
    found = FUZZ / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    return [FUZZ / f"tests/{target}_fuzz", f"-dict={ROOT}/tests/fuzz/http.dict", f"-max_total_time={FUZZ_SECONDS}",
            "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/", found,
            ROOT / "tests/fuzz/corpus" / target]


def checks():
    """{name: (command, environment, pattern of the line with the figures)}"""
    last = r"^(.+)$"
    found = {
        "oracle-generated": (python("tests/oracle/test_generated.py", "--seeds", "400"), {}, last),
        "oracle-rules": (python("tests/oracle/rules/test_rules.py", "--seeds", "150"), {}, last),
        "oracle-unseen": (python("tests/oracle/test_unseen.py", "--reads", "20000", "--writes", "10000"), {}, last),
        "oracle-packages": (python("tests/bench/packages/compare.py", "--cases", "2000"), {}, last),
        "crash": (python("tests/server/test_crash.py"), {"PRODEV_CRASH_ROUNDS": "300"}, r"^(Ran \d+ tests.*)$"),
    }
    for path in sorted((ROOT / "tests/server/hostile").glob("test_*.py")):
        name = "hostile-" + path.stem.removeprefix("test_")
        repeated = "for round in $(seq {}); do {} {} || exit 1; done".format(HOSTILE_ROUNDS, sys.executable, path)
        found[name] = (["sh", "-c", repeated], {}, r"^(Ran \d+ tests? .*)$")
    for target in fuzz_targets():
        found["fuzz-" + target] = (fuzz(target), {}, r"^(stat::number_of_executed_units:.*)$")
    found["bench"] = ([ROOT / "tests/bench/run", "--prodev", RELEASE / "prodev", "--bench-bin", RELEASE / "bench"],
                      {}, last)
    return found


def environment(more):
    support = {"PRODEV_BIN": RELEASE / "prodev", "PROBE_SERVER_BIN": RELEASE / "probe_server",
               "PRODEV_BUILD": "release", "PYTHONPATH": ROOT / "tests/support"}
    return {**os.environ, **{name: str(value) for name, value in support.items()}, **more}


def run(name, command, more, pattern):
    """The row of the table. What the test prints is kept in build/long/NAME.log."""
    log = ROOT / "build/long" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        passed = subprocess.run([str(part) for part in command], env=environment(more), stdout=out,
                                stderr=subprocess.STDOUT, cwd=ROOT, check=False).returncode == 0
    lines = re.findall(pattern, log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    figures = re.sub(r"\s+", " ", lines[-1]) if lines else "none printed"
    print(f"{'passed' if passed else 'FAILED'}  {name}: {figures}{'' if passed else f' (see {log})'}", flush=True)
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
                            check=True).stdout.strip()
    return (f"| {name} | {'passed' if passed else 'FAILED'} | {figures} | {time.monotonic() - begun:.0f} s "
            f"| {commit} | {datetime.date.today()} |"), passed


def kept_rows():
    if not RESULTS.exists():
        return {}
    rows = [line for line in RESULTS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {row.split("|")[1].strip(): row for row in rows[1:]}


def main():
    all_checks = checks()
    unknown = set(sys.argv[1:]) - set(all_checks)
    if unknown:
        print(f"There is no long test {', '.join(sorted(unknown))}. There are: {', '.join(all_checks)}",
              file=sys.stderr)
        return 2
    failures = 0
    for name in sys.argv[1:] or all_checks:
        row, passed = run(name, *all_checks[name])
        failures += not passed
        rows = {**kept_rows(), name: row}
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(HEAD + "".join(rows[one] + "\n" for one in all_checks if one in rows), encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
