-- What roles may and may not.
CREATE ROLE staff;
CREATE TABLE open_to_all (id INTEGER PRIMARY KEY, word TEXT);
CREATE TABLE closed (id INTEGER PRIMARY KEY, word TEXT);
CREATE TABLE own (id INTEGER PRIMARY KEY, owner TEXT DEFAULT (auth.uid()), word TEXT);
CREATE TABLE half (id INTEGER PRIMARY KEY, shown TEXT, hidden TEXT);
INSERT INTO open_to_all VALUES (1, 'a'), (2, 'b');
INSERT INTO closed VALUES (1, 'secret');
INSERT INTO own VALUES (1, 'ada', 'hers'), (2, 'bob', 'his');
INSERT INTO half VALUES (1, 'yes', 'no');
CREATE POLICY anyone ON open_to_all FOR SELECT USING (true);
CREATE POLICY owner_only ON own TO authenticated USING (owner = auth.uid()) WITH CHECK (owner = auth.uid());
CREATE POLICY anyone ON half USING (true) WITH CHECK (true);
GRANT SELECT (id, shown) ON half TO anon;
CREATE POLICY staff_all ON closed TO staff USING (true) WITH CHECK (true);
