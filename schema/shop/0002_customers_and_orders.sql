-- Who buys, what they have in the cart, what they ordered, what that does to the stock, and what
-- they think of it.
--
-- Checkout is one insert into "order" that names a cart. Triggers do the rest in its transaction:
-- they copy the cart's lines at the products' prices, take the stock, add up the total and empty the
-- cart. If anything is in the way, nothing has happened.

-- A shopper. The id is that of the user in the token: auth.uid().
CREATE TABLE customer (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 120),
  -- Where the confirmation goes; null until the first checkout.
  email TEXT CHECK (email LIKE '_%@_%' AND length(email) <= 254),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at))
) STRICT;

-- Where a shopper wants things sent. Orders keep a copy of the one they were made with.
CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  recipient TEXT NOT NULL CHECK (length(recipient) BETWEEN 1 AND 120),
  -- Street and number.
  street TEXT NOT NULL CHECK (length(street) BETWEEN 1 AND 200),
  postal_code TEXT NOT NULL CHECK (length(postal_code) BETWEEN 2 AND 16),
  city TEXT NOT NULL CHECK (length(city) BETWEEN 1 AND 100),
  -- ISO 3166-1 code: the countries that the shop sends to.
  country TEXT NOT NULL DEFAULT 'DE'
    CHECK (country IN ('AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FR', 'IE', 'IT', 'LU', 'NL', 'PL', 'PT', 'SE')),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at))
) STRICT;

-- A shopper's addresses, the latest first; also the foreign key customer_id.
CREATE INDEX address_customer ON address (customer_id);

-- What a shopper means to buy. Each has one cart, which is used again after an order.
CREATE TABLE cart (
  id INTEGER PRIMARY KEY,
  -- Unique: the shopper's cart is found by it.
  customer_id TEXT NOT NULL UNIQUE REFERENCES customer (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at))
) STRICT;

-- So many pieces of a product in a cart. It holds no price: that is the product's, until checkout.
CREATE TABLE cart_line (
  cart_id INTEGER NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 99),
  -- The lines of a cart; also the foreign key cart_id.
  PRIMARY KEY (cart_id, product_id)
) STRICT, WITHOUT ROWID;

-- The foreign key product_id: deleting a product must not read every cart.
CREATE INDEX cart_line_product ON cart_line (product_id);

CREATE TRIGGER cart_line_limit BEFORE INSERT ON cart_line
WHEN (SELECT count(*) FROM cart_line WHERE cart_id = NEW.cart_id) >= 50
BEGIN
  SELECT RAISE(ABORT, 'a cart holds at most 50 different products');
END;

CREATE TRIGGER cart_line_active BEFORE INSERT ON cart_line
WHEN (SELECT is_active FROM product WHERE id = NEW.product_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'this product is no longer sold');
END;

-- A way of getting an order to the shopper.
CREATE TABLE shipping_method (
  -- A word such as standard.
  code TEXT PRIMARY KEY CHECK (code <> ''),
  name TEXT NOT NULL CHECK (name <> ''),
  description TEXT NOT NULL DEFAULT '',
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  -- From this sum of the items on it costs nothing; null: it always costs.
  free_from_cents INTEGER CHECK (free_from_cents >= 0),
  currency TEXT NOT NULL DEFAULT 'EUR' CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  -- Place in the list at checkout, lowest first.
  position INTEGER NOT NULL DEFAULT 0
) STRICT;

