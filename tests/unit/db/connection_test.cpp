#include "db/connection.h"

#include <sqlite3.h>

#include "catch.h"
#include "db/row_statement.h"
#include "temp_folder.h"

using prodev::db::Connection;
using prodev::db::OpenMode;

namespace {

void make_database(const std::string& path, const char* sql) {
  sqlite3* handle = nullptr;
  REQUIRE(::sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  REQUIRE(::sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  ::sqlite3_close(handle);
}

}  // namespace

TEST_CASE("a database whose text is not UTF-8 is refused, with the way out") {
  const prodev::test::TempFolder folder;
  const std::string path = folder.path("wide.db");
  make_database(path, "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (name TEXT);");
  const auto opened = Connection::open(path, OpenMode::kReadWrite);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == prodev::base::Code::kBadInput);
  CHECK(opened.error().message.find("UTF-16le") != std::string::npos);
  CHECK(opened.error().message.find(".dump") != std::string::npos);
}

TEST_CASE("texts and blobs are read as they are stored") {
  const prodev::test::TempFolder folder;
  auto connection = Connection::open(folder.path("a.db"), OpenMode::kCreate);
  REQUIRE(connection);
  auto statement =
      connection->prepare_rows("SELECT 'Käse', x'00FF', '', CAST(x'610062' AS TEXT), NULL");
  REQUIRE(statement);
  REQUIRE(statement->step().value());
  CHECK(statement->column_bytes(0) == "Käse");
  CHECK(statement->column_bytes(1) == std::string_view("\x00\xFF", 2));
  CHECK(statement->column_bytes(2).empty());
  CHECK(statement->column_bytes(3) == std::string_view("a\0b", 3));
  CHECK(statement->column_bytes(4).empty());
  CHECK(statement->column_class(0) == prodev::db::StorageClass::kText);
}
