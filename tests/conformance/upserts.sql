-- Rows that the caller may not see, in the way of those that are inserted; UUIDs that refer to each other.
CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT, code TEXT UNIQUE);
INSERT INTO note VALUES (1, 'me', 'a'), (2, 'other', 'b');
CREATE POLICY mine ON note FOR SELECT USING (owner = 'me');
CREATE POLICY mine_only ON note FOR INSERT WITH CHECK (owner = 'me');
CREATE POLICY change ON note FOR UPDATE USING (owner = 'me');

CREATE TABLE parent (id UUID PRIMARY KEY, name TEXT);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id UUID REFERENCES parent(id));
INSERT INTO parent VALUES ('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', 'small');
CREATE POLICY anyone ON parent USING (true) WITH CHECK (true);
CREATE POLICY anyone ON child USING (true) WITH CHECK (true);

-- Names that look like SQL.
CREATE TABLE "a WHERE b" (id INTEGER PRIMARY KEY, mine INTEGER NOT NULL, "c WHERE d" TEXT);
INSERT INTO "a WHERE b" VALUES (1, 1, 'x');
CREATE POLICY anyone ON "a WHERE b" USING (mine = 1) WITH CHECK (mine = 1);
CREATE VIEW shown AS SELECT id, owner FROM note;
CREATE TRIGGER "instead of delete, insert" INSTEAD /* OF DELETE */ OF UPDATE ON shown BEGIN
  UPDATE note SET owner = new.owner WHERE id = old.id; END;
GRANT SELECT, INSERT, UPDATE, DELETE ON shown TO anon;

-- An index whose collation is not that of its column.
CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT, name TEXT, owner TEXT);
CREATE UNIQUE INDEX member_email ON member (email COLLATE NOCASE);
INSERT INTO member VALUES (1, 'A@x', 'old', 'me');
CREATE POLICY seen ON member FOR SELECT USING (owner = 'me');
CREATE POLICY changed ON member FOR UPDATE USING (owner = 'me');
CREATE POLICY added ON member FOR INSERT WITH CHECK (true);