-- An order. Insert it with a cart_id to check that cart out.
CREATE TABLE "order" (
  id INTEGER PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customer (id),
  -- The cart that it came from; null when staff took the order.
  cart_id INTEGER REFERENCES cart (id) ON DELETE SET NULL,
  -- The address that the copy below was taken from.
  address_id INTEGER REFERENCES address (id) ON DELETE SET NULL,
  shipping_method TEXT NOT NULL DEFAULT 'standard' REFERENCES shipping_method (code),
  status TEXT NOT NULL DEFAULT 'placed'
    CHECK (status IN ('placed', 'paid', 'shipped', 'delivered', 'cancelled')),
  currency TEXT NOT NULL DEFAULT 'EUR' CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  -- The sum of the lines.
  items_cents INTEGER NOT NULL DEFAULT 0 CHECK (items_cents >= 0),
  -- What the shipping method cost for this order.
  shipping_cents INTEGER NOT NULL DEFAULT 0 CHECK (shipping_cents >= 0),
  -- What is to be paid, tax included.
  total_cents INTEGER GENERATED ALWAYS AS (items_cents + shipping_cents) VIRTUAL,
  -- The total that the shopper was shown. An order that would come to another one is refused.
  agreed_total_cents INTEGER CHECK (agreed_total_cents >= 0),
  -- The address as it was when the order was placed.
  recipient TEXT,
  street TEXT,
  postal_code TEXT,
  city TEXT,
  country TEXT,
  -- A word from the shopper to the shop.
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  placed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (placed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', placed_at))
) STRICT;

-- A shopper's orders, the latest first; also the foreign key customer_id.
CREATE INDEX order_customer ON "order" (customer_id, placed_at);
-- What staff have to do next: orders of a status, the oldest first.
CREATE INDEX order_status ON "order" (status, placed_at);
-- The foreign keys cart_id, address_id and shipping_method.
CREATE INDEX order_cart ON "order" (cart_id);
CREATE INDEX order_address ON "order" (address_id);
CREATE INDEX order_shipping_method ON "order" (shipping_method);

-- So many pieces of a product in an order. Name and price are copied from the product by a trigger:
-- what was agreed stays, whatever becomes of the product.
CREATE TABLE order_line (
  order_id INTEGER NOT NULL REFERENCES "order" (id),
  product_id INTEGER NOT NULL REFERENCES product (id),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  product_name TEXT NOT NULL DEFAULT '',
  -- The price of one piece.
  unit_price_cents INTEGER NOT NULL DEFAULT 0 CHECK (unit_price_cents >= 0),
  line_total_cents INTEGER GENERATED ALWAYS AS (quantity * unit_price_cents) VIRTUAL,
  -- The lines of an order; also the foreign key order_id.
  PRIMARY KEY (order_id, product_id)
) STRICT, WITHOUT ROWID;

-- Who bought this product: the policy on reviews; also the foreign key product_id.
CREATE INDEX order_line_product ON order_line (product_id);

-- Each change of a product's stock, like the lines of a bank account: added to, never altered.
CREATE TABLE stock_movement (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product (id),
  -- The order that took the pieces or gave them back.
  order_id INTEGER REFERENCES "order" (id),
  -- Pieces that came, or below zero that went.
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  -- The stock after this movement; filled in by a trigger.
  balance INTEGER CHECK (balance >= 0),
  reason TEXT NOT NULL CHECK (reason IN ('delivery', 'sale', 'cancellation', 'correction')),
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at))
) STRICT;

-- The history of a product's stock, and its latest balance; also the foreign key product_id.
CREATE INDEX stock_movement_product ON stock_movement (product_id);
-- What an order did to the stock; also the foreign key order_id.
CREATE INDEX stock_movement_order ON stock_movement (order_id);

-- What a shopper thinks of a product that they bought.
CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  -- Who wrote it; other shoppers see the author's name only.
  customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  -- The name that the reviewer signs with.
  author TEXT NOT NULL CHECK (length(author) BETWEEN 1 AND 60),
  -- Stars, 5 is best.
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title TEXT NOT NULL DEFAULT '' CHECK (length(title) <= 120),
  body TEXT NOT NULL DEFAULT '' CHECK (length(body) <= 4000),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
  -- One review of a product by a shopper; also the foreign key product_id.
  UNIQUE (product_id, customer_id)
) STRICT;

-- A product's reviews, the latest first.
CREATE INDEX review_product ON review (product_id, created_at);
-- The foreign key customer_id.
CREATE INDEX review_customer ON review (customer_id);

-- Stock ---------------------------------------------------------------------------------------

CREATE TRIGGER stock_movement_enough BEFORE INSERT ON stock_movement
WHEN NEW.quantity < 0
  AND (SELECT stock FROM product WHERE id = NEW.product_id) + NEW.quantity < 0
BEGIN
  SELECT RAISE(ABORT, 'not enough in stock');
END;

CREATE TRIGGER stock_movement_balance BEFORE INSERT ON stock_movement
WHEN NEW.balance IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'the balance of a stock movement is worked out: leave it out');
END;

CREATE TRIGGER stock_movement_apply AFTER INSERT ON stock_movement
BEGIN
  UPDATE stock_movement
  SET balance = (SELECT stock FROM product WHERE id = NEW.product_id) + NEW.quantity
  WHERE id = NEW.id;
  UPDATE product SET stock = stock + NEW.quantity WHERE id = NEW.product_id;
END;

CREATE TRIGGER stock_movement_keep BEFORE UPDATE ON stock_movement
WHEN OLD.balance IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'stock movements are not altered: add a correction');
END;

CREATE TRIGGER stock_movement_stay BEFORE DELETE ON stock_movement
BEGIN
  SELECT RAISE(ABORT, 'stock movements are not deleted: add a correction');
END;

CREATE TRIGGER product_stock_start BEFORE INSERT ON product
WHEN NEW.stock <> 0
BEGIN
  SELECT RAISE(ABORT, 'a new product has no stock: add a stock movement after it');
END;

