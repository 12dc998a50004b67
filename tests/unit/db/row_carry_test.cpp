#include "db/row_carry.h"

#include "catch.h"
#include "three_states.h"

namespace prodev::db {
namespace {

using test::Three;

constexpr const char* kNotes =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, color TEXT);"
    "INSERT INTO note VALUES (1, 'a', 'red'), (2, 'b', 'red'), (3, 'c', 'red');";

}  // namespace

TEST_CASE("rows that were added, changed and deleted since are carried over, column by column") {
  Three three(
      kNotes,
      "INSERT INTO note VALUES (4, 'd', 'red'); UPDATE note SET body = 'B' WHERE id = 2;"
      "DELETE FROM note WHERE id = 3;",
      "CREATE TABLE note (id INTEGER PRIMARY KEY, color TEXT, size INTEGER DEFAULT 7, body TEXT);"
      "INSERT INTO note (id, body, color) VALUES (1, 'a', 'blue'), (2, 'b', 'blue'), (3, 'c', "
      "'blue');");
  const auto carried = three.carry();
  REQUIRE(carried.size() == 1);
  CHECK(carried[0].kept == 3);
  CHECK(carried[0].lost == 0);
  CHECK(three.rows(
            "SELECT id || ',' || body || ',' || color || ',' || size AS r FROM note ORDER BY id") ==
        "1,a,blue,7 2,B,blue,7 4,d,red,7");
}

TEST_CASE(
    "rows whose key is taken, whose table is gone or whose parent is gone are counted as lost") {
  Three three(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, x); CREATE TABLE gone (x);"
      "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a (id)); INSERT INTO a VALUES (1, "
      "0);",
      "INSERT INTO a VALUES (2, 'mine'); INSERT INTO gone VALUES (1), (2);"
      "INSERT INTO b VALUES (1, 1), (2, 2); CREATE TABLE made (x); INSERT INTO made VALUES (1)",
      "CREATE TABLE a (id INTEGER PRIMARY KEY, x);"
      "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a (id)); INSERT INTO a VALUES (2, "
      "0);");
  CHECK(three.told() == "a 0/1;b 1/1;gone 0/2;made 0/1;");
  CHECK(three.rows("SELECT id || x AS r FROM a") == "20");
  CHECK(three.rows("SELECT id AS r FROM b") == "2");
}

TEST_CASE("triggers do not run again for rows that are carried, and text indexes are right") {
  const std::string schema =
      "CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT); CREATE TABLE log (n INTEGER);"
      "CREATE VIRTUAL TABLE words USING fts5 (body, content = 'doc', content_rowid = 'id');"
      "CREATE TRIGGER t AFTER INSERT ON doc BEGIN INSERT INTO log VALUES (NEW.id);"
      " INSERT INTO words (rowid, body) VALUES (NEW.id, NEW.body); END;";
  Three three(schema, "INSERT INTO doc VALUES (1, 'hello')", schema);
  REQUIRE(three.carry().size() == 2);
  CHECK(three.rows("SELECT n AS r FROM log") == "1");
  CHECK(three.rows("SELECT rowid AS r FROM words WHERE words MATCH 'hello'") == "1");
}

TEST_CASE("numbers of AUTOINCREMENT are not given again, and differences of case are changes") {
  const std::string schema =
      "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT COLLATE NOCASE);"
      "INSERT INTO a (x) VALUES ('one');";
  Three three(schema,
              "INSERT INTO a (id, x) VALUES (9, 'y'); DELETE FROM a WHERE id = 9;"
              "UPDATE a SET x = 'ONE'",
              schema);
  three.carry();
  CHECK(three.rows("SELECT seq AS r FROM sqlite_sequence") == "9");
  CHECK(three.rows("SELECT x AS r FROM a") == "ONE");
}

TEST_CASE("of a table without a primary key new rows are carried and others told") {
  const std::string schema = "CREATE TABLE a (x); INSERT INTO a VALUES (1), (2);";
  Three three(schema, "INSERT INTO a VALUES (3), (3); DELETE FROM a WHERE x = 1", schema);
  const auto carried = three.carry();
  REQUIRE(carried.size() == 1);
  CHECK(carried[0].kept == 2);
  CHECK(carried[0].lost == 1);
  CHECK(three.rows("SELECT x AS r FROM a ORDER BY x") == "1 2 3 3");
}

