-- Functions of every kind: scalar, row, set, table and nothing; reading and writing; with defaults;
-- computed columns; open and closed to anon.

CREATE FUNCTION add(a INTEGER, b INTEGER) RETURNS INTEGER LANGUAGE sql IMMUTABLE
  AS $$ SELECT :a + :b $$;

CREATE FUNCTION greet(name TEXT DEFAULT 'world') RETURNS TEXT LANGUAGE sql IMMUTABLE
  AS $$ SELECT 'Hello, ' || :name || '!' $$;

CREATE FUNCTION plus_one(numbers INTEGER[]) RETURNS INTEGER[] LANGUAGE sql IMMUTABLE
  AS $$ SELECT json_group_array(value + 1) FROM json_each(:numbers) $$;

-- The whole body of the request.
CREATE FUNCTION multiply(json) RETURNS INTEGER LANGUAGE sql IMMUTABLE
  AS $$ SELECT ($1 ->> 'x') * ($1 ->> 'y') $$;

-- Two of one name, told apart by their arguments.
CREATE FUNCTION films_between(since INTEGER) RETURNS SETOF films LANGUAGE sql STABLE
  AS $$ SELECT * FROM films WHERE year >= :since $$;

CREATE FUNCTION films_between(since INTEGER, until INTEGER) RETURNS SETOF films LANGUAGE sql STABLE
  AS $$ SELECT * FROM films WHERE year BETWEEN :since AND :until $$;

-- JSON of any form.
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
  AS $$ SELECT $1.year < 1950 $$;

-- Computed relationships: to one and to many.
CREATE FUNCTION chief(employees) RETURNS SETOF employees ROWS 1 LANGUAGE sql STABLE
  AS $$ SELECT * FROM employees AS other WHERE other.id = $1.supervisor_id $$;

CREATE FUNCTION team(employees) RETURNS SETOF employees LANGUAGE sql STABLE
  AS $$ SELECT * FROM employees AS other WHERE other.supervisor_id = $1.id $$;

CREATE FUNCTION contemporaries(films) RETURNS SETOF films LANGUAGE sql STABLE
  AS $$ SELECT * FROM films AS other WHERE abs(other.year - $1.year) <= 2 AND other.id <> $1.id $$;

-- These write.
CREATE FUNCTION restock(item_id INTEGER, amount INTEGER) RETURNS SETOF items LANGUAGE sql
  AS $$ UPDATE items SET quantity = quantity + :amount WHERE id = :item_id RETURNING * $$;

CREATE FUNCTION sell_all() RETURNS SETOF items LANGUAGE sql
  AS $$ UPDATE items SET sold = 1 RETURNING * $$;

CREATE FUNCTION clear_items() RETURNS void LANGUAGE sql
  AS $$ DELETE FROM items $$;

GRANT EXECUTE ON FUNCTION add, greet, plus_one, multiply, sum_of, languages, film_facts, top_films, films_of,
  films_between(INTEGER), films_between(INTEGER, INTEGER), film_by_title TO anon, authenticated;
GRANT EXECUTE ON FUNCTION full_name, is_old, chief, team, contemporaries TO anon, authenticated, staff;
GRANT EXECUTE ON FUNCTION restock, sell_all, clear_items TO staff;
