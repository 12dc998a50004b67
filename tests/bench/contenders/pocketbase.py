"""PocketBase, when its executable is on PATH (as `pocketbase`, or as `base`, which is what Debian's
package installs) or given by --pocketbase.

Written from the documentation of versions 0.23 and later. Its collections are made over its own API
by a superuser that its command line makes; the rows then go to its database file while it is
stopped, since its API would take an hour for a million. Ids are its usual 15 characters: the number
of the row with leading zeros. Its settings stay as they come.
"""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from functools import cache
from pathlib import Path

from lib import dataset, load
from lib.contender import Contender, ContenderFailed, free_port, program
from lib.rows_contender import (CHAT_SCENARIOS, ITEM_SCENARIOS, PRODUCT_SCENARIOS, Call,
                                ServesRows, run_quietly)

_EMAIL, _PASSWORD = "bench@example.com", "only-for-the-benchmark"
_JSON = {"Content-Type": "application/json"}
_ROOM_ID = "0000000000room0"
_MEMBER_ID = "000000000member"

# Its ids are texts and no rowids, so an index of a list ends with the id: then the list is in order
# of ids without a sort, as it is where the id is the rowid, which every SQLite index ends with.
# null: superusers only; "": everybody; otherwise who meets the condition.
_ITEM = {
    "name": "item", "type": "base", "listRule": "active = true", "viewRule": "active = true",
    "createRule": "", "updateRule": None, "deleteRule": None,
    "fields": [
        {"name": "category_id", "type": "number", "onlyInt": True},
        {"name": "name", "type": "text"},
        {"name": "price_cents", "type": "number", "onlyInt": True, "min": 0},
        {"name": "note", "type": "text"},
        {"name": "active", "type": "bool"},
        {"name": "created_at", "type": "text"},
    ],
    "indexes": ["CREATE INDEX item_by_category ON item (category_id, id)"],
}
_ROOM = {"name": "room", "type": "base", "fields": [{"name": "name", "type": "text"}]}


# A product with its average rating, which an expand cannot make. What belongs to a product refers to
# `product`, and is expanded through it. README.md says what else was tried.
_RATED_PRODUCT = {
    "name": "rated_product", "type": "view", "listRule": "active = true",
    "viewRule": "active = true",
    "viewQuery": """
SELECT id, id AS product, category, name, price_cents, active,
       (SELECT avg(rating) FROM review WHERE review.product = product.id) AS rating
  FROM product
""",
}


def _relation(name, collection):
    return {"name": name, "type": "relation", "collectionId": collection, "maxSelect": 1}


def _category_collection():
    return {"name": "category", "type": "base", "listRule": "", "viewRule": "",
            "fields": [{"name": "name", "type": "text"}, {"name": "slug", "type": "text"}],
            "indexes": ["CREATE UNIQUE INDEX category_by_slug ON category (slug)"]}


def _product_collection(category):
    return {"name": "product", "type": "base", "listRule": "active = true",
            "viewRule": "active = true",
            "fields": [_relation("category", category),
                       {"name": "name", "type": "text"},
                       {"name": "price_cents", "type": "number", "onlyInt": True},
                       {"name": "cost_cents", "type": "number", "onlyInt": True, "hidden": True},
                       {"name": "active", "type": "bool"}],
            "indexes": ["CREATE INDEX product_by_category ON product (category, id)"]}


def _collections_of_products(product):
    """What belongs to a product: its images and its reviews."""
    image = {"name": "product_image", "type": "base", "listRule": "", "viewRule": "",
             "fields": [_relation("product", product), {"name": "path", "type": "text"},
                        {"name": "alt", "type": "text"}],
             "indexes": ["CREATE INDEX image_by_product ON product_image (product)"]}
    review = {"name": "review", "type": "base", "listRule": "", "viewRule": "",
              "fields": [_relation("product", product),
                         {"name": "rating", "type": "number", "onlyInt": True}],
              "indexes": ["CREATE INDEX review_by_product ON review (product, rating)"]}
    return image, review


