"""The shop's schema on plain SQLite: what its triggers and CHECKs hold, and what its indexes serve.

The statements about access (roles, policies, grants) and functions are prodev's own; here they are taken
out of the script, and the expressions of the policies and the bodies of the functions are tried as SQL.
"""

import json
import pathlib
import random
import re
import sqlite3
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schema/shop"
DEMO = ROOT / "static/demo"

ACCESS = re.compile(r"(CREATE|ALTER|DROP) (ROLE|POLICY)\b|GRANT (?!EXECUTE)|REVOKE\b")
FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\((.*?)\)\s+RETURNS (.*?)\s+LANGUAGE sql (\w+)\s+AS \$\$(.*)\$\$;", re.S)
OWN = re.compile(ACCESS.pattern + r"|CREATE FUNCTION\b|GRANT EXECUTE\b")
OUT_OF_STOCK = "tide-basket"


def statements(script):
    """The statements of a script, each without the comments before it."""
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(text):
            yield re.sub(r"\A(\s|--[^\n]*\n)+", "", text)
            text = ""
    assert not text.strip(), f"a statement without end: {text[:80]}"


def connect():
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("PRAGMA foreign_keys = ON")
    return database


FILES = sorted(SCHEMA.glob("[0-9]*.sql"))
SCRIPTS = {path.name: path.read_text() for path in FILES}
ACCESS_STATEMENTS = [" ".join(re.sub(r"--[^\n]*", "", s).split())
                     for script in SCRIPTS.values() for s in statements(script) if ACCESS.match(s)]


FUNCTIONS = {match[1]: match.groups() for script in SCRIPTS.values() for s in statements(script)
             if (match := FUNCTION.fullmatch(s.strip()))}


def build():
    database = connect()
    for script in SCRIPTS.values():
        database.execute("BEGIN")
        for statement in statements(script):
            if not OWN.match(statement):
                database.execute(statement)
        database.execute("COMMIT")
    return database


BUILT = build()


class ShopCase(unittest.TestCase):
    """Each test has the shop to itself, with a shopper who has a cart and an address."""

    def setUp(self):
        self.database = connect()
        BUILT.backup(self.database)
        self.run_sql("INSERT INTO customer (id) VALUES ('ada')")
        self.run_sql("INSERT INTO cart (id, customer_id) VALUES (100, 'ada')")
        self.run_sql("INSERT INTO address (id, customer_id, recipient, street, postal_code, city)"
                     " VALUES (100, 'ada', 'Ada', 'Ringweg 1', '10115', 'Berlin')")
        self.addCleanup(self.database.close)

    def run_sql(self, sql, *values):
        return self.database.execute(sql, values)

    def rows(self, sql, *values):
        return self.run_sql(sql, *values).fetchall()

    def value(self, sql, *values):
        return self.run_sql(sql, *values).fetchone()[0]

    def product(self, slug):
        return self.value("SELECT id FROM product WHERE slug = ?", slug)

    def stock(self, product):
        return self.value("SELECT stock FROM product WHERE id = ?", product)

    def fill_cart(self, *lines, cart=100):
        self.database.executemany(
            "INSERT INTO cart_line (cart_id, product_id, quantity) VALUES (?, ?, ?)",
            [(cart, product, quantity) for product, quantity in lines])

    def checkout(self, **values):
        row = {"customer_id": "ada", "cart_id": 100, "address_id": 100, **values}
        self.run_sql(f'INSERT INTO "order" ({", ".join(row)}) VALUES ({", ".join("?" * len(row))})', *row.values())
        return self.value("SELECT last_insert_rowid()")

    def state(self):
        """All that a refused statement must leave as it was."""
        return [self.rows(f"SELECT * FROM {table}") for table in
                ('"order"', "order_line", "stock_movement", "product", "cart_line", "review")]

    def refused(self, message, work, *arguments, **named):
        before = self.state()
        with self.assertRaisesRegex(sqlite3.IntegrityError, message):
            work(*arguments, **named)
        self.assertEqual(self.state(), before, "a refused statement left something behind")

    def assert_sums(self):
        """Stock, balances, totals and ratings are what their rows add up to."""
        self.assertEqual([], self.rows(
            "SELECT slug, stock FROM product WHERE stock <> (SELECT coalesce(sum(quantity), 0)"
            " FROM stock_movement WHERE product_id = product.id)"))
        self.assertEqual([], self.rows(
            "SELECT * FROM (SELECT id, balance, sum(quantity) OVER (PARTITION BY product_id ORDER BY id) AS sum"
            " FROM stock_movement) WHERE balance IS NOT sum"))
        self.assertEqual([], self.rows(
            'SELECT id FROM "order" WHERE items_cents <> (SELECT coalesce(sum(quantity * unit_price_cents), 0)'
            ' FROM order_line WHERE order_id = "order".id) OR total_cents <> items_cents + shipping_cents'))
        self.assertEqual([], self.rows(
            "SELECT slug FROM product WHERE (rating_count, rating_average) IS NOT (SELECT count(*),"
            " coalesce(round(avg(rating), 2), 0.0) FROM review WHERE product_id = product.id)"))
        self.assertEqual([], self.rows(
            "SELECT order_id, product_id FROM order_line JOIN \"order\" ON \"order\".id = order_id"
            " WHERE (CASE status WHEN 'cancelled' THEN 0 ELSE quantity END) IS NOT"
            " (SELECT -sum(quantity) FROM stock_movement AS m"
            "  WHERE m.order_id = order_line.order_id AND m.product_id = order_line.product_id)"))
        self.assertEqual([], self.rows("PRAGMA foreign_key_check"))


