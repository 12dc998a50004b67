-- The files of this folder are applied once each, in the order of their names. One that has been
-- applied must not change any more: `prodev migrate new add_something` makes the next one.

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  body TEXT NOT NULL CHECK (length(trim(body)) BETWEEN 1 AND 1000),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

-- For the list, newest first.
CREATE INDEX notes_by_time ON notes (created_at, id);

-- What no policy allows is denied. These let anybody read notes and add them, and nobody change or
-- delete them; the role service_role may do everything.
CREATE POLICY notes_read ON notes FOR SELECT USING (true);
CREATE POLICY notes_add ON notes FOR INSERT WITH CHECK (true);

-- For notes that belong to who wrote them, add a column
--   owner TEXT NOT NULL
-- which the page sends with each note (the answer to the sign-in has the user's id), and put this in the place of the policies above:
--   CREATE POLICY notes_own ON notes FOR ALL TO authenticated
--     USING (owner = auth.uid()) WITH CHECK (owner = auth.uid());
