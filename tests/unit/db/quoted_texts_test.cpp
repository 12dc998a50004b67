#include "db/quoted_texts.h"

#include "catch.h"
#include "db/memory_database.h"
#include "db/sql_script.h"

namespace prodev::db {
namespace {

class Tables {
 public:
  Tables() { REQUIRE(connection_.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, title)")); }

  // What is wrong with a schema file's statement; empty: nothing.
  std::string refused(const std::string& sql) {
    const auto outcome = run_script(connection_, sql, "x.sql");
    const std::string message = outcome ? "" : outcome.error().message;
    return message.substr(0, message.find(", in: "));
  }
  // As another program makes a schema.
  void make(const std::string& sql) {
    const QuotedTextsScope as_others(connection_);
    REQUIRE(connection_.execute(sql));
  }
  Connection& connection() { return connection_; }

 private:
  Connection connection_ = test::open_memory();
};

}  // namespace

TEST_CASE("a misspelt name in double quotes is refused, with how text is written") {
  Tables tables;
  const std::string told = "no such column: titel: text stands in single quotes: 'titel'";
  CHECK(tables.refused("CREATE INDEX z ON event (\"titel\")") == "x.sql:1:26: " + told);
  CHECK(tables.refused("CREATE INDEX z ON event (title) WHERE \"titel\" IS NOT NULL") ==
        "x.sql:1:39: " + told);
  CHECK(tables.refused("UPDATE event SET title = \"titel\"") == "x.sql:1:26: " + told);
  CHECK(tables.refused("INSERT INTO event (title) VALUES (\"titel\")") == "x.sql:1:35: " + told);
  CHECK(tables.refused("CREATE TABLE a (kind TEXT CHECK (kind <> \"titel\"))") ==
        "x.sql:1:42: " + told);
  CHECK(tables.refused("ALTER TABLE event ADD COLUMN kind TEXT CHECK (kind <> \"titel\")") ==
        "x.sql:1:1: " + told);
  CHECK(tables.refused("ALTER TABLE main.event ADD sort TEXT CHECK (sort <> \"kind\")").empty());
  CHECK(tables.refused("UPDATE event SET \"titel\" = 1") == "x.sql:1:1: no such column: titel");
  CHECK(tables.refused("DELETE FROM event WHERE event.\"titel\" = 1").find("single") ==
        std::string::npos);
}

TEST_CASE("the texts that another program wrote in double quotes hinder no ALTER TABLE") {
  Tables tables;
  tables.make(
      "CREATE TABLE tea (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN (\"a\", \"b\")));"
      "CREATE VIEW green AS SELECT id FROM tea WHERE kind = \"a\"");
  CHECK_FALSE(tables.connection().prepare("SELECT * FROM green"));
  CHECK(tables.connection().execute("INSERT INTO tea (kind) VALUES ('a')"));
  CHECK(tables.refused("ALTER TABLE tea ADD COLUMN cups INTEGER CHECK (cups > 0)").empty());
  CHECK(tables.refused("ALTER TABLE event RENAME COLUMN title TO name").empty());
  CHECK(tables.refused("ALTER TABLE tea RENAME TO teas").empty());
  CHECK(tables.refused("ALTER TABLE teas DROP COLUMN cups").empty());
}

}  // namespace prodev::db