# {table of the plain database: (columns here, what they are there)}
_PRODUCT_COLUMNS = {
    "category": ("id, name, slug", "printf('%015d', id), name, slug"),
    "product": ("id, category, name, price_cents, cost_cents, active",
                "printf('%015d', id), printf('%015d', category_id), name, price_cents, cost_cents, "
                "active"),
    "product_image": ("id, product, path, alt",
                      "printf('%015d', id), printf('%015d', product_id), path, alt"),
    "review": ("id, product, rating", "printf('%015d', id), printf('%015d', product_id), rating"),
}


def _chat_collections(room, users):
    """TrailBase's workload as its authors set it up for PocketBase, with the author checked too."""
    member = {"name": "room_member", "type": "base",
              "fields": [_relation("room", room), _relation("user", users)],
              "indexes": ["CREATE UNIQUE INDEX member_once ON room_member (room, user)"]}
    message = {"name": "message", "type": "base",
               "createRule": "author = @request.auth.id && "
                             "room = @collection.room_member.room && "
                             "@request.auth.id = @collection.room_member.user",
               "fields": [_relation("room", room), _relation("author", users),
                          {"name": "body", "type": "text"}],
               "indexes": ["CREATE INDEX message_by_room ON message (room)"]}
    return member, message


def _send(url, method, path, body, token=""):
    """One call of its API that must succeed: the JSON of the answer."""
    headers = {**_JSON, "Authorization": token} if token else _JSON
    status, answer = load.ask(url, Call(method, path, json.dumps(body) if body else "", headers))
    if status >= 300:
        raise ContenderFailed(f"pocketbase: {method} {path} gave {status}: {answer[:300]!r}")
    return json.loads(answer)


def _sign_in(url, collection, email):
    return _send(url, "POST", f"/api/collections/{collection}/auth-with-password",
                 {"identity": email, "password": _PASSWORD})["token"]


