-- A column of JSON, and an array in one.
CREATE TABLE doc (id INTEGER PRIMARY KEY, data JSON, words JSON);
INSERT INTO doc VALUES (1, '{"colour":"red","size":{"w":2,"h":3},"parts":["a","b"]}', '["x","y"]'),
  (2, '{"colour":"blue","size":{"w":10},"parts":[]}', '["y"]'), (3, NULL, NULL);
CREATE POLICY anyone ON doc USING (true) WITH CHECK (true);
