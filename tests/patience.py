"""Prints how many times longer than usual things take on this machine: packaging/test multiplies the limits of all
tests by it.

Every core does the same work at once, as the tests will keep every core busy. What else the machine does counts,
and so it should. A whole number from 1 to 5.
"""

import os
import subprocess
import sys
import time

WORK = "sum(i * i for i in range(5_000_000))"
USUAL_S = 0.4  # on a core of a small virtual server that has nothing else to do
MOST = 5


def main():
    begin = time.monotonic()
    for worker in [subprocess.Popen([sys.executable, "-c", WORK]) for _ in range(os.cpu_count() or 1)]:
        worker.wait()
    print(max(1, min(MOST, round((time.monotonic() - begin) / USUAL_S))))


if __name__ == "__main__":
    main()
