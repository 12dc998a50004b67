#include "db/row_carry.h"

#include "catch.h"
#include "db/backup.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

// A database as it was after a file, as it is, and as the file done anew makes it.
class Three {
 public:
  Three(const std::string& was, const std::string& since, const std::string& anew)
      : target_(open("anew.db")) {
    Connection was_db = open("was.db");
    REQUIRE(was_db.execute(was));
    Connection is_db = open("is.db");
    REQUIRE(copy_database(was_db, is_db));
    REQUIRE(is_db.execute(since));
    REQUIRE(target_.execute(anew));
  }

  std::vector<CarriedRows> carry() {
    return *carry_rows(target_, folder_.path("was.db"), folder_.path("is.db"));
  }
  std::string rows(const std::string& sql) {
    Statement all = *target_.prepare("SELECT group_concat(r, ' ') FROM (" + sql + ")");
    REQUIRE(*all.step());
    return std::string(all.column_text(0));
  }

 private:
  Connection open(const std::string& name) {
    return std::move(*Connection::open(folder_.path(name), OpenMode::kCreate));
  }

  test::TempFolder folder_;
  Connection target_;
};

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
  std::string told;
  for (const CarriedRows& one : three.carry())
    told += one.table + " " + std::to_string(one.kept) + "/" + std::to_string(one.lost) + ";";
  CHECK(told == "a 0/1;b 1/1;gone 0/2;made 0/1;");
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

}  // namespace prodev::db
