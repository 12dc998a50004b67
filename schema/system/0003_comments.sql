-- What the schema files tell people about tables, views, columns and functions: by COMMENT ON, or by a
-- comment above the statement that makes them. By name, like the rules of access (0001_access.sql),
-- and with the table wherever schema files take it.

CREATE TABLE _prodev_comment (
  kind        TEXT NOT NULL CHECK (kind IN ('relation', 'column', 'function')),
  name        TEXT NOT NULL COLLATE NOCASE,             -- of the function, or of the table or view
  column_name TEXT NOT NULL DEFAULT '' COLLATE NOCASE,  -- of kind column only
  stated      INTEGER NOT NULL CHECK (stated IN (0, 1)),  -- 1: COMMENT ON, which a -- comment leaves alone
  text        TEXT,                                     -- NULL: COMMENT ON ... IS NULL
  PRIMARY KEY (kind, name, column_name),
  CHECK ((kind = 'column') = (column_name <> ''))
) STRICT, WITHOUT ROWID;