-- The stock is what the latest movement says, so nothing else can set it.
CREATE TRIGGER product_stock_guard BEFORE UPDATE OF stock ON product
WHEN NEW.stock IS NOT coalesce(
  (SELECT balance FROM stock_movement WHERE product_id = NEW.id ORDER BY id DESC LIMIT 1), 0)
BEGIN
  SELECT RAISE(ABORT, 'stock changes by stock movements only: add one');
END;

-- Order lines -----------------------------------------------------------------------------------

CREATE TRIGGER order_line_blank BEFORE INSERT ON order_line
WHEN NEW.product_name <> '' OR NEW.unit_price_cents <> 0
BEGIN
  SELECT RAISE(ABORT, 'name and price of an order line are the product''s: leave them out');
END;

CREATE TRIGGER order_line_sold BEFORE INSERT ON order_line
WHEN EXISTS (SELECT 1 FROM product WHERE id = NEW.product_id AND is_active = 0)
BEGIN
  SELECT RAISE(ABORT, 'a product in this order is no longer sold');
END;

CREATE TRIGGER order_line_currency BEFORE INSERT ON order_line
WHEN (SELECT currency FROM product WHERE id = NEW.product_id)
  <> (SELECT currency FROM "order" WHERE id = NEW.order_id)
BEGIN
  SELECT RAISE(ABORT, 'an order has one currency, and this product has another');
END;

CREATE TRIGGER order_line_open_insert BEFORE INSERT ON order_line
WHEN (SELECT status FROM "order" WHERE id = NEW.order_id) NOT IN ('placed', 'paid')
BEGIN
  SELECT RAISE(ABORT, 'the lines of an order that was shipped or cancelled stay as they are');
END;

CREATE TRIGGER order_line_insert AFTER INSERT ON order_line
BEGIN
  UPDATE order_line
  SET (product_name, unit_price_cents) = (SELECT name, price_cents FROM product WHERE id = NEW.product_id)
  WHERE order_id = NEW.order_id AND product_id = NEW.product_id;
  INSERT INTO stock_movement (product_id, order_id, quantity, reason, created_at)
  SELECT NEW.product_id, id, -NEW.quantity, 'sale', placed_at FROM "order" WHERE id = NEW.order_id;
  UPDATE "order"
  SET items_cents = (SELECT sum(line_total_cents) FROM order_line WHERE order_id = NEW.order_id)
  WHERE id = NEW.order_id;
END;

CREATE TRIGGER order_line_keep BEFORE UPDATE OF order_id, product_id, product_name, unit_price_cents
ON order_line
WHEN OLD.product_name <> ''
BEGIN
  SELECT RAISE(ABORT, 'of an order line only the quantity can change');
END;

CREATE TRIGGER order_line_open_update BEFORE UPDATE OF quantity ON order_line
WHEN (SELECT status FROM "order" WHERE id = OLD.order_id) NOT IN ('placed', 'paid')
BEGIN
  SELECT RAISE(ABORT, 'the lines of an order that was shipped or cancelled stay as they are');
END;

CREATE TRIGGER order_line_quantity AFTER UPDATE OF quantity ON order_line
WHEN NEW.quantity <> OLD.quantity
BEGIN
  INSERT INTO stock_movement (product_id, order_id, quantity, reason)
  VALUES (NEW.product_id, NEW.order_id, OLD.quantity - NEW.quantity,
          CASE WHEN NEW.quantity > OLD.quantity THEN 'sale' ELSE 'cancellation' END);
  UPDATE "order"
  SET items_cents = (SELECT sum(line_total_cents) FROM order_line WHERE order_id = NEW.order_id)
  WHERE id = NEW.order_id;
END;

CREATE TRIGGER order_line_open_delete BEFORE DELETE ON order_line
WHEN (SELECT status FROM "order" WHERE id = OLD.order_id) NOT IN ('placed', 'paid')
BEGIN
  SELECT RAISE(ABORT, 'the lines of an order that was shipped or cancelled stay as they are');
END;

CREATE TRIGGER order_line_delete AFTER DELETE ON order_line
BEGIN
  INSERT INTO stock_movement (product_id, order_id, quantity, reason)
  VALUES (OLD.product_id, OLD.order_id, OLD.quantity, 'cancellation');
  UPDATE "order"
  SET items_cents = (SELECT coalesce(sum(line_total_cents), 0) FROM order_line WHERE order_id = OLD.order_id)
  WHERE id = OLD.order_id;
END;

-- Orders and checkout ---------------------------------------------------------------------------

-- A new order has no sums yet, whoever makes it.
CREATE TRIGGER order_blank BEFORE INSERT ON "order"
WHEN NEW.items_cents <> 0 OR NEW.shipping_cents <> 0 OR NEW.status <> 'placed'
BEGIN
  SELECT RAISE(ABORT, 'sums and status of a new order are worked out: leave them out');
