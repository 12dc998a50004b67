-- Which rules were stated for a view. A view shows what its owner sees, so that a grant, which lets
-- nobody past the policies of a table, opens all of it: rules of a table are none of a view that comes
-- to have its name, nor the other way round.

ALTER TABLE _prodev_policy ADD COLUMN on_view INTEGER NOT NULL DEFAULT 0 CHECK (on_view IN (0, 1));
ALTER TABLE _prodev_privilege ADD COLUMN on_view INTEGER NOT NULL DEFAULT 0 CHECK (on_view IN (0, 1));

UPDATE _prodev_policy SET on_view = 1 WHERE EXISTS
  (SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = table_name COLLATE NOCASE);
UPDATE _prodev_privilege SET on_view = 1 WHERE EXISTS
  (SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = table_name COLLATE NOCASE);
