-- Functions of every kind: scalar, row, set, table and nothing; reading and writing; with defaults;
-- computed columns; open and closed to anon.

CREATE FUNCTION add(a INTEGER, b INTEGER) RETURNS INTEGER LANGUAGE sql IMMUTABLE
  AS $$ SELECT :a + :b $$;

CREATE FUNCTION greet(name TEXT DEFAULT 'world') RETURNS TEXT LANGUAGE sql IMMUTABLE
  AS $$ SELECT 'Hello, ' || :name || '!' $$;

-- An array of numbers, as JSON.
CREATE FUNCTION sum_of(numbers JSON) RETURNS INTEGER LANGUAGE sql IMMUTABLE
  AS $$ SELECT sum(value) FROM json_each(:numbers) $$;

CREATE FUNCTION top_films(n INTEGER DEFAULT 3) RETURNS TABLE (id INTEGER, title TEXT, rating REAL)
  LANGUAGE sql STABLE
  AS $$ SELECT id, title, rating FROM films WHERE rating IS NOT NULL ORDER BY rating DESC LIMIT :n $$;

CREATE FUNCTION films_of(director INTEGER) RETURNS SETOF films LANGUAGE sql STABLE
  AS $$ SELECT * FROM films WHERE director_id = :director $$;

CREATE FUNCTION film_by_title(title TEXT) RETURNS films LANGUAGE sql STABLE
  AS $$ SELECT * FROM films WHERE films.title = :title $$;

-- One value for each row.
CREATE FUNCTION languages() RETURNS SETOF TEXT LANGUAGE sql STABLE
  AS $$ SELECT DISTINCT language FROM films WHERE language IS NOT NULL ORDER BY language $$;

CREATE FUNCTION film_facts(film_id INTEGER) RETURNS JSON LANGUAGE sql STABLE
  AS $$ SELECT details FROM films WHERE id = :film_id $$;

-- Computed columns.
CREATE FUNCTION full_name(directors) RETURNS TEXT LANGUAGE sql STABLE
  AS $$ SELECT directors.first_name || ' ' || directors.last_name $$;

CREATE FUNCTION is_old(films) RETURNS BOOLEAN LANGUAGE sql STABLE
  AS $$ SELECT films.year < 1950 $$;

-- These write.
CREATE FUNCTION restock(item_id INTEGER, amount INTEGER) RETURNS SETOF items LANGUAGE sql
  AS $$ UPDATE items SET quantity = quantity + :amount WHERE id = :item_id RETURNING * $$;

CREATE FUNCTION sell_all() RETURNS SETOF items LANGUAGE sql
  AS $$ UPDATE items SET sold = 1 RETURNING * $$;

CREATE FUNCTION clear_items() RETURNS void LANGUAGE sql
  AS $$ DELETE FROM items $$;

GRANT EXECUTE ON FUNCTION add TO anon, authenticated;
GRANT EXECUTE ON FUNCTION greet TO anon, authenticated;
GRANT EXECUTE ON FUNCTION sum_of TO anon, authenticated;
GRANT EXECUTE ON FUNCTION top_films TO anon, authenticated;
GRANT EXECUTE ON FUNCTION films_of TO anon, authenticated;
GRANT EXECUTE ON FUNCTION film_by_title TO anon, authenticated;
GRANT EXECUTE ON FUNCTION languages TO anon, authenticated;
GRANT EXECUTE ON FUNCTION film_facts TO anon, authenticated;
GRANT EXECUTE ON FUNCTION full_name TO anon, authenticated, staff;
GRANT EXECUTE ON FUNCTION is_old TO anon, authenticated, staff;
GRANT EXECUTE ON FUNCTION restock TO staff;
GRANT EXECUTE ON FUNCTION sell_all TO staff;
GRANT EXECUTE ON FUNCTION clear_items TO staff;