END;

-- One message for a cart that is not there and one of somebody else, so that neither is told.
CREATE TRIGGER order_cart_own BEFORE INSERT ON "order"
WHEN NEW.cart_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM cart WHERE id = NEW.cart_id AND customer_id = NEW.customer_id)
BEGIN
  SELECT RAISE(ABORT, 'this customer has no such cart');
END;

CREATE TRIGGER order_cart_filled BEFORE INSERT ON "order"
WHEN NEW.cart_id IS NOT NULL
  AND EXISTS (SELECT 1 FROM cart WHERE id = NEW.cart_id AND customer_id = NEW.customer_id)
  AND NOT EXISTS (SELECT 1 FROM cart_line WHERE cart_id = NEW.cart_id)
BEGIN
  SELECT RAISE(ABORT, 'the cart is empty');
END;

CREATE TRIGGER order_address_own BEFORE INSERT ON "order"
WHEN NEW.address_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM address WHERE id = NEW.address_id AND customer_id = NEW.customer_id)
BEGIN
  SELECT RAISE(ABORT, 'this customer has no such address');
END;

CREATE TRIGGER order_address_given BEFORE INSERT ON "order"
WHEN NEW.cart_id IS NOT NULL AND NEW.address_id IS NULL
BEGIN
  SELECT RAISE(ABORT, 'an order needs an address');
END;

CREATE TRIGGER order_checkout AFTER INSERT ON "order"
WHEN NEW.cart_id IS NOT NULL
BEGIN
  INSERT INTO order_line (order_id, product_id, quantity)
  SELECT NEW.id, product_id, quantity FROM cart_line WHERE cart_id = NEW.cart_id;
  UPDATE "order"
  SET (recipient, street, postal_code, city, country) =
        (SELECT recipient, street, postal_code, city, country FROM address WHERE id = NEW.address_id),
      -- An unknown method is refused as a foreign key, at the end of the statement.
      shipping_cents = coalesce(
        (SELECT CASE WHEN "order".items_cents >= free_from_cents THEN 0 ELSE price_cents END
         FROM shipping_method WHERE code = NEW.shipping_method), 0)
  WHERE id = NEW.id;
  SELECT RAISE(ABORT, 'the total has changed since it was shown')
  FROM "order" WHERE id = NEW.id AND total_cents <> NEW.agreed_total_cents;
  DELETE FROM cart_line WHERE cart_id = NEW.cart_id;
END;

CREATE TRIGGER order_sum_guard BEFORE UPDATE OF items_cents ON "order"
WHEN NEW.items_cents IS NOT (
  SELECT coalesce(sum(line_total_cents), 0) FROM order_line WHERE order_id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'the sum of an order is that of its lines');
END;

CREATE TRIGGER order_status_end BEFORE UPDATE OF status ON "order"
WHEN OLD.status IN ('cancelled', 'delivered') AND NEW.status <> OLD.status
BEGIN
  SELECT RAISE(ABORT, 'an order that was delivered or cancelled keeps that status');
END;

CREATE TRIGGER order_cancel AFTER UPDATE OF status ON "order"
WHEN NEW.status = 'cancelled' AND OLD.status <> 'cancelled'
BEGIN
  INSERT INTO stock_movement (product_id, order_id, quantity, reason)
  SELECT product_id, order_id, quantity, 'cancellation' FROM order_line WHERE order_id = NEW.id;
END;

-- Ratings ---------------------------------------------------------------------------------------

CREATE TRIGGER review_insert AFTER INSERT ON review
BEGIN
  UPDATE product SET rating_count = rating_count + 1, rating_sum = rating_sum + NEW.rating
  WHERE id = NEW.product_id;
END;

CREATE TRIGGER review_update AFTER UPDATE OF rating, product_id ON review
BEGIN
  UPDATE product SET rating_count = rating_count - 1, rating_sum = rating_sum - OLD.rating
  WHERE id = OLD.product_id;
  UPDATE product SET rating_count = rating_count + 1, rating_sum = rating_sum + NEW.rating
  WHERE id = NEW.product_id;
END;

CREATE TRIGGER review_delete AFTER DELETE ON review
BEGIN
  UPDATE product SET rating_count = rating_count - 1, rating_sum = rating_sum - OLD.rating
  WHERE id = OLD.product_id;
END;

-- The ways of shipping that the shop offers.
INSERT INTO shipping_method (code, name, description, price_cents, free_from_cents, position) VALUES
  ('standard', 'Standard parcel', 'Two to four working days', 490, 6000, 1),
  ('express', 'Express parcel', 'The next working day, if ordered before two o''clock', 1290, NULL, 2),
  ('pickup', 'Collect in the shop', 'Ready from tomorrow, kept for ten days', 0, NULL, 3);
