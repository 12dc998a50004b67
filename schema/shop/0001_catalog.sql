-- What the shop sells: a tree of categories, products, their images, and the words to find them by.
--
-- Money is whole cents beside a currency. Times are UTC in ISO 8601 with milliseconds, so that text
-- order is time order. What is worked out from other rows (stock, ratings) is kept right by triggers.

-- A shelf of the shop. Departments are categories without a parent.
CREATE TABLE category (
  id INTEGER PRIMARY KEY,
  -- The category that this one is part of; null for a department.
  parent_id INTEGER REFERENCES category (id),
  -- Its name in addresses: lower case, words joined by hyphens.
  slug TEXT NOT NULL UNIQUE CHECK (slug <> '' AND slug NOT GLOB '*[^a-z0-9-]*'),
  name TEXT NOT NULL CHECK (name <> ''),
  -- One sentence for the top of the category's page.
  description TEXT NOT NULL DEFAULT '',
  -- Place among its siblings, lowest first.
  position INTEGER NOT NULL DEFAULT 0,
  CHECK (parent_id <> id)
) STRICT;

-- The menu: children of a category in their order; also the foreign key parent_id.
CREATE INDEX category_parent ON category (parent_id, position);

-- Something that can be bought.
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES category (id),
  -- The shop's article number, as on labels and invoices.
  sku TEXT NOT NULL UNIQUE CHECK (sku <> ''),
  -- Its name in addresses.
  slug TEXT NOT NULL UNIQUE CHECK (slug <> '' AND slug NOT GLOB '*[^a-z0-9-]*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  -- One line for lists.
  summary TEXT NOT NULL DEFAULT '' CHECK (length(summary) <= 200),
  -- The text of the product's page; paragraphs are separated by empty lines.
  description TEXT NOT NULL DEFAULT '',
  -- What it costs a shopper, tax included.
  price_cents INTEGER NOT NULL CHECK (price_cents BETWEEN 0 AND 100000000),
  -- What it cost the shop; for staff only.
  cost_cents INTEGER CHECK (cost_cents >= 0),
  -- ISO 4217 code of both prices.
  currency TEXT NOT NULL DEFAULT 'EUR' CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  -- Facts such as material, size and care, by name.
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  -- Pieces that can be sold now: the sum of the product's stock movements.
  stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
  -- Whether shoppers see it.
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  -- How many reviews it has.
  rating_count INTEGER NOT NULL DEFAULT 0 CHECK (rating_count >= 0),
  -- The sum of their stars.
  rating_sum INTEGER NOT NULL DEFAULT 0 CHECK (rating_sum >= 0),
  -- Average number of stars, 1 to 5; 0 while there is no review.
  rating_average REAL GENERATED ALWAYS AS (
    CASE WHEN rating_count > 0 THEN round(1.0 * rating_sum / rating_count, 2) ELSE 0.0 END
  ) VIRTUAL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)),
  -- When its texts, price or attributes last changed.
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at))
) STRICT;

-- A category's page, newest first; also the foreign key category_id.
CREATE INDEX product_category ON product (category_id, is_active);
-- A category's page by price, and within a range of prices.
CREATE INDEX product_category_price ON product (category_id, is_active, price_cents);
-- A category's page, best rated first.
CREATE INDEX product_category_rating ON product (category_id, is_active, rating_average);
-- All products by price.
CREATE INDEX product_price ON product (is_active, price_cents);
-- All products, best rated first: the home page.
CREATE INDEX product_rating ON product (is_active, rating_average);

CREATE TRIGGER product_touch
AFTER UPDATE OF category_id, sku, slug, name, summary, description, price_cents, cost_cents, currency,
  attributes, is_active ON product
BEGIN
  UPDATE product SET updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = NEW.id;
END;

-- A picture of a product. The files lie in static/demo/images.
CREATE TABLE product_image (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  -- Its place on the product's page; 0 is the one that lists show.
  position INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
  -- The file below the storefront's folder, such as images/oak-board.svg.
  path TEXT NOT NULL CHECK (path GLOB 'images/?*' AND path NOT GLOB '*..*'),
  -- What it shows, for those who cannot see it.
  alt TEXT NOT NULL CHECK (alt <> ''),
  width INTEGER NOT NULL DEFAULT 480 CHECK (width > 0),
  height INTEGER NOT NULL DEFAULT 480 CHECK (height > 0),
  -- Images of a product in order, and its first one; also the foreign key product_id.
  UNIQUE (product_id, position)
) STRICT;

-- The words that a search looks through, apart from the product so that a search reads these alone.
-- Triggers write them. It is no FTS5 table on purpose: a tokenizer of trigrams would answer LIKE from an
-- index, but SQLite 3.40 crashes on a LIKE of one or two letters beside a longer one, and searches come
-- from anyone.
CREATE TABLE product_text (
  product_id INTEGER PRIMARY KEY REFERENCES product (id) ON DELETE CASCADE,
  -- Name, summary, category, description, article number and the values of the attributes.
  text TEXT NOT NULL
) STRICT;

CREATE TRIGGER product_text_insert AFTER INSERT ON product
BEGIN
  INSERT INTO product_text (product_id, text)
  SELECT NEW.id, NEW.name || ' ' || NEW.summary || ' ' || category.name || ' ' || NEW.description
    || ' ' || NEW.sku
    || ' ' || (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(NEW.attributes))
  FROM category WHERE category.id = NEW.category_id;
END;

CREATE TRIGGER product_text_update
AFTER UPDATE OF category_id, sku, name, summary, description, attributes ON product
BEGIN
  UPDATE product_text SET text = (
    SELECT NEW.name || ' ' || NEW.summary || ' ' || category.name || ' ' || NEW.description
      || ' ' || NEW.sku
      || ' ' || (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(NEW.attributes))
    FROM category WHERE category.id = NEW.category_id)
  WHERE product_id = NEW.id;
END;

CREATE TRIGGER category_rename AFTER UPDATE OF name ON category
BEGIN
  -- Any indexed column will do: the product's own trigger writes the words anew.
  UPDATE product SET name = name WHERE category_id = NEW.id;
END;

-- What a list shows of a product that is for sale: the product with its first image.
CREATE VIEW product_card AS
SELECT product.id, product.category_id, product.slug, product.name, product.summary,
  product.price_cents, product.currency, product.stock, product.rating_average,
  product.rating_count, product_image.path AS image_path, product_image.alt AS image_alt
FROM product
LEFT JOIN product_image ON product_image.product_id = product.id AND product_image.position = 0
WHERE product.is_active = 1;

-- The same with the words that a search looks through, as `text`.
CREATE VIEW product_search AS
SELECT product.id, product.category_id, product.slug, product.name, product.summary,
  product.price_cents, product.currency, product.stock, product.rating_average,
  product.rating_count, product_image.path AS image_path, product_image.alt AS image_alt,
  product_text.text
FROM product_text
-- CROSS: the words first, then the products that have them; never the other way round.
CROSS JOIN product ON product.id = product_text.product_id
LEFT JOIN product_image ON product_image.product_id = product.id AND product_image.position = 0
WHERE product.is_active = 1;
