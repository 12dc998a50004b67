-- Functions, as the statements CREATE FUNCTION and GRANT EXECUTE leave them. What they refer to is
-- told by name: schema files that rename, drop or rebuild a table take its functions along.

CREATE TABLE _prodev_function (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL,
  signature    TEXT NOT NULL UNIQUE,  -- "top_rated(bigint, text)": the name may have several
  returns      TEXT NOT NULL CHECK (returns IN ('void', 'scalar', 'table', 'columns')),
  returns_type TEXT,                  -- of a scalar; the table's name; NULL for the others
  returns_array INTEGER NOT NULL DEFAULT 0 CHECK (returns_array IN (0, 1)),
  returns_set  INTEGER NOT NULL CHECK (returns_set IN (0, 1)),
  volatility   TEXT NOT NULL CHECK (volatility IN ('volatile', 'stable', 'immutable')),
  strict       INTEGER NOT NULL CHECK (strict IN (0, 1)),  -- NULL for any argument: NULL
  row_count    INTEGER,               -- ROWS; NULL: not given
  body         TEXT NOT NULL          -- as it was written, without its quotes
) STRICT;

CREATE INDEX _prodev_function_name ON _prodev_function (name);

CREATE TABLE _prodev_function_argument (
  function_id   INTEGER NOT NULL REFERENCES _prodev_function (id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,     -- from 1
  name          TEXT,                 -- NULL: none was given
  type          TEXT NOT NULL,
  is_array      INTEGER NOT NULL CHECK (is_array IN (0, 1)),
  is_row        INTEGER NOT NULL CHECK (is_row IN (0, 1)),  -- `type` is a table, and this a row of it
  default_value TEXT,                 -- an expression, as it was written; NULL: none
  PRIMARY KEY (function_id, position)
) STRICT, WITHOUT ROWID;

-- What RETURNS TABLE (...) names.
CREATE TABLE _prodev_function_column (
  function_id INTEGER NOT NULL REFERENCES _prodev_function (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  name        TEXT NOT NULL,
  type        TEXT NOT NULL,
  is_array    INTEGER NOT NULL CHECK (is_array IN (0, 1)),
  PRIMARY KEY (function_id, position)
) STRICT, WITHOUT ROWID;

-- EXECUTE. No row for a function and role: nothing has been said, and the role may not.
CREATE TABLE _prodev_function_privilege (
  function_id INTEGER NOT NULL REFERENCES _prodev_function (id) ON DELETE CASCADE,
  role        TEXT NOT NULL REFERENCES _prodev_role (name),
  granted     INTEGER NOT NULL CHECK (granted IN (0, 1)),  -- 0: REVOKE
  PRIMARY KEY (function_id, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX _prodev_function_privilege_role ON _prodev_function_privilege (role);