class TheDatabase(ShopCase):
    def tables(self):
        return [name for name, in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]

    def test_it_is_sound(self):
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
        self.assert_sums()

    def test_every_table_is_strict(self):
        loose = [row[1] for row in self.rows("PRAGMA table_list")
                 if row[0] == "main" and row[2] == "table" and not row[5] and not row[1].startswith("sqlite_")]
        self.assertEqual(loose, [])

    def test_every_foreign_key_is_the_beginning_of_a_whole_index(self):
        bare = []
        for table in self.tables():
            begins = [[row[2] for row in self.rows(f'PRAGMA index_info("{index[1]}")')]
                      for index in self.rows(f'PRAGMA index_list("{table}")') if not index[4]]
            begins += [[row[1] for row in self.rows(f'PRAGMA table_info("{table}")') if row[5]]]
            keys = {}
            for row in self.rows(f'PRAGMA foreign_key_list("{table}")'):
                keys.setdefault(row[0], []).append(row[3])
            bare += [(table, columns) for columns in keys.values()
                     if not any(sorted(begin[:len(columns)]) == sorted(columns) for begin in begins)]
        self.assertEqual(bare, [])

    def test_every_table_view_and_index_has_a_comment_above_it(self):
        for name, script in SCRIPTS.items():
            lines = script.splitlines()
            for number, line in enumerate(lines):
                if re.match(r"CREATE (TABLE|VIEW)", line):
                    self.assertRegex(lines[number - 1], r"^-- .", f"{name}:{number + 1}")

    def test_its_files_are_named_as_migrations_and_keep_their_transaction(self):
        self.assertGreaterEqual(len(FILES), 4)
        for path in FILES:
            self.assertRegex(path.name, r"^\d{4}_[a-z_]+\.sql$")
            for statement in statements(path.read_text()):
                self.assertNotRegex(statement, r"\A(BEGIN|COMMIT|ROLLBACK|PRAGMA)\b")


class TheCatalogue(ShopCase):
    def test_there_is_enough_on_the_shelves(self):
        self.assertGreaterEqual(self.value("SELECT count(*) FROM product_card"), 60)
        shelves = self.rows("SELECT c.slug, count(p.id) FROM category AS c JOIN product AS p ON p.category_id = c.id"
                            " AND p.is_active = 1 GROUP BY c.id")
        self.assertTrue(6 <= len(shelves) <= 8, shelves)
        self.assertGreaterEqual(min(number for _, number in shelves), 6)
        self.assertGreaterEqual(self.value("SELECT count(DISTINCT customer_id) FROM review"), 10)

    def test_every_product_has_a_picture_that_is_there(self):
        self.assertEqual([], self.rows("SELECT slug FROM product WHERE id NOT IN"
                                       " (SELECT product_id FROM product_image WHERE position = 0)"))
        paths = [path for path, in self.rows("SELECT path FROM product_image")]
        self.assertEqual(len(paths), len(set(paths)))
        on_disk = {f"images/{path.name}" for path in (DEMO / "images").iterdir()}
        self.assertEqual(set(paths), on_disk)

    def test_pictures_are_small_and_need_nothing_else(self):
        for path in (DEMO / "images").iterdir():
            text = path.read_text()
            self.assertLess(len(text.encode()), 4096, path.name)
            names = {element.tag.rpartition("}")[2] for element in xml.etree.ElementTree.fromstring(text).iter()}
            self.assertFalse(names & {"script", "image", "use", "style", "foreignObject", "a"}, path.name)
            self.assertFalse(re.search(r"href|url\((?!#)|\son\w+=", text), path.name)

    def test_a_search_looks_through_texts_category_and_attributes_and_follows_changes(self):
        find = "SELECT slug FROM product_search WHERE text LIKE ? AND text LIKE ? ORDER BY id"
        oak = self.product("oak-board")
        self.assertIn(("oak-board",), self.rows(find, "%OAK%", "%kitchen tools%"))
        self.assertEqual([], self.rows(find, "%oak%", "%zinc%"))
        self.run_sql("UPDATE product SET attributes = ? WHERE id = ?", json.dumps({"Feet": "Zinc"}), oak)
        self.assertEqual([("oak-board",)], self.rows(find, "%oak%", "%zinc%"))
        self.run_sql("UPDATE category SET name = 'Gadgetry' WHERE slug = 'kitchen-tools'")
        self.assertIn(("oak-board",), self.rows(find, "%oak%", "%gadgetry%"))
        self.run_sql("UPDATE product SET is_active = 0 WHERE id = ?", oak)
        self.assertEqual([], self.rows(find, "%oak%", "%zinc%"))

    def test_a_deleted_product_takes_its_words_and_pictures_along(self):
        self.run_sql("INSERT INTO product (id, category_id, sku, slug, name, price_cents)"
                     " VALUES (900, 10, 'X', 'x', 'Xylograph', 1)")
        self.assertEqual(1, self.value("SELECT count(*) FROM product_search WHERE text LIKE '%xylograph%'"))
        self.run_sql("DELETE FROM product WHERE id = 900")
        self.assertEqual(0, self.value("SELECT count(*) FROM product_text WHERE product_id = 900"))

    def test_a_change_of_a_product_is_dated_and_a_sale_is_none(self):
        oak = self.product("oak-board")
        dated = "SELECT updated_at FROM product WHERE id = ?"
        before = self.value(dated, oak)
        self.run_sql("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (?, 1, 'delivery')", oak)
        self.assertEqual(self.value(dated, oak), before)
        self.run_sql("UPDATE product SET price_cents = price_cents + 1 WHERE id = ?", oak)
        self.assertGreater(self.value(dated, oak), before)


