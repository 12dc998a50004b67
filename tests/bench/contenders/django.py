"""Django REST framework with gunicorn and SQLite, from the distro's packages, tuned: a worker per
core that keeps connections alive, no debug, no log, no middleware, no sign-in, WAL, commits that do
not wait for the disk. The project is contenders/django_app."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

from lib.contender import Contender, free_port, program
from lib.rows_contender import (ITEM_SCENARIOS, NEW_ITEM, PRODUCT_SCENARIOS, Call, ServesRows,
                                plain_database)

_APP = Path(__file__).resolve().parent / "django_app"
_PYTHON = "/usr/bin/python3"  # the one that the packages are for


@cache
def _installed():
    try:
        return subprocess.run([_PYTHON, "-c", "import django, rest_framework, gunicorn"],
                              capture_output=True).returncode == 0
    except OSError:
        return False


class Django(ServesRows, Contender):
    name = "django"
    needs = ("apt-get install --no-install-recommends python3-django python3-djangorestframework "
             "python3-gunicorn")
    scenarios = (*ITEM_SCENARIOS, *PRODUCT_SCENARIOS)

    def executable(self):
        return program(_PYTHON) if _installed() else None

    def prepare(self, folder, rows):
        plain_database(folder, rows)

    def database_file(self, project):
        return project / "rows.db"

    def command(self, workdir, scenario):
        self.port = free_port()
        database = self.database_file(self.project(workdir, scenario))
        return ["env", f"BENCH_DATABASE={database}", "PYTHONDONTWRITEBYTECODE=1",
                _PYTHON, "-m", "gunicorn", "--chdir", _APP, "--worker-class", "gthread",
                "--workers", len(os.sched_getaffinity(0)), "--threads", 2, "--keep-alive", 75,
                "--worker-connections", 4096, "--backlog", 4096, "--log-level", "error",
                "--worker-tmp-dir", "/dev/shm", "--bind", f"127.0.0.1:{self.port}",
                "wsgi:application"]

    def await_url(self):
        self.await_port(self.port)
        return f"http://127.0.0.1:{self.port}"

    def calls(self, scenario):
        return {"by-id": Call("GET", "/item/{id}"),
                "list-20": Call("GET", "/item?category_id={id}"),
                "list-embed": Call("GET", "/product?category_id={id}"),
                "insert": Call("POST", "/item", NEW_ITEM, {"Content-Type": "application/json"})}

    def read_products(self, body):
        return json.loads(body)

    def read_rows(self, body):
        answer = json.loads(body)
        return answer if isinstance(answer, list) else [answer]