TEST_CASE("values of a column that the file does not make any more are told by its name") {
  Three three(kNotes,
              "INSERT INTO note VALUES (4, 'd', NULL); UPDATE note SET body = NULL WHERE id = 2;"
              "UPDATE note SET color = 'blue' WHERE id = 3",
              "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, color TEXT);"
              "INSERT INTO note VALUES (1, 'a', 'red'), (2, 'b', 'red'), (3, 'c', 'red');");
  CHECK(three.told() == "note 2/0 note.body:2;");
  CHECK(three.rows("SELECT id || coalesce(color, '-') AS r FROM note ORDER BY id") ==
        "1red 2red 3blue 4-");
}

TEST_CASE("tables and columns are known by their names in any case") {
  Three three(kNotes,
              "INSERT INTO note VALUES (4, 'd', 'red'); UPDATE note SET body = 'A'"
              " WHERE id = 1; DELETE FROM note WHERE id = 2",
              "CREATE TABLE Note (Id INTEGER PRIMARY KEY, Body TEXT, COLOR TEXT);"
              "INSERT INTO note VALUES (1, 'a', 'red'), (2, 'b', 'red'), (3, 'c', 'red');");
  CHECK(three.told() == "note 3/0;");
  CHECK(three.rows("SELECT id || body || color AS r FROM note ORDER BY id") == "1Ared 3cred 4dred");
}

TEST_CASE("a row keeps its number under another name of the primary key") {
  const std::string child = "CREATE TABLE b (a_id INTEGER REFERENCES a);";
  Three three("CREATE TABLE a (id INTEGER PRIMARY KEY, x);" + child,
              "INSERT INTO a VALUES (7, 'x'), (9, 'y'); INSERT INTO b VALUES (9)",
              "CREATE TABLE a (a_id INTEGER PRIMARY KEY, x);" + child);
  CHECK(three.told() == "a 2/0;b 1/0;");
  CHECK(three.rows("SELECT a_id || x AS r FROM a ORDER BY 1") == "7x 9y");
}

TEST_CASE("a column that was added by hand and then in the file keeps its values") {
  Three three(kNotes, "ALTER TABLE note ADD COLUMN size INTEGER; UPDATE note SET size = id + 1;",
              "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, color TEXT, size INTEGER);"
              "INSERT INTO note (id) VALUES (1), (2), (3)");
  CHECK(three.told() == "note 3/0;");
  CHECK(three.rows("SELECT size AS r FROM note ORDER BY id") == "2 3 4");
}

TEST_CASE("values that are UNIQUE change hands") {
  const std::string schema =
      "CREATE TABLE a (id INTEGER PRIMARY KEY, slug TEXT UNIQUE ON CONFLICT REPLACE, n INTEGER"
      " DEFAULT 5, twice INTEGER GENERATED ALWAYS AS (n * 2));"
      "CREATE TABLE p (code TEXT PRIMARY KEY, place INTEGER UNIQUE) WITHOUT ROWID;"
      "INSERT INTO a (id, slug) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');"
      "INSERT INTO p VALUES ('x', 1), ('y', 2);";
  Three three(schema,
              "UPDATE a SET slug = 's'; UPDATE a SET slug = 't' WHERE id = 2; SELECT 1;"
              "DELETE FROM a; INSERT INTO a (id, slug) VALUES (1, 'b'), (2, 'c'), (3, 'a'),"
              " (4, 'e'), (5, 'd'); UPDATE p SET place = -place; UPDATE p SET place = 3 + place;",
              schema + "UPDATE a SET n = 6");
  CHECK(three.told() == "a 5/0;p 2/0;");
  CHECK(three.rows("SELECT id || slug || twice AS r FROM a ORDER BY id") ==
        "1b12 2c12 3a12 4e12 5d10");
  CHECK(three.rows("SELECT code || place AS r FROM p ORDER BY code") == "x2 y1");
}

TEST_CASE(
    "a row that does not fit stays as the file made it, with those that it is in the way of") {
  const std::string schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, n TEXT);";
  const std::string rows = "INSERT INTO a (id, slug) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')";
  Three three(schema + rows,
              "UPDATE a SET slug = 'e' WHERE id = 1; UPDATE a SET slug = 'a' WHERE id = 2;"
              "UPDATE a SET slug = 'x' WHERE id = 3; UPDATE a SET slug = 'c' WHERE id = 4;"
              "UPDATE a SET slug = 'd' WHERE id = 3;",
              schema + rows + ", (9, 'e')");
  CHECK(three.told() == "a 2/2;");
  CHECK(three.rows("SELECT id || slug AS r FROM a ORDER BY id") == "1a 2b 3d 4c 9e");
}

