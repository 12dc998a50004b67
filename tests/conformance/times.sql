-- Times, UUIDs and decimals in every spelling.
CREATE TABLE ev (
  id INTEGER PRIMARY KEY, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, day DATE, at TIME,
  price DECIMAL(10,2), key UUID, tags JSON);
CREATE INDEX ev_created_at ON ev (created_at);
INSERT INTO ev VALUES
  (1, '2026-11-28 08:00:00', '2026-11-28', '08:00', '9.50', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '[1,2]'),
  (2, '2026-11-28T08:00:00Z', '2026-11-29', '08:00:00', 10, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12', '["1","2"]'),
  (3, '2026-11-28T09:30:00+01:00', '2026-11-30', '08:00:00.5', 100, NULL, '[]'),
  (4, '2026-11-28 09:00:00.5', NULL, '23:59', NULL, NULL, '{}'),
  (5, '2026-11-28', NULL, NULL, NULL, NULL, '["a","b c"]'),
  (6, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE cal (id INTEGER PRIMARY KEY, ev_id INTEGER REFERENCES ev(id));
INSERT INTO cal VALUES (1, 2), (2, 1), (3, 4), (4, 3), (5, 5);
CREATE TABLE npk (a TEXT, b TEXT, v INTEGER, PRIMARY KEY (a, b));
INSERT INTO npk VALUES ('x', NULL, 1), ('x', NULL, 2), ('x', NULL, 3), ('x', 'y', 4), ('z', NULL, 5);
CREATE VIEW made AS SELECT id, price * 2 AS twice, created_at FROM ev;
CREATE FUNCTION recent() RETURNS SETOF ev LANGUAGE sql STABLE AS $$ SELECT * FROM ev $$;
CREATE FUNCTION prices() RETURNS TABLE (id integer, price numeric) LANGUAGE sql STABLE AS $$ SELECT id, price + 0 FROM ev $$;

CREATE POLICY anyone ON ev USING (true) WITH CHECK (true);
CREATE POLICY anyone ON cal USING (true) WITH CHECK (true);
CREATE POLICY anyone ON npk USING (true) WITH CHECK (true);
CREATE POLICY anyone ON made USING (true);
GRANT EXECUTE ON FUNCTION recent TO anon;
GRANT EXECUTE ON FUNCTION prices TO anon;
