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
        database.executescript(ITEM_TABLE + CHAT_TABLES)
        fill_items(database, rows)
        fill_chat(database)
        database.execute("ANALYZE")


def count_rows(file, table):
    """Rows of a table, read from the file of a server that has stopped."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
