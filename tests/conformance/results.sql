-- What functions and views give: searches in it, JSON and booleans, names that are words to SQLite.
CREATE VIRTUAL TABLE note USING fts5(title, body);
INSERT INTO note VALUES ('one', 'red fox'), ('two', 'blue hare'), ('three', NULL), ('four', 'red hare');
CREATE TABLE odd (id INTEGER PRIMARY KEY, "true" TEXT, "False" INTEGER, up INTEGER REFERENCES odd(id));
INSERT INTO odd VALUES (1, 'a', 0, NULL), (2, 'b', 1, 1);
CREATE VIEW made (id, object, list, yes, cast_json, plain) AS
  SELECT id, json_object('id', id), json_array(id, 'x'), CAST(id = 1 AS BOOLEAN), CAST('{"a":[1]}' AS JSON), id = 1 FROM odd;
CREATE VIEW starred AS SELECT o.*, json(CASE id WHEN 1 THEN '[1]' END) AS j, cast(up IS NULL AS bool) top FROM odd AS o;

CREATE FUNCTION notes() RETURNS SETOF note LANGUAGE sql STABLE AS $$ SELECT * FROM note WHERE title <> 'four' $$;
CREATE FUNCTION "true"() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT true $$;
CREATE FUNCTION odds() RETURNS SETOF odd LANGUAGE sql STABLE AS $$ SELECT * FROM odd $$;
CREATE FUNCTION typed() RETURNS TABLE (j json, b boolean, t text) LANGUAGE sql STABLE AS $$ SELECT '{"a":1}', 1, '{"a":1}' $$;
CREATE FUNCTION add_up(a integer, b integer) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT :a + :b $$;
CREATE FUNCTION whole(json) RETURNS json LANGUAGE sql STABLE AS $$ SELECT $1 $$;
CREATE FUNCTION nothing() RETURNS void LANGUAGE sql STABLE AS $$ SELECT 1 $$;
CREATE FUNCTION write() RETURNS void LANGUAGE sql AS $$ INSERT INTO odd (id) VALUES (9) $$;

CREATE POLICY anyone ON note USING (true);
CREATE POLICY some ON odd USING (id < 9) WITH CHECK (true);
CREATE POLICY anyone ON made USING (true);
CREATE POLICY anyone ON starred USING (true);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO anon;
