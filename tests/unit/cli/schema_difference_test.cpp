#include "cli/schema_difference.h"

#include "catch.h"
#include "db/sql_script.h"
#include "db/system_schema.h"

namespace prodev::cli {
namespace {

// What `after` changes of a database that `before` has made, a line each.
std::string change(const std::string& before, const std::string& after) {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(db::apply_system_migrations(connection));
  REQUIRE(db::run_script(connection, before, "before.sql"));
  const auto was = load_schema_parts(connection);
  REQUIRE(was);
  const auto ran = db::run_script(connection, after, "after.sql");
  INFO((ran ? "" : ran.error().message));
  REQUIRE(ran);
  const auto is = load_schema_parts(connection);
  REQUIRE(is);
  std::string lines;
  for (const std::string& line : difference(*was, *is)) lines += line + "\n";
  return lines;
}

// Makes the table a anew with `columns`.
std::string rebuild(const std::string& columns) {
  return "CREATE TABLE n (" + columns + "); DROP TABLE a; ALTER TABLE n RENAME TO a;";
}

}  // namespace

TEST_CASE("what a rebuild ends is told beside what else it changes of the table") {
  CHECK(
      change("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT COLLATE NOCASE, w TEXT)",
             rebuild("id INTEGER PRIMARY KEY, v TEXT, w TEXT DEFAULT 'x'")) ==
      "~ column a.id: INTEGER PRIMARY KEY AUTOINCREMENT -> INTEGER PRIMARY KEY\n"
      "~ column a.v: TEXT COLLATE NOCASE -> TEXT\n"
      "~ column a.w: TEXT -> TEXT DEFAULT 'x'\n");
  CHECK(change("CREATE TABLE a (id INTEGER, v TEXT UNIQUE ON CONFLICT REPLACE,"
               " w TEXT NOT NULL ON CONFLICT IGNORE, PRIMARY KEY (id, v))",
               rebuild("id INTEGER, v TEXT UNIQUE, w TEXT NOT NULL, x, PRIMARY KEY (v, id)")) ==
        "~ column a.w: TEXT NOT NULL (NOT NULL ON CONFLICT IGNORE) -> TEXT NOT NULL\n"
        "~ unique a (v): ON CONFLICT REPLACE -> (nothing)\n"
        "~ primary key a: (id, v) -> (v, id)\n"
        "+ column a.x\n");
  CHECK(change("CREATE TABLE p (i PRIMARY KEY);"
               "CREATE TABLE a (b REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,"
               " c AS (b || 1) STORED, d)",
               rebuild("b REFERENCES p ON DELETE SET NULL, c AS (b || 2), d TEXT")) ==
        "~ column a.c: GENERATED AS (b || 1) STORED -> GENERATED AS (b || 2)\n"
        "~ column a.d: (nothing) -> TEXT\n"
        "~ foreign key a (b): REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
        " -> REFERENCES p ON DELETE SET NULL\n");
  CHECK(change("CREATE TABLE a (x, y, z, UNIQUE (x COLLATE NOCASE))",
               rebuild("y, x, w, UNIQUE (x)")) ==
        "- column a.z\n~ unique a (x): (x COLLATE NOCASE) -> (nothing)\n+ column a.w\n"
        "~ order of columns of a: x, y, z -> y, x, w\n");
}

TEST_CASE("a rebuild that says the same in other words is no difference") {
  CHECK(
      change("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT COLLATE nocase UNIQUE)",
             rebuild("\"id\" integer, [v] text collate \"NOCASE\","
                     " PRIMARY KEY (id autoincrement), UNIQUE (v)"))
          .find("column") == std::string::npos);
  CHECK(change("CREATE TABLE a (id INTEGER PRIMARY KEY ON CONFLICT IGNORE, v CHECK (v > 0))",
               rebuild("id INTEGER PRIMARY KEY ON CONFLICT IGNORE, v CHECK (v > 0)"))
            .empty());
}

TEST_CASE("a view that gives other columns than before is told, though nobody changed it") {
  const std::string before =
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);"
      "CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT name AS n FROM t;";
  CHECK(change(before, "ALTER TABLE t ADD COLUMN salary INTEGER") ==
        "+ column t.salary INTEGER\n~ columns of view v: + salary\n");
  const std::string renamed = change(before, "ALTER TABLE t RENAME COLUMN name TO full_name");
  CHECK(renamed.find("~ columns of view v: - name, + full_name\n") != std::string::npos);
  CHECK(renamed.find("columns of view w") == std::string::npos);
  CHECK(change(before, "DROP VIEW v; CREATE VIEW v AS SELECT name, id FROM t")
            .find("~ columns of view v: id, name -> name, id\n") != std::string::npos);
  CHECK(change(before, "DROP VIEW v").find("columns") == std::string::npos);
}

}  // namespace prodev::cli
