// What filters look into and for: JSON values, and queries of a full-text search.
//
// The first byte says which operator; up to a NUL follows the stored value, then the operand.
#include <sqlite3.h>

#include <string>

#include "db/connection.h"
#include "db/row_statement.h"
#include "pieces.h"
#include "query/json_containment.h"
#include "query/json_path.h"
#include "query/text_query.h"
#include "text/json_reader.h"

namespace {

using namespace prodev;
using fuzz::require;

bool never(uint64_t) { return false; }

void look_into(std::string_view json) {
  const std::string compact = query::compact_json(json);
  require(text::is_json(compact), "without white space it is still JSON");
  require(query::compact_json(compact) == compact, "white space goes at once");
  require(query::json_contains(json, json, false, never) == true, "a value holds itself");
  require(query::json_contains(json, compact, false, never) == true,
          "white space is of no account");
  for (const int64_t index : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
    const auto element = query::find_in_json(json, {{}, index, true});
    require(!element || text::is_json(*element), "what a path leads to is JSON");
    require(!element || query::json_overlaps(json, json, false, never) == true,
            "an array that is not empty overlaps itself");
  }
}

void compare(std::string_view json, std::string_view part) {
  const auto exact = query::json_contains(json, part, false, never);
  require(exact.has_value(), "nothing is given up that is not asked to be");
  (void)query::json_contains(json, part, true, never);
  require(query::json_overlaps(json, part, false, never) ==
              query::json_overlaps(part, json, false, never),
          "arrays overlap each other");
  (void)query::find_in_json(json, {part, 0, false});
}

// Words only: nothing that a client writes may be an error of FTS5, or an operator of its own.
void search(query::Operator op, std::string_view text) {
  static db::Connection connection = [] {
    auto opened = db::Connection::open(":memory:", db::OpenMode::kCreate);
    require(opened.has_value(), "a database in memory opens");
    require(opened
                ->execute("CREATE VIRTUAL TABLE t USING fts5(a, b);"
                          "INSERT INTO t VALUES ('one two', 'three')")
                .has_value(),
            "a table is made");
    return std::move(*opened);
  }();
  const auto words = query::text_query_of(op, text);
  if (!words) return;
  auto statement = connection.prepare_rows("SELECT 1 FROM t WHERE t MATCH ?1");
  require(statement.has_value(), "a search can be prepared");
  statement->bind_text_view(1, words->match);
  require(statement->step().has_value(), "a query that was taken is one of FTS5's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t end = text.find('\0');
  const std::string_view stored = text.substr(0, end);
  if (text::is_json(stored)) look_into(stored);
  if (end != std::string_view::npos) compare(stored, text.substr(end + 1));
  constexpr query::Operator kSearches[] = {query::Operator::kTextQuery, query::Operator::kPlainText,
                                           query::Operator::kPhrase, query::Operator::kWebSearch};
  search(kSearches[data[0] % 4], text);
  return 0;
}
