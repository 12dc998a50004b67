-- Views that show a row of their table several times, that refer to themselves, or to each other.
CREATE TABLE city (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE depot (id INTEGER PRIMARY KEY, title TEXT NOT NULL, city_id INTEGER REFERENCES city(id));
CREATE TABLE fair (city_id INTEGER REFERENCES city(id), month INTEGER, PRIMARY KEY (city_id, month));
CREATE TABLE mayor (city_id INTEGER PRIMARY KEY REFERENCES city(id), name TEXT);
CREATE TABLE secret (id INTEGER PRIMARY KEY, city_id INTEGER REFERENCES city(id));
INSERT INTO city VALUES (1, 'Ulm'), (2, 'Kiel'), (3, 'Bonn');
INSERT INTO depot VALUES (1, 'North', 1), (2, 'South', 2), (3, 'East', 3), (4, 'Nowhere', NULL);
INSERT INTO fair VALUES (1, 5), (1, 9), (2, 6);
INSERT INTO mayor VALUES (1, 'Ada'), (2, 'Bob');
INSERT INTO secret VALUES (1, 1), (2, 2);
-- Ulm comes twice, Kiel once, Bonn not at all.
CREATE VIEW city_fair AS SELECT city.id, city.title, fair.month FROM city JOIN fair ON fair.city_id = city.id;
CREATE VIEW mayor_fair AS SELECT mayor.city_id, mayor.name, fair.month FROM mayor JOIN fair USING (city_id);
CREATE VIEW city_plain AS SELECT * FROM city;
CREATE VIEW city_mayor AS SELECT city.id, city.title, mayor.name FROM city LEFT JOIN mayor ON mayor.city_id = city.id;
CREATE VIEW guarded AS SELECT city.id, city.title, fair.month FROM city JOIN fair ON fair.city_id = city.id;
CREATE FUNCTION any_fair(depot) RETURNS SETOF fair ROWS 1 LANGUAGE sql STABLE AS $$ SELECT * FROM fair WHERE city_id = $1.city_id $$;

CREATE TABLE worker (id INTEGER PRIMARY KEY, name TEXT, chief_id INTEGER REFERENCES worker(id));
INSERT INTO worker VALUES (1, 'Eve', NULL), (2, 'Max', 1), (3, 'Liv', 1);
CREATE VIEW staff AS SELECT id, name, chief_id FROM worker;
CREATE VIEW crew AS SELECT id AS number, name, chief_id AS boss FROM worker;

CREATE POLICY anyone ON city USING (true);
CREATE POLICY anyone ON depot USING (true) WITH CHECK (true);
CREATE POLICY anyone ON fair USING (true);
CREATE POLICY anyone ON mayor USING (true);
CREATE POLICY anyone ON city_fair USING (true);
CREATE POLICY anyone ON mayor_fair USING (true);
CREATE POLICY anyone ON city_plain USING (true);
CREATE POLICY anyone ON city_mayor USING (true);
CREATE POLICY first ON guarded USING (month < 9);
CREATE POLICY anyone ON worker USING (true);
CREATE POLICY anyone ON staff USING (true);
CREATE POLICY anyone ON crew USING (true);
GRANT EXECUTE ON FUNCTION any_fair TO anon;

-- Two keys to itself, a key of two columns to itself, and two ways through one junction.
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, mother_id INTEGER REFERENCES person(id), father_id INTEGER REFERENCES person(id));
INSERT INTO person VALUES (1, 'Ann', NULL, NULL), (2, 'Ben', NULL, NULL), (3, 'Cid', 1, 2);
CREATE VIEW people AS SELECT * FROM person;
CREATE TABLE part (shop INTEGER, number INTEGER, in_shop INTEGER, in_number INTEGER, PRIMARY KEY (shop, number),
  FOREIGN KEY (in_shop, in_number) REFERENCES part(shop, number));
INSERT INTO part VALUES (1, 1, NULL, NULL), (1, 2, 1, 1);
CREATE VIEW parts AS SELECT * FROM part;
CREATE POLICY anyone ON person USING (true);
CREATE POLICY anyone ON people USING (true);
CREATE POLICY anyone ON part USING (true);
CREATE POLICY anyone ON parts USING (true);
CREATE TABLE port (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE route (id INTEGER PRIMARY KEY);
CREATE TABLE stop (route_id INTEGER REFERENCES route(id), from_id INTEGER REFERENCES port(id), to_id INTEGER REFERENCES port(id),
  PRIMARY KEY (route_id, from_id, to_id));
INSERT INTO port VALUES (1, 'Ems'), (2, 'Aar');
INSERT INTO route VALUES (1);
INSERT INTO stop VALUES (1, 1, 2);
CREATE POLICY anyone ON port USING (true);
CREATE POLICY anyone ON route USING (true);
CREATE POLICY anyone ON stop USING (true);
