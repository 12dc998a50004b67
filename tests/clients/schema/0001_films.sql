-- The films, people and prizes of the examples in PostgREST's documentation, with every kind of
-- relation that it names, and rows few enough to be checked by eye.

CREATE TABLE directors (
  id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL
) STRICT;

CREATE TABLE films (
  id INTEGER PRIMARY KEY,
  director_id INTEGER REFERENCES directors (id),  -- many films, one director
  title TEXT NOT NULL,
  year INTEGER,
  rating REAL,
  language TEXT,
  in_colour INTEGER CHECK (in_colour IN (0, 1)),
  details TEXT CHECK (details IS NULL OR json_valid(details)),
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags))
) STRICT;

-- One to one: the key is the film's.
CREATE TABLE technical_specs (
  film_id INTEGER PRIMARY KEY REFERENCES films (id),
  camera TEXT NOT NULL,
  minutes INTEGER NOT NULL
) STRICT;

-- What a member of the cast is paid is for staff only.
CREATE TABLE actors (
  id INTEGER PRIMARY KEY,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  fee INTEGER NOT NULL
) STRICT;

-- Many to many: films and actors.
CREATE TABLE roles (
  film_id INTEGER NOT NULL REFERENCES films (id),
  actor_id INTEGER NOT NULL REFERENCES actors (id),
  character TEXT NOT NULL,
  PRIMARY KEY (film_id, actor_id)
) STRICT;

CREATE TABLE competitions (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  year INTEGER NOT NULL
) STRICT;

-- Many to many: films and competitions.
CREATE TABLE nominations (
  competition_id INTEGER NOT NULL REFERENCES competitions (id),
  film_id INTEGER NOT NULL REFERENCES films (id),
  rank INTEGER NOT NULL,
  PRIMARY KEY (competition_id, film_id)
) STRICT;

-- A self reference.
CREATE TABLE employees (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  supervisor_id INTEGER REFERENCES employees (id)
) STRICT;

-- Two keys between two tables.
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city TEXT NOT NULL
) STRICT;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  billing_address_id INTEGER,
  shipping_address_id INTEGER,
  CONSTRAINT billing FOREIGN KEY (billing_address_id) REFERENCES addresses (id),
  CONSTRAINT shipping FOREIGN KEY (shipping_address_id) REFERENCES addresses (id)
) STRICT;

-- A key and a junction between two tables.
CREATE TABLE projects (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE sites (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  main_project_id INTEGER,
  CONSTRAINT main_project FOREIGN KEY (main_project_id) REFERENCES projects (id)
) STRICT;

CREATE TABLE jobs (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  project_id INTEGER NOT NULL REFERENCES projects (id),
  PRIMARY KEY (site_id, project_id)
) STRICT;

-- A key of two columns.
CREATE TABLE halls (
  cinema TEXT NOT NULL,
  number INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  PRIMARY KEY (cinema, number)
) STRICT;

CREATE TABLE screenings (
  id INTEGER PRIMARY KEY,
  film_id INTEGER NOT NULL REFERENCES films (id),
  cinema TEXT NOT NULL,
  hall INTEGER NOT NULL,
  held_on TEXT NOT NULL,
  visitors INTEGER NOT NULL,
  FOREIGN KEY (cinema, hall) REFERENCES halls (cinema, number)
) STRICT;

-- Rows that not everybody sees.
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY,
  film_id INTEGER NOT NULL REFERENCES films (id),
  author TEXT NOT NULL,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1))
) STRICT;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- For full-text search.
CREATE VIRTUAL TABLE plots USING fts5 (title, plot, tokenize = 'porter unicode61');

-- Joins two tables, keeps the keys of both, and takes changes to a film.
CREATE VIEW film_cards AS
SELECT films.id, films.title, films.year, films.director_id, directors.last_name AS director
FROM films
LEFT JOIN directors ON directors.id = films.director_id;

-- Names that have to be quoted.
CREATE TABLE "odd names" (
  id INTEGER PRIMARY KEY,
  "full name" TEXT,
  "a.b" INTEGER,
  "x,y" TEXT,
  "Case" TEXT
) STRICT;

-- What the tests write. Defaults, a unique column, a check, a foreign key.
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT 'unnamed',
  quantity INTEGER DEFAULT 1 CHECK (quantity >= 0),
  serial INTEGER,
  colour TEXT DEFAULT 'grey',
  film_id INTEGER REFERENCES films (id),
  facts TEXT CHECK (facts IS NULL OR json_valid(facts)),
  sold INTEGER NOT NULL DEFAULT 0 CHECK (sold IN (0, 1))
) STRICT;

CREATE TABLE copies (
  cinema TEXT NOT NULL,
  film_id INTEGER NOT NULL REFERENCES films (id),
  number INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (cinema, film_id)
) STRICT;

CREATE VIEW item_labels AS SELECT id, code, name, code || ': ' || name AS label FROM items;

CREATE TRIGGER item_labels_insert INSTEAD OF INSERT ON item_labels
BEGIN
  INSERT INTO items (code, name) VALUES (NEW.code, NEW.name);
END;

CREATE TRIGGER item_labels_update INSTEAD OF UPDATE ON item_labels
BEGIN
  UPDATE items SET name = NEW.name WHERE id = OLD.id;
END;

