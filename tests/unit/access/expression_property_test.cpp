// Whatever an expression holds: when it is accepted, SQLite reads it as one operand.
#include <random>

#include "access/expression.h"
#include "catch.h"

namespace prodev::access {
namespace {

// Pieces that end or begin something, in our tokens or in SQLite's.
const std::vector<std::string> kPieces = {
    "(",
    ")",
    "--",
    "/*",
    "*/",
    "'",
    "''",
    "\"",
    "[",
    "]",
    "`",
    "0X1e",
    "0x1e",
    "1e",
    "1.",
    ".5",
    "-",
    "+",
    "\n",
    "\r",
    "\f",
    "\v",
    " ",
    ";",
    ",",
    "$",
    "::",
    ":",
    "?",
    "@",
    "#",
    "x'",
    "x'ab'",
    ".",
    "\\",
    "/",
    "*",
    "{",
    "a",
    "b",
    "1",
    "0",
    " OR ",
    " AND ",
    "'a'",
    "\"a\"",
    "[a]",
    "`a`",
    "NOT ",
    "= ",
    "\x7f",
    "auth.uid()",
    "\xEF\xBB\xBF",
    "1) OR (1",
};
const std::vector<std::string> kSound = {
    "a = 1",          "1",    "(a OR b)", "a IN (SELECT a FROM t)",
    "coalesce(a, 0)", "0X1e", "'x' = a",  "NOT b",
};

std::string random_expression(std::mt19937& random) {
  const auto pick = [&](size_t below) {
    return std::uniform_int_distribution<size_t>(0, below - 1)(random);
  };
  std::string text = kSound[pick(kSound.size())];
  while (pick(3) == 0) text += (pick(2) == 0 ? " OR " : " AND ") + kSound[pick(kSound.size())];
  for (size_t i = 0, count = pick(4); i < count; ++i)
    text.insert(pick(text.size() + 1), kPieces[pick(kPieces.size())]);
  return text;
}

int64_t count_rows(db::Connection& connection, const std::string& condition) {
  auto rows = connection.prepare("SELECT count(*) FROM t WHERE " + condition);
  INFO(condition);
  REQUIRE(rows);
  REQUIRE(*rows->step());
  return rows->column_int(0);
}

}  // namespace

TEST_CASE("an accepted expression never reaches outside its parentheses") {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(connection.execute("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 0), (0, 1), (2, 2)"));
  std::mt19937 random(7);
  size_t accepted = 0, refused_by_sqlite = 0, refused_by_us = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::string source = random_expression(random);
    const auto lowered = lower_expression(source);
    if (!lowered) {
      ++refused_by_us;
      continue;
    }
    if (!check_expression(connection, "t", *lowered)) {
      ++refused_by_sqlite;
      continue;
    }
    ++accepted;
    INFO(source << "\n" << lowered->sql);
    // What stands beside it decides alone, on either side.
    REQUIRE(count_rows(connection, "(" + lowered->sql + ") AND 0") == 0);
    REQUIRE(count_rows(connection, "0 AND (" + lowered->sql + ")") == 0);
    REQUIRE(count_rows(connection, "(" + lowered->sql + ") OR 1") == 3);
    REQUIRE(count_rows(connection, "1 OR (" + lowered->sql + ")") == 3);
  }
  CHECK(accepted > 10'000);
  CHECK(refused_by_sqlite > 5'000);
  CHECK(refused_by_us > 5'000);
}

}  // namespace prodev::access
