-- Who may do what: roles, policies and privileges, as the statements CREATE ROLE, CREATE POLICY, GRANT
-- and REVOKE leave them. Tables and columns are told by name, without foreign keys, since SQLite has
-- none to its own schema: schema files that rename, drop or rebuild a table take its rules along.

CREATE TABLE _prodev_role (
  name     TEXT PRIMARY KEY,
  built_in INTEGER NOT NULL DEFAULT 0 CHECK (built_in IN (0, 1))
) STRICT, WITHOUT ROWID;

-- `public` stands for every role, so that policies and privileges can refer to it.
INSERT INTO _prodev_role (name, built_in) VALUES
  ('anon', 1), ('authenticated', 1), ('service_role', 1), ('public', 1);

-- `member` has what `role` has.
CREATE TABLE _prodev_role_member (
  member TEXT NOT NULL REFERENCES _prodev_role (name) ON DELETE CASCADE,
  role   TEXT NOT NULL REFERENCES _prodev_role (name) ON DELETE CASCADE,
  PRIMARY KEY (member, role),
  CHECK (member <> role)
) STRICT, WITHOUT ROWID;

CREATE INDEX _prodev_role_member_role ON _prodev_role_member (role);

CREATE TABLE _prodev_policy (
  id               INTEGER PRIMARY KEY,
  table_name       TEXT NOT NULL COLLATE NOCASE,
  name             TEXT NOT NULL,
  verb             TEXT NOT NULL CHECK (verb IN ('all', 'select', 'insert', 'update', 'delete')),
  restrictive      INTEGER NOT NULL CHECK (restrictive IN (0, 1)),
  using_expression TEXT,  -- as it was written, without its parentheses; NULL: none
  check_expression TEXT,
  UNIQUE (table_name, name)
) STRICT;

CREATE TABLE _prodev_policy_role (
  policy_id INTEGER NOT NULL REFERENCES _prodev_policy (id) ON DELETE CASCADE,
  role      TEXT NOT NULL REFERENCES _prodev_role (name),
  PRIMARY KEY (policy_id, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX _prodev_policy_role_role ON _prodev_policy_role (role);

-- No row for a table, role and verb: nothing has been said, and the default holds.
CREATE TABLE _prodev_privilege (
  id         INTEGER PRIMARY KEY,
  table_name TEXT NOT NULL COLLATE NOCASE,
  role       TEXT NOT NULL REFERENCES _prodev_role (name),
  verb       TEXT NOT NULL CHECK (verb IN ('select', 'insert', 'update', 'delete')),
  scope      TEXT NOT NULL CHECK (scope IN ('table', 'columns', 'none')),
  UNIQUE (table_name, role, verb)
) STRICT;

CREATE INDEX _prodev_privilege_role ON _prodev_privilege (role);

-- The columns of a privilege whose scope is 'columns'.
CREATE TABLE _prodev_privilege_column (
  privilege_id INTEGER NOT NULL REFERENCES _prodev_privilege (id) ON DELETE CASCADE,
  column_name  TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (privilege_id, column_name)
) STRICT, WITHOUT ROWID;
