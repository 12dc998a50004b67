-- A column of each declared type, in a table that is not STRICT, and one that is.
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, whole BIGINT, part DOUBLE PRECISION, money DECIMAL(10, 2), word VARCHAR(20), flag BOOLEAN,
  day DATE, hour TIME, moment TIMESTAMP, code UUID, bytes BLOB, anything);
CREATE TABLE firm (id INTEGER PRIMARY KEY, n INTEGER, r REAL, t TEXT, b BLOB, a ANY,
  state TEXT CHECK (state IN ('new', 'old')), yes INTEGER CHECK (yes IN (0, 1)), size INTEGER CHECK (size > 0)) STRICT;
INSERT INTO thing VALUES (1, 5, 2.5, 9.99, 'word', 1, '2026-01-31', '12:30:00', '2026-01-31T12:30:00Z',
  '0190b9a2-7d3c-4f11-9f6e-2c4b8a5d7e10', x'00ff', 'any');
INSERT INTO firm VALUES (1, 5, 1.0, 'text', x'00ff', 1.5, 'new', 1, 3);
CREATE POLICY anyone ON thing USING (true) WITH CHECK (true);
CREATE POLICY anyone ON firm USING (true) WITH CHECK (true);

-- Keys of every class, in tables that are not STRICT.
CREATE TABLE coded (code VARCHAR(9) PRIMARY KEY, state TEXT);
INSERT INTO coded VALUES ('a', 'new'), (x'00ff', 'new'), (x'', 'new'), ('', 'new'), (NULL, 'new'), (CAST(x'ff41' AS TEXT), 'new');
CREATE POLICY anyone ON coded USING (true) WITH CHECK (true);
CREATE TABLE counted (id BIGINT PRIMARY KEY, state TEXT);
INSERT INTO counted VALUES (1, 'new'), ('abc', 'new'), (1.5, 'new'), (9007199254740993, 'new'), (1e300, 'new'), (x'01', 'new');
CREATE POLICY anyone ON counted USING (true) WITH CHECK (true);
