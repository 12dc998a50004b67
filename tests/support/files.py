"""Folders of files for the server to serve."""

import os
import time

from prodev import eventually


def settle(folder):
    """Waits until the clock has left the step in which the files of `folder` were written.

    Until then a file may change again without a trace in its times, and the server gives it a new
    ETag at each look.
    """
    def newest_ns():
        return max((os.lstat(os.path.join(parent, name)).st_ctime_ns
                    for parent, _, names in os.walk(folder) for name in names), default=0)
    eventually(lambda: time.time_ns() - newest_ns() > 50_000_000, f"the files of {folder} are settled")
