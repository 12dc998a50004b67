-- The package index of a Debian machine, normalized. tests/bench/packages/convert.py makes the rows.

CREATE TABLE section (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE maintainer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  UNIQUE (name, email)
) STRICT;

CREATE TABLE package (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  architecture TEXT NOT NULL,
  section_id INTEGER NOT NULL REFERENCES section (id),
  maintainer_id INTEGER NOT NULL REFERENCES maintainer (id),
  priority TEXT NOT NULL
    CHECK (priority IN ('required', 'important', 'standard', 'optional', 'extra')),
  essential INTEGER NOT NULL CHECK (essential IN (0, 1)),
  installed_kb INTEGER CHECK (installed_kb >= 0),
  size_bytes INTEGER CHECK (size_bytes >= 0),
  homepage TEXT,
  summary TEXT NOT NULL,
  UNIQUE (name, version, architecture)
) STRICT;
CREATE INDEX package_by_section ON package (section_id);
CREATE INDEX package_by_maintainer ON package (maintainer_id);
CREATE INDEX package_by_size ON package (size_bytes);

-- "a | b, c" is three rows: places 1, 1 and 2 of the field, alternatives 1, 2 and 1. The target may
-- be a virtual package or one that the index lacks, so it is a name and not a key.
CREATE TABLE dependency (
  package_id INTEGER NOT NULL REFERENCES package (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('pre-depends', 'depends', 'recommends', 'suggests',
    'enhances', 'breaks', 'conflicts', 'replaces', 'provides')),
  place INTEGER NOT NULL,
  alternative INTEGER NOT NULL,
  target TEXT NOT NULL,
  relation TEXT CHECK (relation IN ('<<', '<=', '=', '>=', '>>')),
  version TEXT,
  PRIMARY KEY (package_id, kind, place, alternative),
  CHECK ((relation IS NULL) = (version IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_by_target ON dependency (target);

CREATE TABLE package_tag (
  package_id INTEGER NOT NULL REFERENCES package (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (package_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_tag_by_tag ON package_tag (tag);

CREATE POLICY section_read ON section FOR SELECT USING (true);
CREATE POLICY maintainer_read ON maintainer FOR SELECT USING (true);
CREATE POLICY package_read ON package FOR SELECT USING (true);
CREATE POLICY dependency_read ON dependency FOR SELECT USING (true);
CREATE POLICY package_tag_read ON package_tag FOR SELECT USING (true);
