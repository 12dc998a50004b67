#include "base/clock.h"
#include "catch.h"
#include "db/reader.h"
#include "db/statement_watch.h"
#include "query/regular_expression.h"
#include "query/sql_functions.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

constexpr int64_t kSecond_ns = 1'000'000'000;

// A table "t" with one text of 8,000,000 letters.
std::string database(const test::TempFolder& folder) {
  const std::string path = folder.path("x.db");
  auto connection = db::Connection::open(path, db::OpenMode::kCreate);
  REQUIRE(connection);
  REQUIRE(connection->execute(
      "CREATE TABLE t (long TEXT, part TEXT);"
      "INSERT INTO t VALUES (printf('%.*c', 8000000, 'a'), printf('%.*cb', 4000000, 'a'));"));
  return path;
}

base::Result<int64_t> ask(db::Reader& reader, std::string_view sql, int64_t time_ns) {
  reader.set_deadline(base::monotonic_ns() + time_ns);
  TRY_ASSIGN(db::RowStatement * statement, reader.statements().get(sql));
  const db::StatementUse use(*statement);
  TRY(statement->step());
  return statement->column_int(0);
}

const std::string kUnderscores(480, '_');
const std::string kExpensive[] = {
    "SELECT long LIKE '%a" + kUnderscores + "b%' FROM t",
    "SELECT long GLOB '*a" + std::string(480, '?') + "b*' FROM t",
    "SELECT long LIKE '%a" + kUnderscores + "!%%' ESCAPE '!' FROM t",
};

}  // namespace

TEST_CASE("one call of LIKE or GLOB ends at the deadline of its statement") {
  const test::TempFolder folder;
  const auto reader = db::Reader::open(database(folder), register_functions);
  REQUIRE(reader);
  for (const std::string& sql : kExpensive) {
    INFO(sql);
    const int64_t begun_ns = base::monotonic_ns();
    const auto result = ask(**reader, sql, kSecond_ns / 20);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == base::Code::kTimeout);
    CHECK(base::monotonic_ns() - begun_ns < kSecond_ns);
  }
}

TEST_CASE("a reader of a loop begins nothing that depends on a long text") {
  const test::TempFolder folder;
  const auto reader =
      db::Reader::open(database(folder), register_functions, nullptr, db::kLoopLimits);
  REQUIRE(reader);
  for (const char* sql : {"SELECT long LIKE 'b%' FROM t", "SELECT _match('b', long) FROM t",
                          "SELECT instr(long, 'b') FROM t", "SELECT long FROM t",
                          "SELECT 1 FROM t WHERE long = 'a'"}) {
    INFO(sql);
    const auto result = ask(**reader, sql, kSecond_ns);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == base::Code::kTooLarge);
  }
  // Each text is short, and there are many.
  const auto many = ask(**reader,
                        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 100)"
                        " SELECT sum(_match('a.{50}c', printf('%.*c', 10000, 'a'))) FROM n",
                        60 * kSecond_ns);
  REQUIRE_FALSE(many);
  CHECK(many.error().code == base::Code::kTimeout);
}

TEST_CASE("a regular expression is not begun on a text that it is too long for") {
  const test::TempFolder folder;
  const auto reader = db::Reader::open(database(folder), register_functions);
  REQUIRE(reader);
  const auto refused = ask(**reader, "SELECT _match('a.{50}c', long) FROM t", kSecond_ns);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kTooLarge);
  CHECK(refused.error().message.find("too long for a text of 8000000 bytes") != std::string::npos);
  CHECK(ask(**reader, "SELECT _match('^a', long) FROM t", 60 * kSecond_ns) == 1);
  CHECK(ask(**reader, "SELECT _imatch('^A', 'a')", kSecond_ns) == 1);
  CHECK(ask(**reader, "SELECT _match('^a.b$', 'a' || char(10) || 'b')", kSecond_ns) == 1);
  CHECK(ask(**reader, "SELECT _match('^a', NULL) IS NULL", kSecond_ns) == 1);
}

TEST_CASE("a long part is looked for in a long text in time that grows with their lengths alone") {
  const test::TempFolder folder;
  const auto reader = db::Reader::open(database(folder), register_functions);
  REQUIRE(reader);
  CHECK(ask(**reader, "SELECT instr(long, part) FROM t", 10 * kSecond_ns) == 0);
  CHECK(ask(**reader, "SELECT instr('h\xc3\xa9llo', 'l')", kSecond_ns) == 3);
  CHECK(ask(**reader, "SELECT instr(x'00c3a9', x'a9')", kSecond_ns) == 3);
  CHECK(ask(**reader, "SELECT instr('a', '')", kSecond_ns) == 1);
  CHECK(ask(**reader, "SELECT instr(NULL, 'a') IS NULL", kSecond_ns) == 1);
}

}  // namespace prodev::query