@cache
def _is_pocketbase(path):
    """True when the help of the program says so: Debian's own version does not name it."""
    try:
        helped = subprocess.run([path, "--help"], capture_output=True, text=True, errors="replace",
                                stdin=subprocess.DEVNULL, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "the PocketBase data directory" in helped.stdout


class Pocketbase(ServesRows, Contender):
    name = "pocketbase"
    needs = "its executable on PATH, as pocketbase or base, or --pocketbase PATH"
    scenarios = (*ITEM_SCENARIOS, *PRODUCT_SCENARIOS, *CHAT_SCENARIOS)

    def executable(self):
        if self.options.pocketbase:
            given = Path(self.options.pocketbase).resolve()
            return given if os.access(given, os.X_OK) else None
        debians = program("base")
        return program("pocketbase") or (
            debians if debians and _is_pocketbase(debians) else None)

    def database_file(self, project):
        return project / "pb_data" / "data.db"

    def command(self, workdir, scenario):
        return self._serve(self.project(workdir, scenario))

    def _serve(self, project):
        self.port = free_port()
        return [self.executable(), "serve", "--dev=false", "--dir", project / "pb_data",
                "--http", f"127.0.0.1:{self.port}"]

    def await_url(self):
        self.await_port(self.port)
        return f"http://127.0.0.1:{self.port}"

    def prepare(self, folder, rows):
        run_quietly([self.executable(), "superuser", "upsert", _EMAIL, _PASSWORD, "--dev=false",
                     "--dir", folder / "pb_data"])
        self.start_command(folder, self._serve(folder))
        try:
            self._make_collections(self.await_url())
        except BaseException:
            self.kill()
            raise
        self.stop()
        self._fill(folder, rows)

    def _make_collections(self, url):
        token = _sign_in(url, "_superusers", _EMAIL)
        users = _send(url, "GET", "/api/collections/users", None, token)["id"]
        _send(url, "POST", "/api/collections", _ITEM, token)
        room = _send(url, "POST", "/api/collections", _ROOM, token)["id"]
        for collection in _chat_collections(room, users):
            _send(url, "POST", "/api/collections", collection, token)
        self._make_product_collections(url, token)
        _send(url, "POST", "/api/collections/users/records",
              {"id": _MEMBER_ID, "email": "member@example.com", "password": _PASSWORD,
               "passwordConfirm": _PASSWORD}, token)
        _send(url, "POST", "/api/collections/room/records", {"id": _ROOM_ID, "name": "room0"},
              token)
        _send(url, "POST", "/api/collections/room_member/records",
              {"room": _ROOM_ID, "user": _MEMBER_ID}, token)

    def _make_product_collections(self, url, token):
        category = _send(url, "POST", "/api/collections", _category_collection(), token)["id"]
        product = _send(url, "POST", "/api/collections", _product_collection(category),
                        token)["id"]
        for collection in (*_collections_of_products(product), _RATED_PRODUCT):
            _send(url, "POST", "/api/collections", collection, token)

    def _fill(self, folder, rows):
        plain = folder / "rows.db"
        dataset.make_database(plain, rows)
        with closing(sqlite3.connect(self.database_file(folder))) as database:
            database.execute("ATTACH ? AS plain", (str(plain),))
            with database:
                database.execute(
                    "INSERT INTO main.item (id, category_id, name, price_cents, note, active, "
                    "created_at) SELECT printf('%015d', id), category_id, name, price_cents, "
                    "ifnull(note, ''), active, created_at FROM plain.item ORDER BY id")
                for table, (columns, values) in _PRODUCT_COLUMNS.items():
                    database.execute(f"INSERT INTO main.{table} ({columns}) "
                                     f"SELECT {values} FROM plain.{table} ORDER BY id")
            database.execute("DETACH plain")
            database.execute("PRAGMA optimize")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for file in folder.glob("rows.db*"):
            file.unlink()

    def calls(self, scenario):
        records = "/api/collections/item/records"
        new = ('{"category_id":7,"name":"New item {n}","price_cents":{n},'
               '"note":"made by the benchmark","active":true,'
               f'"created_at":"{dataset.CREATED_AT}"}}')
        calls = {
            "by-id": Call("GET", records + "/{id15}"),
            "list-20": Call("GET", f"{records}?filter=category_id%3D{{id}}&sort=id&perPage=20"
                            "&skipTotal=1"),
            "list-embed": Call("GET", "/api/collections/rated_product/records?filter="
                               "category%3D%27{id15}%27&sort=id&perPage=20&skipTotal=1"
                               "&expand=category,product.product_image_via_product"),
            "insert": Call("POST", records, new, _JSON),
        }
        if scenario.operation == "chat-insert":
            token = _sign_in(f"http://127.0.0.1:{self.port}", "users", "member@example.com")
            message = json.dumps({"room": _ROOM_ID, "author": _MEMBER_ID, "body": "a message {n}"})
            calls["chat-insert"] = Call("POST", "/api/collections/message/records", message,
                                        {**_JSON, "Authorization": token})
        return calls

    def read_rows(self, body):
        answer = json.loads(body)
        return [{**row, "id": int(row["id"]), "note": row["note"] or None}
                for row in answer.get("items", [answer])]

    def read_products(self, body):
        return [self._product(row) for row in json.loads(body)["items"]]

    @staticmethod
    def _product(row):
        category = row["expand"]["category"]
        images = row["expand"]["product"]["expand"]["product_image_via_product"]
        return {"id": int(row["id"]), "name": row["name"], "price_cents": row["price_cents"],
                "category": {name: category[name] for name in ("name", "slug")},
                "images": [{name: image[name] for name in ("path", "alt")} for image in images],
                "rating": row["rating"]}
