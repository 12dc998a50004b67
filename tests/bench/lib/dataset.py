"""The data of the database scenarios: the same rows for every contender.

`item` has as many rows as a scenario wants. Every thousandth is not active, and a policy (or the
contender's own rule) hides it from readers, so that a contender that skips its rule is found out.
`room`, `room_member` and `message` are the chat-room workload that TrailBase publishes: one room,
one member, and inserts of messages that only a member may make.
"""

import sqlite3
from contextlib import closing

ROWS = 100_000
HIDDEN_EVERY = 1000
ROWS_PER_CATEGORY = 100
PRODUCTS = 10_000
ROOM = "0193a5f2-6c1e-7d44-9b07-5e2f81c3a9d0"
MEMBER = "0193a5f2-6c1e-7d44-9b07-000000000001"
CREATED_AT = "2026-01-01T00:00:00Z"

ITEM_TABLE = """
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  note TEXT,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at TEXT NOT NULL DEFAULT '2026-01-01T00:00:00Z'
) STRICT;
CREATE INDEX item_by_category ON item (category_id);
"""

CHAT_TABLES = """
CREATE TABLE room (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE room_member (
  room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES room (id) ON DELETE CASCADE,
  author_id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX message_by_room ON message (room_id);
"""

# The product list: a category (to one), images and reviews (to many) of each product.
PRODUCTS_PER_CATEGORY = 100
PRODUCT_TABLES = """
CREATE TABLE category (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES category (id),
  name TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  cost_cents INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX product_by_category ON product (category_id);
CREATE TABLE product_image (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product (id),
  path TEXT NOT NULL,
  alt TEXT NOT NULL
) STRICT;
CREATE INDEX image_by_product ON product_image (product_id);
CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product (id),
  rating INTEGER NOT NULL
) STRICT;
CREATE INDEX review_by_product ON review (product_id, rating);
"""

_PRODUCT_ROWS = f"""
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < :rows)
INSERT INTO category (id, name, slug) SELECT id, 'Category ' || id, 'category-' || id FROM n
 WHERE id <= :categories;
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < :rows)
INSERT INTO product (id, category_id, name, price_cents, cost_cents, active)
SELECT id, id % :categories + 1, 'Product ' || id, id * 7 % 100000, id, id % {HIDDEN_EVERY} <> 0
  FROM n;
WITH RECURSIVE k(k) AS (SELECT 0 UNION ALL SELECT 1)
INSERT INTO product_image (product_id, path, alt)
SELECT id, 'images/' || id || '-' || k || '.svg', 'Product ' || id || ', picture ' || k
  FROM product, k;
WITH RECURSIVE k(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM k WHERE k < 4)
INSERT INTO review (product_id, rating) SELECT id, (id + k) % 5 + 1 FROM product, k
"""

_ITEM_ROWS = f"""
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < :rows)
INSERT INTO item (id, category_id, name, price_cents, note, active, created_at)
SELECT id,
       (id * 7919 + id / 997) % :categories + 1,
       'Item ' || id || ' of the catalogue',
       (id * 2654435761) % 100000,
       CASE WHEN id % 3 = 0 THEN NULL ELSE 'A note of some length on item ' || id END,
       id % {HIDDEN_EVERY} <> 0,
       '{CREATED_AT}'
  FROM n
"""


def categories(rows):
    """How many categories there are; their ids are 1 to this."""
    return max(rows // ROWS_PER_CATEGORY, 1)


def item(row_id, rows):
    """The visible facts of one row, to compare answers with."""
    return {"id": row_id, "category_id": (row_id * 7919 + row_id // 997) % categories(rows) + 1,
            "name": f"Item {row_id} of the catalogue",
            "price_cents": row_id * 2654435761 % 100000,
            "note": None if row_id % 3 == 0 else f"A note of some length on item {row_id}",
            "active": row_id % HIDDEN_EVERY != 0}


def items_of_category(category, rows, limit):
    """The first visible rows of a category by id, as a list must give them."""
    found = []
    for row_id in range(1, rows + 1):
        if len(found) == limit:
            break
        facts = item(row_id, rows)
        if facts["category_id"] == category and facts["active"]:
            found.append(facts)
    return found


def fill_items(database, rows):
    """Inserts the rows into an open connection whose table `item` is empty."""
    with database:
        database.execute(_ITEM_ROWS, {"rows": rows, "categories": categories(rows)})


def product_categories(rows):
    """How many categories `rows` products have; their ids are 1 to this."""
    return max(rows // PRODUCTS_PER_CATEGORY, 1)


def products_of_category(category, rows, limit):
    """The first visible products of a category with what belongs to them."""
    count = product_categories(rows)
    ids = [row_id for row_id in range(1, rows + 1)
           if row_id % count + 1 == category and row_id % HIDDEN_EVERY != 0][:limit]
    return [{"id": row_id, "name": f"Product {row_id}", "price_cents": row_id * 7 % 100000,
             "category": {"name": f"Category {category}", "slug": f"category-{category}"},
             "images": [{"path": f"images/{row_id}-{k}.svg", "alt": f"Product {row_id}, picture {k}"}
                        for k in range(2)],
             "rating": 3} for row_id in ids]


def fill_products(database, rows):
    """Inserts products and what belongs to them; their tables are empty."""
    figures = {"rows": rows, "categories": product_categories(rows)}
    with database:
        for statement in _PRODUCT_ROWS.split(";\n"):
            database.execute(statement, figures)


def fill_chat(database):
    with database:
        database.execute("INSERT INTO room (id, name) VALUES (?, 'room0')", (ROOM,))
        database.execute("INSERT INTO room_member (room_id, user_id) VALUES (?, ?)",
                         (ROOM, MEMBER))


def make_database(file, rows):
    """A database with every table and row and nothing else, for those that take SQL as it is."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(ITEM_TABLE + CHAT_TABLES + PRODUCT_TABLES)
        fill_items(database, rows)
        fill_products(database, min(rows, PRODUCTS))
        fill_chat(database)
        database.execute("ANALYZE")


def count_rows(file, table):
    """Rows of a table, read from the file of a server that has stopped."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
