#include "db/migration_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "catch.h"
#include "db/migration_text.h"
#include "has.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

using test::has;

std::string error_of(const test::TempFolder& folder) {
  const auto files = load_migrations(folder.path());
  return files ? "" : files.error().message;
}

}  // namespace

TEST_CASE("comments, white space, line ends and empty statements do not change a file's digest") {
  const std::string plain = "CREATE TABLE a (x TEXT DEFAULT 'a\nb');\nSELECT $$x\ny$$";
  const std::string digest = statement_digest(plain);
  for (const char* same :
       {"-- why\nCREATE  TABLE a(x TEXT DEFAULT 'a\nb') /* c */ ;; SELECT $$x\ny$$;\n",
        "CREATE TABLE a (x TEXT DEFAULT 'a\r\nb');\r\nSELECT $$x\r\ny$$;\r\n"})
    CHECK(statement_digest(same) == digest);
  for (const char* other : {"CREATE TABLE a (x TEXT DEFAULT 'a b'); SELECT $$x\ny$$",
                            "CREATE TABLE a (x TEXT DEFAULT 'a\nb') SELECT $$x\ny$$",
                            "CREATE TABLE a (x TEXT DEFAULT 'a\nb'); SELECT $$x\ny$$; SELECT 1",
                            "CREATE TABLE \"a\" (x TEXT DEFAULT 'a\nb'); SELECT $$x\ny$$"})
    CHECK(statement_digest(other) != digest);
  CHECK(statement_digest("a b") != statement_digest("ab"));
}

TEST_CASE("dot files, other endings and folders of such are no schema files") {
  const test::TempFolder folder;
  folder.write("0001_a.sql", "SELECT 1;");
  folder.write("._0001_a.sql", std::string("\0\1", 2));
  folder.write(".#0002_b.sql", "x");
  folder.write("0002_b.sql~", "x");
  folder.write("0002_b.sql.swp", "x");
  folder.write("0002_b.sql.tmp.4711", "x");
  folder.write("4913", "x");
  folder.write("README.md", "x");
  folder.write("seed.sql", "SELECT 2;");
  folder.write("meta/_journal.json", "x");
  folder.write("meta/.0001_a.sql", "x");
  folder.write(".trash/0001_a.sql", "x");
  const auto files = load_migrations(folder.path());
  REQUIRE(files);
  REQUIRE(files->size() == 1);
  CHECK((*files)[0].name == "0001_a.sql");
  const auto with_seed = load_migrations_and_seed(folder.path());
  REQUIRE(with_seed->size() == 2);
  CHECK(with_seed->back().name == "seed.sql");
}

TEST_CASE("files that could be meant and cannot be are refused by name") {
  const struct {
    std::string name, bytes, said;
  } kCases[] = {
      {"0001_init.SQL", "SELECT 1;", "ends in .sql, in small letters: rename it"},
      {"0002_b.txt", "SELECT 1;", "ends in .sql, in small letters: rename it, or move it out"},
      {"0002_b.pgsql", "SELECT 1;", "ends in .sql"},
      {"0002_b.sql.bak", "SELECT 1;", "ends in .sql"},
      {"0002_b", "SELECT 1;", "ends in .sql"},
      {"0001_init.down.sql", "DROP TABLE a;", "the way back of another tool"},
      {"V1__init.sql", "SELECT 1;", "named like 0001_products.sql"},
      {"0001_a.sql", "SELECT 1;\nSELECT 'gr\xfc\xdf';", "0001_a.sql:2:11: is not UTF-8 (Latin-1?)"},
      {"0001_a.sql", std::string("\xff\xfeS\0", 4), "0001_a.sql: is in UTF-16: save it as UTF-8"},
      {"0001_a.sql", std::string("S\0", 2), "holds a NUL byte"},
      {"0001_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\n",
       "0001_a.sql:1: a schema file runs"},
      {"0001_a.sql", "-- migrate:up transaction:false\n", "0001_a.sql:1: a schema file runs"},
      {"0001_a.sql", "-- +goose ENVSUB ON\n", "0001_a.sql:1: variables of the environment"},
      {"0001_a.sql", "-- +goose Down\nDROP TABLE a;\n", "no \"up\": nothing of it would run"},
      {"20260101_init/migration.sql", "SELECT 1;", "/20260101_init.sql, or the folder to"},
      {"20260101_init/up.SQL", "SELECT 1;", "move it into the schema folder, named like 0001_pro"},
      {"0003_c.sql/a/inner.sql", "x", "0003_c.sql/a/inner.sql: files in folders of the schema"},
  };
  for (const auto& one : kCases) {
    const test::TempFolder folder;
    folder.write(one.name, one.bytes);
    CHECK(has(error_of(folder), one.said));
  }
}

