-- Towns, depots and trucks: every kind of relation, a view, a full-text table and functions.
CREATE TABLE city (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE);
CREATE TABLE depot (id INTEGER PRIMARY KEY, title TEXT NOT NULL, city_id INTEGER REFERENCES city(id));
CREATE TABLE truck (
  id INTEGER PRIMARY KEY, plate TEXT NOT NULL,
  depot_id INTEGER REFERENCES depot(id), spare_id INTEGER REFERENCES depot(id));
CREATE TABLE truck_cost (truck_id INTEGER PRIMARY KEY REFERENCES truck(id), amount INTEGER NOT NULL);
CREATE TABLE trip (id INTEGER PRIMARY KEY, truck_id INTEGER REFERENCES truck(id), note TEXT);
CREATE TABLE mayor (id INTEGER PRIMARY KEY, title TEXT, city_id INTEGER UNIQUE REFERENCES city(id));
CREATE TABLE road (a INTEGER REFERENCES city(id), b INTEGER REFERENCES depot(id), PRIMARY KEY (a, b));
CREATE TABLE odd_key ("a.b" INTEGER, "order" INTEGER, "say ""x""" INTEGER, PRIMARY KEY ("a.b", "order", "say ""x"""));
CREATE TABLE reading (id INTEGER PRIMARY KEY, v INTEGER);
CREATE VIEW reading_view AS SELECT * FROM reading;
CREATE VIEW city_view AS SELECT * FROM city;
CREATE VIRTUAL TABLE note USING fts5(title, body);

INSERT INTO city VALUES (1, 'Ulm'), (2, 'Kiel'), (3, 'Bonn');
INSERT INTO depot VALUES (1, 'North', 1), (2, 'South', 1), (3, 'East', 2);
INSERT INTO truck VALUES (1, 'A-1', 1, 2), (2, 'B-2', 1, 3), (3, 'C-3', 3, NULL), (4, 'D-4', 3, NULL);
INSERT INTO truck_cost VALUES (1, 100), (2, 50), (3, 20), (4, 7);
INSERT INTO trip VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x'), (4, 3, 'z'), (5, 4, '50% off');
INSERT INTO mayor VALUES (1, 'Ada', 1), (2, 'Bob', 2);
INSERT INTO road VALUES (1, 1), (1, 3), (2, 3);
INSERT INTO reading SELECT value, value % 7 FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 5000) SELECT value FROM n);
INSERT INTO note VALUES ('one', 'red fox'), ('two', 'blue hare');

CREATE TRIGGER city_view_insert INSTEAD OF INSERT ON city_view BEGIN
  INSERT INTO city (id, title) VALUES (NEW.id, NEW.title);
END;
CREATE TRIGGER city_view_update INSTEAD OF UPDATE ON city_view BEGIN
  UPDATE city SET id = NEW.id, title = NEW.title WHERE id = OLD.id;
END;
CREATE TRIGGER city_view_delete INSTEAD OF DELETE ON city_view BEGIN
  DELETE FROM city WHERE id = OLD.id;
END;

CREATE FUNCTION notes() RETURNS SETOF note LANGUAGE sql STABLE AS $$ SELECT * FROM note $$;
CREATE FUNCTION "true"() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT true $$;

CREATE POLICY anyone ON city USING (true) WITH CHECK (true);
CREATE POLICY anyone ON depot USING (true) WITH CHECK (true);
CREATE POLICY anyone ON truck USING (true) WITH CHECK (true);
CREATE POLICY anyone ON truck_cost USING (true) WITH CHECK (true);
CREATE POLICY anyone ON trip USING (true) WITH CHECK (true);
CREATE POLICY anyone ON mayor USING (true) WITH CHECK (true);
CREATE POLICY anyone ON road USING (true) WITH CHECK (true);
CREATE POLICY anyone ON odd_key USING (true) WITH CHECK (true);
CREATE POLICY anyone ON reading USING (true) WITH CHECK (true);
CREATE POLICY anyone ON reading_view USING (true);
CREATE POLICY anyone ON city_view USING (true) WITH CHECK (true);
CREATE POLICY anyone ON note USING (true);
GRANT EXECUTE ON FUNCTION notes TO anon;
GRANT EXECUTE ON FUNCTION "true" TO anon;
CREATE VIRTUAL TABLE area USING rtree(id, low, high);
INSERT INTO area VALUES (1, 0, 1), (2, 2, 5);
CREATE POLICY anyone ON area USING (true);
