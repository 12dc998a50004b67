-- What the shop can be asked beside its tables. A function runs with the shop's own rights: it may look
-- at rows that its caller may not, and gives back what it was made for and nothing else. Nobody may
-- call one before EXECUTE is granted.

-- The products with the most stars, best first: at most `n` of them, with `min_reviews` reviews or more.
CREATE FUNCTION top_rated(n integer DEFAULT 8, min_reviews integer DEFAULT 1)
RETURNS SETOF product_card
LANGUAGE sql STABLE
AS $$
  SELECT * FROM product_card
  WHERE rating_count >= :min_reviews
  ORDER BY rating_average DESC, rating_count DESC, id
  -- SQLite takes a limit below zero for none.
  LIMIT max(0, min(:n, 100))
$$;

-- What others bought together with a product, most often first. The orders stay hidden; only how often
-- things went together can be seen.
CREATE FUNCTION bought_together(product_id integer, n integer DEFAULT 4)
RETURNS SETOF product_card
LANGUAGE sql STABLE
AS $$
  SELECT product_card.* FROM (
    SELECT other.product_id AS id, count(*) AS times
    FROM order_line AS own
    JOIN "order" ON "order".id = own.order_id AND "order".status <> 'cancelled'
    JOIN order_line AS other ON other.order_id = own.order_id AND other.product_id <> own.product_id
    WHERE own.product_id = :product_id
    GROUP BY other.product_id
  ) AS bought JOIN product_card ON product_card.id = bought.id
  ORDER BY bought.times DESC, product_card.id
  LIMIT max(0, min(:n, 100))
$$;

-- A computed column of products, as in /rest/v1/product?select=name,availability: the words that the
-- storefront shows instead of the number of pieces.
CREATE FUNCTION availability(product) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN product.stock = 0 THEN 'sold out' WHEN product.stock <= 3 THEN 'only a few left' ELSE 'in stock' END
$$;

GRANT EXECUTE ON FUNCTION top_rated, bought_together, availability TO anon, authenticated, staff;
