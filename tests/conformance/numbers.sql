-- Rows that are numbered as PostgreSQL says it, as SQLite does, and by clients.
CREATE TABLE message (id BIGSERIAL PRIMARY KEY, body TEXT);
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT);
CREATE TABLE flake (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIEW inbox AS SELECT id AS number, body FROM message;
CREATE TRIGGER inbox_insert INSTEAD OF INSERT ON inbox BEGIN
  INSERT INTO message (id, body) VALUES (NEW.number, NEW.body);
END;
INSERT INTO message VALUES (1, 'one');
INSERT INTO flake VALUES (1, 'one');
CREATE POLICY anyone ON message USING (true) WITH CHECK (true);
CREATE POLICY anyone ON event USING (true) WITH CHECK (true);
CREATE POLICY anyone ON flake USING (true) WITH CHECK (true);
CREATE POLICY anyone ON inbox USING (true) WITH CHECK (true);
