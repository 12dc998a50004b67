"""What a contender adds to take part in the database scenarios."""

import json
import subprocess
from dataclasses import dataclass, field

from lib import dataset
from lib.contender import ContenderFailed

ITEM_SCENARIOS = ("by-id-16", "by-id-64", "by-id-256", "list-20", "insert", "reads-under-writes",
                  "by-id-scale")
PRODUCT_SCENARIOS = ("list-embed-1", "list-embed-16")
CHAT_SCENARIOS = ("chat-insert-16", "chat-insert-64")


@dataclass(frozen=True)
class Call:
    """One operation as a contender spells it. {id} in the path is a row (by-id) or a category
    (list-20) at random, {id15} the same with leading zeros; {n} in the body is a number, so that
    rows differ."""
    method: str
    path: str
    body: str = ""
    headers: dict = field(default_factory=dict)

    def with_number(self, number):
        """The call for this row or category, ready to send."""
        path = self.path.replace("{id}", str(number)).replace("{id15}", f"{number:015}")
        return Call(self.method, path, self.body.replace("{n}", str(number)), self.headers)


NEW_ITEM = ('{"category_id":7,"name":"New item {n}","price_cents":{n},'
            '"note":"made by the benchmark"}')


class ServesRows:
    """Mixed into a Contender that serves the rows of lib/dataset.py.

    A subclass defines `prepare`, `calls` and `database_file`, and redefines `read_rows` when its
    answers are not a JSON array of rows.
    """

    def prepare(self, folder, rows):
        """Writes the project and its database with this many items; once per run and size."""
        raise NotImplementedError

    def calls(self, scenario):
        """{operation: Call} of by-id, list-20, insert and chat-insert; what it has of them."""
        raise NotImplementedError

    def read_products(self, body):
        """The rows of list-embed as dataset.products_of_category has them."""
        return [{**row, "images": row["images"], "rating": row["review"][0]["avg"]}
                for row in json.loads(body)]

    def database_file(self, project):
        """Where its rows are, to count them once it has stopped."""
        raise NotImplementedError

    def read_rows(self, body):
        """The rows of an answer as a list of dicts with the names of dataset.item."""
        return json.loads(body)

    def project(self, workdir, scenario):
        """The folder that `prepare` filled: a copy for this round when the scenario writes."""
        prepared = scenario.prepared / f"{self.name}-{scenario.rows}"
        if not prepared.exists():
            unfinished = prepared.with_suffix(".new")
            unfinished.mkdir(parents=True)
            self.prepare(unfinished, scenario.rows)
            unfinished.rename(prepared)
        if not scenario.writes:
            return prepared
        copy = workdir / "project"
        if not copy.exists():
            subprocess.run(["cp", "-a", "--reflink=auto", prepared, copy], check=True)
        return copy


def run_quietly(command, **options):
    """Runs a program to its end; its errors become the message when it fails."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=True, timeout=120, **options)
    if result.returncode != 0:
        raise ContenderFailed(f"{' '.join(words)} failed: "
                              f"{(result.stderr or result.stdout).strip()[-600:]}")
    return result.stdout


def plain_database(folder, rows):
    """`prepare` for those that take the tables as dataset.py makes them."""
    dataset.make_database(folder / "rows.db", rows)