CREATE TRIGGER item_labels_delete INSTEAD OF DELETE ON item_labels
BEGIN
  DELETE FROM items WHERE id = OLD.id;
END;

INSERT INTO directors VALUES
  (1, 'Louis', 'Lumiere'), (2, 'William', 'Dickson'), (3, 'Georges', 'Melies'),
  (4, 'Quentin', 'Tarantino'), (5, 'Robert', 'Eggers'), (6, 'Nobody', 'Yet');

INSERT INTO films VALUES
  (1, 1, 'Workers Leaving the Factory', 1895, 6.9, NULL, 0, NULL, '["short"]'),
  (2, 2, 'The Dickson Experimental Sound Film', 1894, 6.7, NULL, 0, NULL, '["short"]'),
  (3, 3, 'The Haunted Castle', 1896, 6.8, NULL, 0, '{"lost": true}', '["short", "horror"]'),
  (4, 4, 'Pulp Fiction', 1994, 8.9, 'english', 1,
    '{"budget": 8000000, "studio": {"name": "Miramax", "country": "US"}, "awards": [{"name": "Palme", "year": 1994}, {"name": "Oscar", "year": 1995}]}',
    '["crime", "drama"]'),
  (5, 4, 'Reservoir Dogs', 1992, 8.3, 'english', 1,
    '{"budget": 1200000, "studio": {"name": "Miramax", "country": "US"}, "awards": []}',
    '["crime", "thriller"]'),
  (6, 5, 'The Lighthouse', 2019, 7.4, 'english', 0,
    '{"budget": 11000000, "studio": {"name": "A24", "country": "US"}, "awards": [{"name": "Critics", "year": 2019}]}',
    '["drama", "horror"]'),
  (7, NULL, 'Untitled, (draft)', NULL, NULL, NULL, NULL, NULL, '[]');

INSERT INTO technical_specs VALUES (4, 'Arriflex 35-III', 154), (6, 'Panavision Millennium', 109);

INSERT INTO actors VALUES
  (1, 'Willem', 'Dafoe', 100), (2, 'Robert', 'Pattinson', 90), (3, 'John', 'Travolta', 80),
  (4, 'Samuel', 'Jackson', 95), (5, 'Harvey', 'Keitel', 70), (6, 'Jehanne', 'd''Alcy', 5),
  (7, 'Tim', 'Roth', 60);

INSERT INTO roles VALUES
  (6, 1, 'Thomas Wake'), (6, 2, 'Thomas Howard'), (4, 3, 'Vincent Vega'), (4, 4, 'Jules Winnfield'),
  (4, 5, 'Winston Wolfe'), (4, 7, 'Pumpkin'), (5, 5, 'Mr. White'), (5, 7, 'Mr. Orange'),
  (3, 6, 'Apparition');

INSERT INTO competitions VALUES (1, 'Cannes', 1994), (2, 'Oscars', 1995), (3, 'Cannes', 2019), (4, 'Sundance', 1992);
INSERT INTO nominations VALUES (1, 4, 1), (2, 4, 2), (3, 6, 3), (4, 5, 1);

INSERT INTO employees VALUES (1, 'Taylor', NULL), (2, 'Johnson', 1), (3, 'Miller', 1), (4, 'Davis', 3);

INSERT INTO addresses VALUES (1, '32 Glenlake Drive', 'Dearborn'), (2, '30 Glenlake Drive', 'Detroit');
INSERT INTO orders VALUES
  (1, 'Water Filter', 1, 2), (2, 'Coffee Machine', 1, 1), (3, 'Lamp', 2, NULL);

INSERT INTO projects VALUES (1, 'project one'), (2, 'project two');
INSERT INTO sites VALUES (1, 'site one', 1), (2, 'site two', NULL);
INSERT INTO jobs VALUES (1, 1), (2, 1), (2, 2);

INSERT INTO halls VALUES ('Astor', 1, 300), ('Astor', 2, 80), ('Rex', 1, 120);
INSERT INTO screenings VALUES
  (1, 4, 'Astor', 1, '2024-05-01', 210), (2, 4, 'Astor', 2, '2024-05-01', 40),
  (3, 4, 'Rex', 1, '2024-05-02', 101), (4, 5, 'Rex', 1, '2024-05-01', 100),
  (5, 6, 'Astor', 1, '2024-05-02', 150);

INSERT INTO reviews VALUES
  (1, 4, 'ada', 5, 1), (2, 4, 'bob', 4, 0), (3, 6, 'ada', 3, 0), (4, 6, 'bob', 2, 1);

INSERT INTO notes VALUES (1, 'ada', 'hers'), (2, 'bob', 'his');

INSERT INTO plots (rowid, title, plot) VALUES
  (3, 'The Haunted Castle', 'A devil plays tricks on two cavaliers in a haunted castle.'),
  (4, 'Pulp Fiction', 'Two hitmen, a boxer and a gangster''s wife meet in four tales of violence.'),
  (5, 'Reservoir Dogs', 'A heist goes wrong and the surviving gangsters suspect a traitor.'),
  (6, 'The Lighthouse', 'Two keepers of a lighthouse lose their minds on an island.');

INSERT INTO "odd names" VALUES (1, 'Ada Lovelace', 10, 'p', 'Upper'), (2, 'Bob', 20, 'q', 'lower');
