#include "db/former_system_tables.h"

#include <algorithm>
#include <string>

#include "assets/assets.h"
#include "catch.h"
#include "db/memory_database.h"
#include "db/system_schema.h"

namespace prodev::db {
namespace {

using test::open_memory;

std::string text(Connection& connection, const std::string& sql) {
  Statement statement = *connection.prepare(sql);
  return *statement.step() ? std::string(statement.column_text(0)) : "nothing";
}

std::string with_former_names(std::string sql) {
  for (size_t at; (at = sql.find("_prodev_")) != std::string::npos;) sql.erase(at, 7);
  return sql;
}

// A database as it was when the names of system tables began with "_" alone.
Connection open_former() {
  Connection connection = open_memory();
  REQUIRE(connection.execute(
      "CREATE TABLE _system_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
      " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))) STRICT;"
      "INSERT INTO _system_migration (number, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');"
      "CREATE TABLE _migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
      " digest TEXT NOT NULL, applied_at TEXT NOT NULL, duration_us INTEGER NOT NULL) STRICT;"
      "INSERT INTO _migration VALUES (1, '0001_a.sql', 'd', 't', 5)"));
  for (const assets::Asset& asset : assets::all()) {
    if (asset.path.starts_with("schema/system/000") && asset.path < "schema/system/0004")
      REQUIRE(connection.execute(with_former_names(std::string(asset.identity))));
  }
  return connection;
}

// What sqlite_schema says of the system tables, without the quotes that a renaming adds.
std::string system_schema(Connection& connection) {
  std::string all =
      text(connection,
           "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema"
           " WHERE name LIKE '\\_prodev\\_%' ESCAPE '\\' AND sql IS NOT NULL AND name NOT"
           " IN ('_prodev_migration', '_prodev_system_migration') ORDER BY name)");
  all.erase(std::remove(all.begin(), all.end(), '"'), all.end());
  return all;
}

}  // namespace

TEST_CASE("system tables with former names are renamed with all that they hold") {
  Connection connection = open_former();
  REQUIRE(
      connection.execute("INSERT INTO _role (name) VALUES ('staff');"
                         "INSERT INTO _policy (id, table_name, name, verb, restrictive) VALUES (7, "
                         "'t', 'p', 'all', 0);"
                         "INSERT INTO _policy_role VALUES (7, 'staff')"));
  CHECK(*has_former_system_tables(connection));
  REQUIRE(apply_system_migrations(connection));
  CHECK_FALSE(*has_former_system_tables(connection));
  CHECK(text(connection,
             "SELECT name || role FROM _prodev_policy JOIN _prodev_policy_role"
             " ON policy_id = id") == "pstaff");
  CHECK(text(connection, "SELECT name FROM _prodev_migration") == "0001_a.sql");
  CHECK(text(connection,
             "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_%' ESCAPE '\\'"
             " AND name NOT LIKE '\\_prodev\\_%' ESCAPE '\\'") == "0");

  Connection fresh = open_memory();
  REQUIRE(apply_system_migrations(fresh));
  CHECK(system_schema(connection) == system_schema(fresh));
}

TEST_CASE("tables of a project that have a former name are left to it") {
  Connection connection = open_memory();
  REQUIRE(
      connection.execute("CREATE TABLE _migration (id INTEGER PRIMARY KEY, step TEXT);"
                         "CREATE TABLE _role (name TEXT, level INTEGER);"
                         "INSERT INTO _role VALUES ('boss', 1)"));
  CHECK_FALSE(*has_former_system_tables(connection));
  REQUIRE(apply_system_migrations(connection));
  CHECK(text(connection, "SELECT name FROM _role") == "boss");
  CHECK(text(connection, "SELECT count(*) FROM _prodev_role") == "4");
}

}  // namespace prodev::db