TEST_CASE("a long chain of rows that are in each other's way ends") {
  const std::string schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, place INTEGER UNIQUE);";
  const std::string numbers =
      "INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
      " SELECT i, i FROM n;";
  Three three(schema + numbers, "UPDATE a SET place = -place; UPDATE a SET place = 1 - place",
              schema + numbers + "INSERT INTO a VALUES (100, 51)");
  CHECK(three.told() == "a 0/50;");
  CHECK(three.rows("SELECT count(*) || '-' || sum(id = place) AS r FROM a") == "51-50");
}

TEST_CASE("a value that the table cannot hold now takes none of the others with it") {
  Three three(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT) STRICT;"
      "INSERT INTO a VALUES (1, '1'), (2, '2')",
      "INSERT INTO a VALUES (3, '3'), (4, 'x'), (5, '5'); UPDATE a SET n = n || '0'"
      " WHERE id = 1; UPDATE a SET n = 'y' WHERE id = 2",
      "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER) STRICT;"
      "INSERT INTO a VALUES (1, 1), (2, 2)");
  CHECK(three.told() == "a 3/2;");
  CHECK(three.rows("SELECT id || '=' || n AS r FROM a ORDER BY id") == "1=10 2=2 3=3 5=5");
}

TEST_CASE("a key in another case and a number of another type are changes") {
  const std::string schema =
      "CREATE TABLE a (code TEXT COLLATE NOCASE PRIMARY KEY, n); INSERT INTO a VALUES ('b', 1);"
      "CREATE TABLE k (code TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID;"
      "INSERT INTO k VALUES ('b')";
  Three three(schema, "UPDATE a SET code = 'B', n = 1.0; UPDATE k SET code = 'B'", schema);
  CHECK(three.told() == "a 1/0;k 1/0;");
  CHECK(three.rows("SELECT code || typeof(n) AS r FROM a") == "Breal");
  CHECK(three.rows("SELECT code AS r FROM k") == "B");
}

TEST_CASE("rows whose parent was not carried go, at any depth and without a number") {
  const std::string schema =
      "CREATE TABLE p (id INTEGER PRIMARY KEY);"
      "CREATE TABLE c (a TEXT, b INTEGER, p_id INTEGER REFERENCES p, PRIMARY KEY (a, b))"
      " WITHOUT ROWID;"
      "CREATE TABLE reply (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p, to_id INTEGER"
      " REFERENCES reply);";
  const std::string parents = "INSERT INTO p VALUES (1), (5);";
  Three three(schema + parents,
              "INSERT INTO c VALUES ('x''s', 1, 5), ('y', 2, 1), ('z', 3, NULL);"
              "INSERT INTO reply WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              " WHERE i < 60) SELECT i, iif(i = 1, 5, NULL), nullif(i - 1, 0) FROM n",
              schema + "INSERT INTO p VALUES (1);");
  CHECK(three.told() == "c 2/1;reply 0/60;");
  CHECK(three.rows("SELECT a AS r FROM c") == "y z");
  CHECK(three.rows("SELECT count(*) AS r FROM pragma_foreign_key_check") == "0");
}

TEST_CASE("numbers of AUTOINCREMENT are not given again when all rows were deleted") {
  Three three("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x);",
              "INSERT INTO a (x) VALUES (1), (2); DELETE FROM a;",
              "CREATE TABLE A (id INTEGER PRIMARY KEY AUTOINCREMENT, x);");
  CHECK(three.told().empty());
  CHECK(three.rows("SELECT name || seq AS r FROM sqlite_sequence") == "A2");
}

TEST_CASE("a primary key of the same columns in another order is the same") {
  Three three("CREATE TABLE a (x, y, v, PRIMARY KEY (x, y)); INSERT INTO a VALUES (1, 2, 'file')",
              "UPDATE a SET v = 'mine'",
              "CREATE TABLE a (x, y, v, PRIMARY KEY (y, x)); INSERT INTO a VALUES (1, 2, 'file')");
  CHECK(three.told() == "a 1/0;");
  CHECK(three.rows("SELECT v AS r FROM a") == "mine");
}

}  // namespace prodev::db