TEST_CASE("links that lead nowhere, pipes and huge files are told and not waited for") {
  const test::TempFolder folder;
  const std::string path = folder.path("0001_a.sql");
  REQUIRE(::symlink("0001_a.sql", path.c_str()) == 0);
  CHECK(has(error_of(folder), "0001_a.sql: Too many levels of symbolic links"));
  std::filesystem::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(has(error_of(folder), "is not a regular file"));
  std::filesystem::remove(path);
  folder.write("0001_a.sql", "");
  std::filesystem::resize_file(path, 3'000'000'000);
  CHECK(has(error_of(folder), "is larger than 64 MiB: bring rows in with prodev import"));
}

TEST_CASE("of a file of another tool only the way forward runs, on its own lines") {
  CHECK(*migration_sql("-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (x);\n"
                       "-- +goose StatementEnd\n-- +goose Down\nDROP TABLE a;\n",
                       "a.sql") ==
        "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (x);\n"
        "-- +goose StatementEnd\n\n\n");
  CHECK(*migration_sql("-- migrate:down\nDROP TABLE a;\n-- migrate:up\r\nCREATE TABLE a (x);",
                       "a.sql") == "\n\n-- migrate:up\r\nCREATE TABLE a (x);");
  CHECK(*migration_sql("--  +MIGRATE up\nSELECT 1;\n--+migrate Down\nSELECT 2;", "a.sql") ==
        "--  +MIGRATE up\nSELECT 1;\n\n");
  CHECK(*migration_sql("-- migrate:up\nCREATE TABLE a (x);\n  \t-- migrate:down\n  DROP TABLE a;",
                       "a.sql") == "-- migrate:up\nCREATE TABLE a (x);\n\n");
  CHECK(*migration_sql(" -- +goose Up\nSELECT 1;\n\t-- +goose Down\r\nSELECT 2;", "a.sql") ==
        " -- +goose Up\nSELECT 1;\n\n");
  CHECK(*migration_sql("\xef\xbb\xbfSELECT 1; -- migrate: down", "a.sql") ==
        "SELECT 1; -- migrate: down");
}

TEST_CASE("a file in which another tool's way back begins is refused at that line") {
  const struct {
    const char* line;
    const char* tool;
  } kMarks[] = {{"-- Down", "npm"},
                {"--down:", "npm"},
                {"-- ==== DOWN ====", "shmig"},
                {"  -- Down Migration\r", "node-pg-migrate"},
                {"---- create above / drop below ----", "tern"},
                {"-- rambler down", "rambler"},
                {"-- +micrate Down", "micrate"},
                {"-- !Downs", "Play"},
                {"-- down.sql --", "Atlas"},
                {"-- //@UNDO", "MyBatis"}};
  for (const auto& mark : kMarks) {
    const std::string sql = "CREATE TABLE a (x);\n" + std::string(mark.line) + "\nDROP TABLE a;\n";
    const auto refused = migration_sql(sql, "a.sql");
    INFO(mark.line);
    REQUIRE(!refused);
    CHECK(has(refused.error().message, "a.sql:2: here the way back of "));
    CHECK(has(refused.error().message, mark.tool));
  }
  for (const char* other :
       {"-- down the road", "-- Up", "-- undo the damage", "SELECT 1; -- down", "/* down */",
        "-- what is above", "--", "-- ---------------", "-- rambler up"})
    CHECK(*migration_sql(other, "a.sql") == other);
}

TEST_CASE("a file counts as without a statement when it is empty or holds comments alone") {
  const test::TempFolder folder;
  folder.write("0001_a.sql", "");
  folder.write("0002_b.sql", "-- to come\n;;\n");
  folder.write("0003_c.sql", "/* x */ SELECT 1");
  folder.write("0004_d.sql", "-- +goose Up\n-- +goose Down\nDROP TABLE a;");
  const auto files = load_migrations(folder.path());
  REQUIRE(files->size() == 4);
  for (size_t i = 0; i < 4; ++i) CHECK((*files)[i].has_statement == (i == 2));
}

TEST_CASE("numbers may be times, as other tools make them") {
  const test::TempFolder folder;
  folder.write("20260101120000_a.sql", "SELECT 1;");
  folder.write("0001_b.sql", "SELECT 1;");
  const auto files = load_migrations(folder.path());
  REQUIRE(files);
  CHECK((*files)[1].number == 20260101120000);
}

}  // namespace prodev::db
