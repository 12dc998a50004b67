#include "query/wildcards.h"

#include <random>
#include <string>

#include "catch.h"
#include "db/connection.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

const GiveUp kNever = [] { return false; };

std::string random_text(std::mt19937& random, const std::vector<std::string>& pieces, size_t most) {
  std::string text;
  for (size_t left = random() % (most + 1); left > 0; --left)
    text += pieces[random() % pieces.size()];
  return text;
}

// SQLite's own functions, on a connection that has none of ours.
class Oracle {
 public:
  Oracle()
      : connection_(std::move(*db::Connection::open(folder_.path("x.db"), db::OpenMode::kCreate))) {
  }

  bool holds(const std::string& sql, const std::string& pattern, const std::string& text) {
    auto statement = connection_.prepare(sql);
    REQUIRE(statement);
    statement->bind_text(1, pattern);
    statement->bind_text(2, text);
    REQUIRE(statement->step());
    return statement->column_int(0) == 1;
  }

 private:
  test::TempFolder folder_;
  db::Connection connection_;
};

const std::vector<std::string> kLetters = {"a",        "b", "A", "B", "z",    "\xc3\xa9",
                                           "\xc3\x89", "-", "]", "^", "[",    "%",
                                           "_",        "*", "?", "!", "\xff", "\xe2\x82"};

}  // namespace

TEST_CASE("LIKE says what SQLite's says") {
  std::vector<std::string> pieces = kLetters;
  for (const char* wild : {"%", "%", "_", "_", "!", "a"}) pieces.emplace_back(wild);
  std::mt19937 random(1);
  Oracle oracle;
  size_t held = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = random_text(random, pieces, 7);
    const std::string text = random_text(random, kLetters, 8);
    const bool expected = oracle.holds("SELECT ?2 LIKE ?1", pattern, text);
    held += expected ? 1 : 0;
    INFO(pattern << " / " << text);
    CHECK(WildcardPattern::like(pattern, 0).matches(text, kNever) == expected);
    for (const auto& [sql, escape] : {std::pair("SELECT ?2 LIKE ?1 ESCAPE '!'", U'!'),
                                      std::pair("SELECT ?2 LIKE ?1 ESCAPE '%'", U'%'),
                                      std::pair("SELECT ?2 LIKE ?1 ESCAPE '_'", U'_')}) {
      CHECK(WildcardPattern::like(pattern, escape).matches(text, kNever) ==
            oracle.holds(sql, pattern, text));
    }
  }
  CHECK(held > 500);
}

TEST_CASE("GLOB says what SQLite's says") {
  std::vector<std::string> pieces = kLetters;
  for (const char* wild : {"*", "*", "?", "[a-c]", "[^a]", "[]a]", "[^]b-]", "[", "]", "a-b"})
    pieces.emplace_back(wild);
  std::mt19937 random(2);
  Oracle oracle;
  size_t held = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string pattern = random_text(random, pieces, 6);
    const std::string text = random_text(random, kLetters, 8);
    const bool expected = oracle.holds("SELECT ?2 GLOB ?1", pattern, text);
    held += expected ? 1 : 0;
    INFO(pattern << " / " << text);
    CHECK(WildcardPattern::glob(pattern).matches(text, kNever) == expected);
  }
  CHECK(held > 500);
}

TEST_CASE("a pattern that would take long on a text is given up when that is asked for") {
  const std::string pattern = "*a" + std::string(480, '?') + "b*";
  const std::string text(1'000'000, 'a');
  int asked = 0;
  const auto result =
      WildcardPattern::glob(pattern).matches(text, [&asked] { return ++asked == 10; });
  CHECK_FALSE(result);
  CHECK(asked == 10);
}

}  // namespace prodev::query
