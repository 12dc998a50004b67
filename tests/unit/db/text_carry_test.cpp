#include "catch.h"
#include "db/text_index_carry.h"
#include "three_states.h"

namespace prodev::db {
namespace {

using test::Three;

constexpr const char* kDoc = "CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT);";

std::string fed(const std::string& table) {
  return "CREATE TRIGGER " + table + "_i AFTER INSERT ON doc BEGIN INSERT INTO " + table +
         " (rowid, body) VALUES (new.id, new.body); END;";
}

}  // namespace

TEST_CASE("full text that was written, by hand or by triggers, is carried row by row") {
  const std::string schema = std::string(kDoc) +
                             "CREATE VIRTUAL TABLE own USING fts5 (body, tag UNINDEXED);"
                             "CREATE VIRTUAL TABLE fed USING fts5 (body);"
                             "CREATE VIRTUAL TABLE old USING fts4 (body);" +
                             fed("fed") +
                             "INSERT INTO own VALUES ('first', 1), ('second', 2), ('third', 3);"
                             "INSERT INTO old VALUES ('first');"
                             "INSERT INTO doc VALUES (1, 'from the file');";
  Three three(schema,
              "INSERT INTO own VALUES ('precious', 4); UPDATE own SET body = 'changed' WHERE rowid"
              " = 2; DELETE FROM own WHERE rowid = 1; INSERT INTO old VALUES ('precious');"
              "INSERT INTO doc VALUES (7, 'precious');",
              schema);
  CHECK(three.told() == "doc 1/0;fed 1/0;old 1/0;own 3/0;");
  CHECK(three.rows("SELECT rowid || body || tag AS r FROM own ORDER BY rowid") ==
        "2changed2 3third3 4precious4");
  for (const char* table : {"own", "fed", "old"}) {
    const std::string name = table;
    CHECK(three.rows("SELECT count(*) AS r FROM " + name + " WHERE " + name +
                     " MATCH 'precious'") == "1");
  }
  CHECK(three.rows("SELECT rowid AS r FROM fed WHERE fed MATCH 'precious'") == "7");
  CHECK(three.rows("SELECT count(*) AS r FROM own WHERE own MATCH 'second OR first'") == "0");
}

TEST_CASE("an index without text is taken as it is where the file makes the same of it") {
  const std::string index = "CREATE VIRTUAL TABLE words USING fts5 (body, content='');";
  const std::string first = "INSERT INTO doc VALUES (1, 'from the file');";
  const std::string schema = std::string(kDoc) + index + fed("words") + first;
  const std::string since = "INSERT INTO doc VALUES (2, 'precious'), (3, 'others');";
  {
    Three three(schema, since,
                std::string(kDoc) + "CREATE TABLE more (x);" +
                    "CREATE VIRTUAL TABLE words USING  FTS5(body, content = '');" + fed("words") +
                    first);
    CHECK(three.told() == "doc 2/0;words 2/0;");
    CHECK(three.rows("SELECT rowid AS r FROM words WHERE words MATCH 'precious'") == "2");
    CHECK(three.rows("SELECT rowid AS r FROM words WHERE words MATCH 'file'") == "1");
  }
  for (const std::string& anew :
       {schema + "INSERT INTO doc VALUES (9, 'one more of the file');",
        std::string(kDoc) +
            "CREATE VIRTUAL TABLE words USING fts5 (body, content='', detail=none);" +
            fed("words") + first,
        std::string(kDoc) + "CREATE TABLE words (body);", std::string(kDoc)}) {
    Three three(schema, since, anew);
    CHECK(three.told() == "doc 2/0;words 0/2;");
  }
}

TEST_CASE("full text over another table is built anew, and told when it cannot be") {
  const std::string index =
      "CREATE VIRTUAL TABLE words USING fts5 (body, content='doc',"
      " content_rowid='id');";
  const std::string schema = kDoc + index + fed("words");
  {
    Three three(schema, "INSERT INTO doc VALUES (2, 'precious')", schema);
    CHECK(three.told() == "doc 1/0;");
    CHECK(three.rows("SELECT rowid AS r FROM words WHERE words MATCH 'precious'") == "2");
  }
  Three three(schema, "INSERT INTO doc VALUES (2, 'precious')",
              "CREATE TABLE doc (id INTEGER PRIMARY KEY, text TEXT);" + index);
  CHECK(three.told() == "doc 1/0 doc.body:1;words 0/1;");
}

TEST_CASE("rows of full text that has no place any more are counted") {
  const std::string schema = "CREATE VIRTUAL TABLE own USING fts5 (body, note);";
  Three gone(schema, "INSERT INTO own VALUES ('a', 'b')", "SELECT 1");
  CHECK(gone.told() == "own 0/1;");
  Three renamed(schema, "INSERT INTO own VALUES ('a', 'b')",
                "CREATE VIRTUAL TABLE own USING fts5 (Body, remark);");
  CHECK(renamed.told() == "own 1/0 own.note:1;");
  CHECK(renamed.rows("SELECT body AS r FROM own") == "a");
  Three made("SELECT 1", schema + "INSERT INTO own VALUES ('a', 'b')", "SELECT 1");
  CHECK(made.told() == "own 0/1;");
}

TEST_CASE("a table that is named as if it were a part of a full-text table is carried") {
  const std::string schema = "CREATE TABLE own_data (id INTEGER PRIMARY KEY);";
  Three three(schema + "CREATE TABLE own (x);", "INSERT INTO own_data VALUES (3)",
              schema + "CREATE TABLE own (x);");
  CHECK(three.told() == "own_data 1/0;");
}

TEST_CASE("boxes of an R-Tree are carried") {
  const std::string schema = "CREATE VIRTUAL TABLE box USING rtree (id, x0, x1, +label);";
  Three three(schema + "INSERT INTO box VALUES (1, 0, 1, 'a')",
              "INSERT INTO box VALUES (8, 2, 3.25, 'b'); UPDATE box SET x1 = 9 WHERE id = 1",
              schema + "INSERT INTO box VALUES (1, 0, 1, 'a')");
  CHECK(three.told() == "box 2/0;");
  CHECK(three.rows("SELECT id || ':' || x1 || label AS r FROM box ORDER BY id") ==
        "1:9.0a 8:3.25b");
}

}  // namespace prodev::db