class Checks(ShopCase):
    def test_values_that_make_no_sense_are_refused(self):
        product = ("INSERT INTO product (category_id, sku, slug, name, price_cents, {0}) VALUES (10, 'n', 'n', 'n', 5, ?)")
        address = ("INSERT INTO address (customer_id, recipient, street, postal_code, city, {0})"
                   " VALUES ('ada', 'A', 'B', '123', 'C', ?)")
        review = "INSERT INTO review (product_id, customer_id, author, rating) VALUES (1, 'ada', ?, ?)"
        cases = [
            (product.format("is_active"), [2]), (product.format("attributes"), ["{"]),
            (product.format("currency"), ["eur"]), (product.format("cost_cents"), [-1]),
            (product.format("rating_count"), [-1]), (product.format("created_at"), ["yesterday"]),
            (product.format("created_at"), ["2026-02-01 10:00:00"]), (product.format("cost_cents"), ["5 euros"]),
            ("UPDATE product SET price_cents = -1 WHERE id = ?", [1]), ("UPDATE product SET slug = ? WHERE id = 1", ["A b"]),
            ("UPDATE category SET parent_id = id WHERE id = ?", [1]), ("UPDATE category SET slug = ? WHERE id = 1", [""]),
            ("INSERT INTO product_image (product_id, position, path, alt) VALUES (1, 9, ?, 'x')", ["images/../../etc"]),
            ("INSERT INTO product_image (product_id, position, path, alt) VALUES (1, 9, ?, 'x')", ["//elsewhere/x.svg"]),
            ("INSERT INTO customer (id) VALUES (?)", [""]), ("UPDATE customer SET email = ? WHERE id = 'ada'", ["nobody"]),
            (address.format("country"), ["XX"]), ("UPDATE address SET recipient = '' WHERE id = ?", [100]),
            ("INSERT INTO cart (customer_id) VALUES (?)", ["ada"]),
            ("INSERT INTO cart_line (cart_id, product_id, quantity) VALUES (100, 1, ?)", [0]),
            ("INSERT INTO cart_line (cart_id, product_id, quantity) VALUES (100, 1, ?)", [100]),
            ("INSERT INTO cart_line (cart_id, product_id, quantity) VALUES (100, ?, 1)", [99999]),
            ("UPDATE \"order\" SET status = ? WHERE status = 'placed'", ["lost"]), (review, ["Ada", 0]), (review, ["Ada", 6]),
            (review, ["", 5]), ("UPDATE review SET body = ? WHERE id = 1", ["x" * 4001]),
            ("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (1, ?, 'delivery')", [0]),
            ("UPDATE order_line SET quantity = ? WHERE order_id = (SELECT max(id) FROM \"order\")", [0]),
            ("UPDATE product_image SET position = ? WHERE id = 1", [-1]),
            ("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (1, 1, ?)", ["luck"]),
        ]
        for sql, values in cases:
            with self.subTest(sql=sql, values=values):
                self.refused("constraint failed|cannot store", self.run_sql, sql, *values)

    def test_texts_have_bounds(self):
        for table, column, least, most in (
                ("category", "name", 1, None), ("product", "sku", 1, None), ("product", "name", 1, 120),
                ("product", "summary", 0, 200), ("product_image", "alt", 1, None), ("customer", "id", 1, 64),
                ("customer", "name", 0, 120), ("address", "recipient", 1, 120), ("address", "street", 1, 200),
                ("address", "postal_code", 2, 16), ("address", "city", 1, 100), ("shipping_method", "name", 1, None),
                ("shipping_method", "code", 1, None), ('"order"', "note", 0, 500), ("review", "author", 1, 60),
                ("review", "title", 0, 120), ("review", "body", 0, 4000)):
            row = self.value(f"SELECT max(rowid) FROM {table}")
            change = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
            for length in [least - 1] * (least > 0) + ([most + 1] if most else []):
                with self.subTest(column=f"{table}.{column}", length=length):
                    self.refused("CHECK", self.run_sql, change, "x" * length, row)
            if column not in ("id", "code"):  # others refer to these
                self.run_sql(change, "x" * (most or 300), row)
                self.run_sql(change, "y" * least, row)

    def test_amounts_are_not_below_nothing(self):
        for table, column in (("product", "price_cents"), ("product", "cost_cents"), ("product", "rating_count"),
                              ("product", "rating_sum"), ("shipping_method", "price_cents"),
                              ("shipping_method", "free_from_cents"), ('"order"', "shipping_cents"),
                              ('"order"', "agreed_total_cents")):
            with self.subTest(column=f"{table}.{column}"):
                self.refused("CHECK", self.run_sql, f"UPDATE {table} SET {column} = -1")
        for column in ("width", "height"):
            self.refused("CHECK", self.run_sql, f"UPDATE product_image SET {column} = 0")

    def test_currencies_are_codes(self):
        for table in ("product", "shipping_method", '"order"'):
            self.refused("CHECK", self.run_sql, f"UPDATE {table} SET currency = 'euro'")

    def test_every_time_must_be_in_the_one_form(self):
        self.run_sql("INSERT INTO cart (customer_id) SELECT id FROM customer WHERE id <> 'ada'")
        for table, column in (("product", "created_at"), ("product", "updated_at"), ("customer", "created_at"),
                              ("address", "created_at"), ("cart", "created_at"), ('"order"', "placed_at"),
                              ("review", "created_at")):
            for value in ("2026-02-01 10:00:00", "2026-02-01T10:00:00Z", "2026-13-01T10:00:00.000Z", "soon"):
                with self.subTest(column=f"{table}.{column}", value=value):
                    self.refused("CHECK", self.run_sql, f"UPDATE {table} SET {column} = ?", value)
        self.refused("CHECK", self.run_sql, "INSERT INTO stock_movement (product_id, quantity, reason, created_at)"
                     " VALUES (1, 1, 'delivery', 'soon')")

    def test_times_have_one_form(self):
        self.assertRegex(self.value("SELECT created_at FROM customer WHERE id = 'ada'"),
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


class Checkout(ShopCase):
    def test_one_insert_copies_the_cart_takes_the_stock_and_empties_the_cart(self):
        mug, board = self.product("tarn-mug"), self.product("oak-board")
        stock = self.stock(mug), self.stock(board)
        self.fill_cart((mug, 2), (board, 1))
        order = self.checkout(agreed_total_cents=2 * 1890 + 4900)
        self.assertEqual(self.rows('SELECT status, items_cents, shipping_cents, total_cents, recipient, street,'
                                   ' postal_code, city, country FROM "order" WHERE id = ?', order),
                         [("placed", 8680, 0, 8680, "Ada", "Ringweg 1", "10115", "Berlin", "DE")])
        self.assertEqual(sorted(self.rows("SELECT product_name, quantity, unit_price_cents, line_total_cents"
                                          " FROM order_line WHERE order_id = ?", order)),
                         [("Oak chopping board", 1, 4900, 4900), ("Tarn mug", 2, 1890, 3780)])
        self.assertEqual((self.stock(mug), self.stock(board)), (stock[0] - 2, stock[1] - 1))
        self.assertEqual([], self.rows("SELECT * FROM cart_line WHERE cart_id = 100"))
        self.assert_sums()

    def test_shipping_costs_below_its_limit_and_by_method(self):
        mug = self.product("tarn-mug")
        costs = {"standard": 490, "express": 1290, "pickup": 0}
        for method, cents in costs.items():
            self.fill_cart((mug, 1))
            order = self.checkout(shipping_method=method)
            self.assertEqual(self.value('SELECT shipping_cents FROM "order" WHERE id = ?', order), cents, method)
        self.fill_cart((mug, 1))
        self.refused("FOREIGN KEY", self.checkout, shipping_method="pigeon")

    def test_what_was_agreed_stays_when_the_product_changes(self):
        mug = self.product("tarn-mug")
        self.fill_cart((mug, 1))
        order = self.checkout()
        self.run_sql("UPDATE product SET price_cents = 9999, name = 'Gold mug' WHERE id = ?", mug)
        self.run_sql("UPDATE address SET street = 'Elsewhere 2' WHERE id = 100")
        self.assertEqual(self.rows("SELECT product_name, unit_price_cents FROM order_line WHERE order_id = ?", order),
                         [("Tarn mug", 1890)])
        self.assertEqual(self.value('SELECT street FROM "order" WHERE id = ?', order), "Ringweg 1")

    def test_a_total_that_is_not_the_one_shown_is_refused(self):
        mug = self.product("tarn-mug")
        self.fill_cart((mug, 1))
        self.run_sql("UPDATE product SET price_cents = price_cents + 1 WHERE id = ?", mug)
        self.refused("total has changed", self.checkout, agreed_total_cents=1890 + 490)
        self.checkout(agreed_total_cents=1891 + 490)

    def test_one_line_too_many_refuses_the_whole_order(self):
        mug, casserole = self.product("tarn-mug"), self.product("rowan-casserole")
        self.fill_cart((mug, 1), (casserole, self.stock(casserole) + 1))
        self.refused("not enough in stock", self.checkout)

    def test_the_last_piece_is_sold_once(self):
        casserole = self.product("rowan-casserole")
        self.run_sql("INSERT INTO customer (id) VALUES ('ben')")
        self.run_sql("INSERT INTO cart (id, customer_id) VALUES (101, 'ben')")
        self.run_sql("INSERT INTO address (id, customer_id, recipient, street, postal_code, city)"
                     " VALUES (101, 'ben', 'Ben', 'Am Tor 2', '10115', 'Berlin')")
        self.run_sql("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (?, ?, 'correction')",
                     casserole, 1 - self.stock(casserole))
        self.fill_cart((casserole, 1))
        self.fill_cart((casserole, 1), cart=101)
        self.checkout()
        self.refused("not enough in stock", self.checkout, customer_id="ben", cart_id=101, address_id=101)
        self.assertEqual(self.stock(casserole), 0)

    def test_carts_and_addresses_that_are_not_the_shoppers_own_are_refused_alike(self):
        mug = self.product("tarn-mug")
        self.fill_cart((mug, 1))
        other, address = self.rows("SELECT customer_id, id FROM address WHERE customer_id <> 'ada'")[0]
        self.refused("no such cart", self.checkout, customer_id=other, address_id=address)
        self.refused("no such cart", self.checkout, cart_id=99999)
        self.refused("no such address", self.checkout, address_id=address)
        self.refused("no such address", self.checkout, address_id=99999)
        self.refused("needs an address", self.checkout, address_id=None)

    def test_an_empty_cart_is_no_order_so_a_second_click_makes_none(self):
        self.fill_cart((self.product("tarn-mug"), 1))
        self.checkout()
        self.refused("cart is empty", self.checkout)

    def test_products_that_are_no_longer_sold_are_refused_in_cart_and_order(self):
        mug = self.product("tarn-mug")
        self.refused("no longer sold", self.fill_cart, (self.product("ceramic-bell"), 1))
        self.fill_cart((mug, 1))
        self.run_sql("UPDATE product SET is_active = 0 WHERE id = ?", mug)
        self.refused("no longer sold", self.checkout)

    def test_a_product_in_another_currency_is_refused(self):
        mug = self.product("tarn-mug")
        self.run_sql("UPDATE product SET currency = 'SEK' WHERE id = ?", mug)
        self.fill_cart((mug, 1))
        self.refused("one currency", self.checkout)

    def test_a_cart_is_bounded(self):
        ids = [product for product, in self.rows("SELECT id FROM product WHERE is_active = 1 LIMIT 51")]
        self.fill_cart(*[(product, 1) for product in ids[:50]])
        self.refused("at most 50", self.fill_cart, (ids[50], 1))

    def test_sums_prices_and_status_never_come_from_the_client(self):
        mug = self.product("tarn-mug")
        self.fill_cart((mug, 1))
        for name, given in (("items_cents", 1), ("shipping_cents", 1), ("status", "paid")):
            self.refused("worked out", self.checkout, **{name: given})
        order = self.checkout()
        line = "INSERT INTO order_line (order_id, product_id, quantity, {0}) VALUES (?, ?, 1, ?)"
        other = self.product("oak-board")
        self.refused("leave them out", self.run_sql, line.format("unit_price_cents"), order, other, 1)
        self.refused("leave them out", self.run_sql, line.format("product_name"), order, other, "Cheap")
        self.refused("only the quantity", self.run_sql, "UPDATE order_line SET unit_price_cents = 1 WHERE order_id = ?", order)
        self.refused("that of its lines", self.run_sql, 'UPDATE "order" SET items_cents = 1 WHERE id = ?', order)


class OrdersAfterwards(ShopCase):
    def setUp(self):
        super().setUp()
        self.mug = self.product("tarn-mug")
        self.before = self.stock(self.mug)
        self.fill_cart((self.mug, 3))
        self.order = self.checkout()

    def set_status(self, status):
        self.run_sql('UPDATE "order" SET status = ? WHERE id = ?', status, self.order)

    def test_a_cancelled_order_gives_its_stock_back_once(self):
        self.set_status("cancelled")
        self.assertEqual(self.stock(self.mug), self.before)
        self.set_status("cancelled")
        self.assertEqual(self.stock(self.mug), self.before)
        self.refused("keeps that status", self.set_status, "placed")
        self.assert_sums()

    def test_a_change_of_quantity_moves_stock_and_total(self):
        change = "UPDATE order_line SET quantity = ? WHERE order_id = ?"
        for quantity in (5, 1, 1):
            self.run_sql(change, quantity, self.order)
            self.assertEqual(self.stock(self.mug), self.before - quantity)
            self.assert_sums()
        self.refused("not enough|constraint", self.run_sql, change, self.before + 1, self.order)

    def test_a_line_added_or_taken_out_moves_stock_and_total(self):
        board = self.product("oak-board")
        stock = self.stock(board)
        self.run_sql("INSERT INTO order_line (order_id, product_id, quantity) VALUES (?, ?, 2)", self.order, board)
        self.assertEqual(self.stock(board), stock - 2)
        self.run_sql("DELETE FROM order_line WHERE order_id = ? AND product_id = ?", self.order, self.mug)
        self.assertEqual(self.stock(self.mug), self.before)
        self.assertEqual(self.value('SELECT items_cents FROM "order" WHERE id = ?', self.order), 9800)
        self.assertEqual([], self.rows("SELECT id FROM product WHERE stock <> (SELECT sum(quantity)"
                                       " FROM stock_movement WHERE product_id = product.id)"))

    def test_what_was_sent_stays_as_it_is(self):
        self.set_status("shipped")
        self.refused("stay as they are", self.run_sql, "UPDATE order_line SET quantity = 9 WHERE order_id = ?", self.order)
        self.refused("stay as they are", self.run_sql, "DELETE FROM order_line WHERE order_id = ?", self.order)
        self.refused("stay as they are", self.run_sql,
                     "INSERT INTO order_line (order_id, product_id, quantity) VALUES (?, 1, 1)", self.order)
        self.refused("FOREIGN KEY", self.run_sql, 'DELETE FROM "order" WHERE id = ?', self.order)


class Stock(ShopCase):
    def test_it_changes_by_movements_only(self):
        self.refused("stock movements only", self.run_sql, "UPDATE product SET stock = stock + 1 WHERE id = 1")
        self.refused("has no stock", self.run_sql, "INSERT INTO product (category_id, sku, slug, name, price_cents, stock)"
                     " VALUES (10, 'n', 'n', 'n', 5, 7)")
        self.refused("leave it out", self.run_sql, "INSERT INTO stock_movement (product_id, quantity, reason, balance)"
                     " VALUES (1, 1, 'delivery', 50)")

    def test_movements_are_not_altered(self):
        for column, value in (("quantity", 5), ("balance", 5), ("product_id", 2)):
            self.refused("not altered", self.run_sql, f"UPDATE stock_movement SET {column} = ? WHERE id = 1", value)
        self.refused("not deleted", self.run_sql, "DELETE FROM stock_movement WHERE id = 1")

    def test_it_does_not_fall_below_nothing(self):
        product = self.product(OUT_OF_STOCK)
        self.refused("not enough in stock", self.run_sql, "INSERT INTO stock_movement (product_id, quantity, reason)"
                     " VALUES (?, -1, 'correction')", product)


class Reviews(ShopCase):
    def rating(self):
        return self.rows("SELECT rating_count, rating_average FROM product WHERE id = 1")[0]

    def test_the_average_follows_every_change(self):
        self.run_sql("DELETE FROM review WHERE product_id = 1")
        self.assertEqual(self.rating(), (0, 0.0))
        self.run_sql("INSERT INTO review (id, product_id, customer_id, author, rating) VALUES (900, 1, 'ada', 'Ada', 5)")
        self.assertEqual(self.rating(), (1, 5.0))
        self.run_sql("UPDATE review SET rating = 2 WHERE id = 900")
        self.assertEqual(self.rating(), (1, 2.0))
        self.run_sql("UPDATE review SET product_id = 2 WHERE id = 900")
        self.assertEqual(self.rating(), (0, 0.0))
        self.assert_sums()
        self.run_sql("DELETE FROM customer WHERE id = 'ada'")
        self.assert_sums()

    def test_one_shopper_has_one_review_of_a_product(self):
        insert = "INSERT INTO review (product_id, customer_id, author, rating) VALUES (1, 'ada', 'Ada', 4)"
        self.run_sql(insert)
        self.refused("UNIQUE", self.run_sql, insert)

    def test_those_that_the_shop_comes_with_are_by_people_who_bought(self):
        self.assertEqual([], self.rows(
            'SELECT id FROM review WHERE NOT EXISTS (SELECT 1 FROM order_line JOIN "order" ON "order".id = order_id'
            " WHERE order_line.product_id = review.product_id AND \"order\".customer_id = review.customer_id)"))


class AnyMixture(ShopCase):
    def test_sums_hold_after_any_mixture_of_statements(self):
        chance = random.Random(3)
        products = [product for product, in self.rows("SELECT id FROM product")]
        counts = {True: 0, False: 0}

        def attempt(sql, *values):
            try:
                self.run_sql(sql, *values)
                counts[True] += 1
            except sqlite3.IntegrityError:
                counts[False] += 1

        for _ in range(600):
            product, order = chance.choice(products), self.value('SELECT max(id) FROM "order"') - chance.randrange(4)
            quantity = chance.choice((1, 2, 9, 60))
            chance.choice((
                lambda: attempt("INSERT INTO cart_line VALUES (100, ?, ?)", product, quantity),
                lambda: attempt("INSERT INTO cart_line VALUES (100, ?, ?)", product, 1),
                lambda: attempt('INSERT INTO "order" (customer_id, cart_id, address_id) VALUES (\'ada\', 100, 100)'),
                lambda: attempt("DELETE FROM cart_line WHERE product_id = ?", product),
                lambda: attempt("UPDATE order_line SET quantity = ? WHERE order_id = ?", quantity, order),
                lambda: attempt("UPDATE product SET price_cents = ? WHERE id = ?", quantity, product),
                lambda: attempt("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (?, ?, 'correction')",
                                product, chance.choice((5, -5))),
                lambda: attempt('UPDATE "order" SET status = ? WHERE id = ?',
                                chance.choice(("paid", "shipped", "cancelled")), order),
                lambda: attempt("INSERT INTO review (product_id, customer_id, author, rating) VALUES (?, 'ada', 'A', ?)",
                                product, chance.randrange(7)),
                lambda: attempt("UPDATE review SET rating = ? WHERE product_id = ?", chance.randrange(1, 6), product),
            ))()
        self.assert_sums()
        self.assertGreater(min(counts.values()), 50, counts)


CARD = "SELECT id, category_id, slug, name, summary, price_cents, stock, rating_average, image_path FROM "
NEWEST, RATED = "ORDER BY id DESC", "ORDER BY rating_average DESC NULLS LAST, id DESC NULLS LAST"
CHEAP = "ORDER BY price_cents ASC NULLS FIRST, id ASC NULLS FIRST"
DEAR = "ORDER BY price_cents DESC NULLS LAST, id DESC NULLS LAST"

# What the storefront asks for (static/demo), as SQL: the statement, the index that must serve it, and
# whether its order must come from that index.
QUERIES = [
    (CARD + f"product_card {RATED} LIMIT 8", "product_rating", True),
    (CARD + f"product_card {CHEAP} LIMIT 12", "product_price", True),
    (CARD + f"product_card {DEAR} LIMIT 12", "product_price", True),
    (CARD + f"product_card WHERE category_id = ? {NEWEST} LIMIT 12", "product_category", True),
    (CARD + f"product_card WHERE category_id = ? {CHEAP} LIMIT 12", "product_category_price", True),
    (CARD + f"product_card WHERE category_id = ? {DEAR} LIMIT 12", "product_category_price", True),
    (CARD + f"product_card WHERE category_id = ? AND price_cents <= ? {CHEAP} LIMIT 12", "product_category_price", True),
    (CARD + f"product_card WHERE category_id = ? {RATED} LIMIT 12", "product_category_rating", True),
    (CARD + f"product_card WHERE category_id IN (?, ?, ?) {RATED} LIMIT 12", "INDEX product_", False),
    (CARD + "product_card WHERE id IN (?, ?, ?)", "INTEGER PRIMARY KEY", True),
    ("SELECT count(*) FROM product_card WHERE category_id = ?", "product_category", True),
    ("SELECT id, name FROM product WHERE slug = ? AND is_active = 1", "sqlite_autoindex_product_", True),
    ("SELECT path, alt FROM product_image WHERE product_id = ? ORDER BY position ASC NULLS FIRST",
     "sqlite_autoindex_product_image_", True),
    ("SELECT id, author, title FROM review WHERE product_id = ? ORDER BY created_at DESC NULLS LAST,"
     " id DESC NULLS LAST LIMIT 5", "review_product", True),
    ("SELECT id FROM cart WHERE customer_id = ?", "sqlite_autoindex_cart_", True),
    ("SELECT product_id, quantity FROM cart_line WHERE cart_id = ? ORDER BY product_id", "PRIMARY KEY", True),
    ("SELECT id, street FROM address WHERE customer_id = ? ORDER BY id DESC NULLS LAST LIMIT 1", "address_customer", True),
    ('SELECT id, status FROM "order" WHERE customer_id = ? ORDER BY placed_at DESC NULLS LAST', "order_customer", True),
    ("SELECT product_id, quantity FROM order_line WHERE order_id = ? ORDER BY product_id", "PRIMARY KEY", True),
    ("SELECT order_id FROM order_line WHERE product_id = ? LIMIT 1", "order_line_product", True),
    ("SELECT id FROM \"order\" WHERE status = 'placed' ORDER BY placed_at", "order_status", True),
    ("SELECT balance FROM stock_movement WHERE product_id = ? ORDER BY id DESC LIMIT 1", "stock_movement_product", True),
    ("SELECT id FROM category WHERE parent_id = ? ORDER BY position", "category_parent", True),
]


class QueryPlans(ShopCase):
    def plan(self, sql):
        return "; ".join(row[3] for row in self.rows("EXPLAIN QUERY PLAN " + sql, *[1] * sql.count("?")))

    def test_each_question_of_the_storefront_has_its_index(self):
        for sql, index, in_order in QUERIES:
            with self.subTest(sql=sql):
                plan = self.plan(sql)
                self.assertIn(index, plan)
                self.assertNotIn("SCAN", plan)
                if in_order:
                    self.assertNotIn("TEMP B-TREE", plan)

    def test_a_search_reads_the_words_and_then_only_what_has_them(self):
        plan = self.plan(CARD + f"product_search WHERE text LIKE ? AND text LIKE ? {RATED} LIMIT 12")
        self.assertIn("SCAN product_text", plan)
        self.assertIn("SEARCH product USING INTEGER PRIMARY KEY", plan)
        self.assertEqual(plan.count("SCAN"), 1, plan)


class Functions(ShopCase):
    """The bodies of the functions, as SQL."""

    def call(self, name, **arguments):
        return self.database.execute(FUNCTIONS[name][4], arguments).fetchall()

    def test_every_function_is_one_of_the_known_form_and_granted(self):
        made = sum(script.count("CREATE FUNCTION") for script in SCRIPTS.values())
        self.assertEqual(len(FUNCTIONS), made)
        granted = re.findall(r"GRANT EXECUTE ON FUNCTION ([\w, ]+) TO ([\w, ]+);", "".join(SCRIPTS.values()))
        self.assertEqual(granted, [(", ".join(FUNCTIONS), "anon, authenticated, staff")])

    def test_top_rated_has_the_best_first_and_no_more_than_was_asked_for(self):
        rows = self.call("top_rated", n=5, min_reviews=2)
        ratings = [(row[8], row[9]) for row in rows]
        self.assertEqual(len(rows), 5)
        self.assertEqual(ratings, sorted(ratings, reverse=True))
        self.assertGreaterEqual(min(count for _, count in ratings), 2)
        best = self.value("SELECT max(rating_average) FROM product_card WHERE rating_count >= 2")
        self.assertEqual(ratings[0][0], best)
        self.assertEqual(self.call("top_rated", n=-1, min_reviews=0), [])
        self.assertEqual(len(self.call("top_rated", n=10 ** 9, min_reviews=0)),
                         min(100, self.value("SELECT count(*) FROM product_card")))

    def test_bought_together_counts_orders_that_stand(self):
        for new in (1001, 1002, 1003):
            self.run_sql("INSERT INTO product (id, category_id, sku, slug, name, price_cents)"
                         " VALUES (?1, 10, ?1, 'new-' || ?1, 'New', 100)", new)
            self.run_sql("INSERT INTO stock_movement (product_id, quantity, reason) VALUES (?, 9, 'delivery')", new)
        mug, board, basket = 1001, 1002, 1003
        for lines in ([(mug, 1), (board, 1)], [(mug, 1), (board, 2), (basket, 1)]):
            self.run_sql("INSERT OR IGNORE INTO cart (id, customer_id) VALUES (100, 'ada')")
            self.fill_cart(*lines)
            self.checkout()
        self.assertEqual([row[0] for row in self.call("bought_together", product_id=mug, n=4)], [board, basket])
        self.assertEqual([row[0] for row in self.call("bought_together", product_id=mug, n=1)], [board])
        self.run_sql('UPDATE "order" SET status = \'cancelled\' WHERE id = (SELECT max(id) FROM "order")')
        self.assertEqual([row[0] for row in self.call("bought_together", product_id=mug, n=4)], [board])
        self.run_sql("UPDATE product SET is_active = 0 WHERE id = ?", board)
        self.assertEqual(self.call("bought_together", product_id=mug, n=4), [])

    def test_bought_together_reads_the_orders_of_the_product_alone(self):
        plan = "; ".join(row[3] for row in self.database.execute(
            "EXPLAIN QUERY PLAN " + FUNCTIONS["bought_together"][4], {"product_id": 1, "n": 4}))
        self.assertIn("order_line_product", plan)
        self.assertNotIn("SCAN own", plan)
        self.assertNotIn("SCAN other", plan)

    def test_availability_says_how_much_is_left(self):
        said = dict(self.rows("SELECT stock, (" + FUNCTIONS["availability"][4] + ") FROM product ORDER BY stock"))
        for stock, words in said.items():
            self.assertEqual(words, "sold out" if stock == 0 else "only a few left" if stock <= 3 else "in stock")
        self.assertIn(0, said)
        self.assertGreater(len(said), 3)


POLICY = re.compile(r"CREATE POLICY (\w+) ON (\"?\w+\"?) FOR (ALL|SELECT|INSERT|UPDATE|DELETE)(?: TO ([\w, ]+?))?"
                    r"(?: USING \((.*?)\))?(?: WITH CHECK \((.*)\))?;")
GRANT = re.compile(r"GRANT (SELECT|INSERT|UPDATE)(?: \(([\w, ]+)\))? ON (\"?\w+\"?) TO ([\w, ]+);")
# What anon, authenticated and staff may do with a table: select, insert, update, delete.
VERBS = {
    "category": ("S", "S", "SIUD"), "product": ("S", "S", "SIUD"), "product_image": ("S", "S", "SIUD"),
    "shipping_method": ("S", "S", "SIUD"), "review": ("S", "SIUD", "SIUD"), "customer": ("", "SIU", "SIUD"),
    "address": ("", "SIUD", "SIUD"), "cart": ("", "SI", "SIUD"), "cart_line": ("", "SIUD", "SIUD"),
    "order": ("", "SI", "SIU"), "order_line": ("", "S", "SIUD"), "stock_movement": ("", "", "SI"),
}
# The columns that a role may not write, where it may write the table.
SUMS = "items_cents total_cents currency placed_at id "
KEPT = {
    ("authenticated", "INSERT", "customer"): "created_at",
    ("authenticated", "UPDATE", "customer"): "id created_at",
    ("authenticated", "INSERT", "address"): "id created_at",
    ("authenticated", "UPDATE", "address"): "id customer_id created_at",
    ("authenticated", "INSERT", "cart"): "id created_at",
    ("authenticated", "INSERT", "cart_line"): "",
    ("authenticated", "UPDATE", "cart_line"): "cart_id product_id",
    ("authenticated", "INSERT", "order"): SUMS + "shipping_cents status recipient street postal_code city country",
    ("authenticated", "INSERT", "review"): "id created_at",
    ("authenticated", "UPDATE", "review"): "id product_id customer_id created_at",
    ("staff", "INSERT", "product"): "stock rating_count rating_sum rating_average created_at updated_at",
    ("staff", "UPDATE", "product"): "id stock rating_count rating_sum rating_average created_at updated_at",
    ("staff", "INSERT", "order"): SUMS + "shipping_cents status",
    ("staff", "UPDATE", "order"): SUMS + "customer_id cart_id address_id shipping_method agreed_total_cents",
    ("staff", "INSERT", "order_line"): "product_name unit_price_cents line_total_cents",
    ("staff", "UPDATE", "order_line"): "order_id product_id product_name unit_price_cents line_total_cents",
    ("staff", "INSERT", "stock_movement"): "id order_id balance created_at",
}
POLICIES = [match.groups() for s in ACCESS_STATEMENTS if (match := POLICY.fullmatch(s))]
GRANTS = [match.groups() for s in ACCESS_STATEMENTS if (match := GRANT.fullmatch(s))]


class Access(ShopCase):
    def visible(self, table, user, verb="SELECT", role="authenticated"):
        """The rows that the policies of `table` show to `user`, as a WHERE clause of plain SQL."""
        conditions = [using for _, on, what, to, using, _ in POLICIES
                      if on.strip('"') == table and what in (verb, "ALL") and using and (not to or role in to.split(", "))]
        where = " OR ".join(f"({condition.replace('auth.uid()', ':user')})" for condition in conditions) or "false"
        return self.database.execute(f'SELECT * FROM "{table}" WHERE {where}', {"user": user}).fetchall()

    def test_every_access_statement_is_one_of_the_known_forms(self):
        self.assertEqual(len(POLICIES) + len(GRANTS) + 1, len(ACCESS_STATEMENTS))
        self.assertIn("CREATE ROLE staff;", ACCESS_STATEMENTS)

    def test_every_expression_is_sql_about_its_table(self):
        for name, table, _, _, using, check in POLICIES:
            for expression in filter(None, (using, check)):
                with self.subTest(policy=name):
                    self.database.execute(f"SELECT count(*) FROM {table} WHERE {expression.replace('auth.uid()', ':user')}",
                                          {"user": "ada"})

    def test_every_granted_column_is_there(self):
        for _, columns, table, _ in GRANTS:
            known = {row[1] for row in self.rows(f"PRAGMA table_xinfo({table})")}
            self.assertTrue(known, table)
            self.assertLessEqual(set((columns or "").replace(" ", "").split(",")) - {""}, known, table)

    def test_a_shopper_sees_what_is_theirs_and_nothing_else(self):
        self.fill_cart((self.product("tarn-mug"), 1))
        self.checkout()
        self.fill_cart((self.product("oak-board"), 1))
        for table, own in (("customer", 1), ("address", 1), ("cart", 1), ("cart_line", 1), ("order", 1), ("order_line", 1)):
            self.assertEqual(len(self.visible(table, "ada")), own, table)
            self.assertEqual(self.visible(table, "nobody"), [], table)
            self.assertEqual(self.visible(table, None, role="anon"), [], table)
            self.assertGreater(len(self.visible(table, "boss", role="staff")), 0, table)
        self.assertEqual(self.visible("stock_movement", "ada"), [])
        self.assertEqual(len(self.visible("product", None, role="anon")),
                         self.value("SELECT count(*) FROM product WHERE is_active = 1"))
        self.assertEqual(self.visible("product", "ada", "UPDATE"), [])

    def test_what_is_no_longer_sold_takes_its_pictures_and_reviews_along(self):
        self.run_sql("UPDATE product SET is_active = 0 WHERE slug = 'tarn-mug'")
        mug = self.product("tarn-mug")
        for table in ("product_image", "review"):
            shown = {row[1] for row in self.visible(table, None, role="anon")}
            self.assertNotIn(mug, shown)
            self.assertGreater(len(shown), 60)

    def test_a_shopper_changes_and_writes_rows_of_their_own_only(self):
        self.run_sql("INSERT INTO review (product_id, customer_id, author, rating) VALUES (1, 'ada', 'Ada', 5)")
        for verb in ("UPDATE", "DELETE"):
            self.assertEqual([row[2] for row in self.visible("review", "ada", verb)], ["ada"], verb)
        for name, table, _, roles, _, check in POLICIES:
            if check and roles == "authenticated":
                passing = self.database.execute(
                    f"SELECT count(*) FROM {table} WHERE {check.replace('auth.uid()', ':user')}", {"user": "nobody"})
                self.assertEqual(passing.fetchone(), (0,), name)

    def test_each_role_has_its_verbs_and_no_other(self):
        allowed = {}
        for _, table, what, roles, _, _ in POLICIES:
            for role in roles.split(", ") if roles else ("anon", "authenticated", "staff"):
                verbs = "SIUD" if what == "ALL" else what[0]
                allowed.setdefault((table.strip('"'), role), set()).update(verbs)
        wanted = {(table, role): set(verbs) for table, by_role in VERBS.items()
                  for role, verbs in zip(("anon", "authenticated", "staff"), by_role) if verbs}
        self.assertEqual(allowed, wanted)
        tables = {name for name, in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        self.assertEqual(tables - set(VERBS), {"product_text"}, "closed to all")

    def test_the_lists_of_products_are_open_to_everyone(self):
        views = {table: roles for verb, columns, table, roles in GRANTS if columns is None and verb == "SELECT"}
        self.assertEqual(views, dict.fromkeys(("product_card", "product_search"), "anon, authenticated, staff"))

    def test_only_a_buyer_passes_the_check_of_a_review(self):
        check, = [c for name, _, _, _, _, c in POLICIES if name == "own_review_insert"]
        passes = f"SELECT count(*) FROM review WHERE customer_id = 'ada' AND ({check.replace('auth.uid()', ':user')})"
        mug = self.product("tarn-mug")
        self.run_sql("INSERT INTO review (product_id, customer_id, author, rating) VALUES (?, 'ada', 'Ada', 5)", mug)
        count = lambda user: self.database.execute(passes, {"user": user}).fetchone()[0]  # noqa: E731
        self.assertEqual(count("ada"), 0)
        self.fill_cart((mug, 1))
        order = self.checkout()
        self.assertEqual((count("ada"), count("ben")), (1, 0))
        self.run_sql('UPDATE "order" SET status = \'cancelled\' WHERE id = ?', order)
        self.assertEqual(count("ada"), 0)

    def test_columns_that_are_the_shops_or_the_triggers_are_written_by_nobody(self):
        granted = {(role, verb, table.strip('"')): set(columns.split(", "))
                   for verb, columns, table, roles in GRANTS if verb != "SELECT" for role in roles.split(", ")}
        wanted = {(role, verb, table): {row[1] for row in self.rows(f'PRAGMA table_xinfo("{table}")')} - set(kept.split())
                  for (role, verb, table), kept in KEPT.items()}
        self.assertEqual(granted, wanted)
        for table, (_, verbs, _) in VERBS.items():
            for letter, verb in (("I", "INSERT"), ("U", "UPDATE")):
                if letter in verbs:
                    self.assertIn(("authenticated", verb, table), granted, "without column rights all would be open")

    def test_purchase_prices_and_reviewers_accounts_are_not_for_shoppers(self):
        for table, column in (("product", "cost_cents"), ("review", "customer_id")):
            readable = [columns for verb, columns, on, roles in GRANTS
                        if verb == "SELECT" and on == table and {"anon", "authenticated"} & set(roles.split(", "))]
            self.assertTrue(readable and all(column not in columns.split(", ") for columns in readable), table)


if __name__ == "__main__":
    unittest.main()
