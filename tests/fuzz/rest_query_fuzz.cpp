// The query string of /rest/v1/TABLE: whatever it says, the statement made from it can be prepared
// and holds nothing but names of the catalog, SQL's own words, and numbered parameters.
#include <algorithm>
#include <array>
#include <string>

#include "catalog/catalog.h"
#include "db/client_rules.h"
#include "db/sql_tokens.h"
#include "pieces.h"
#include "query/lower.h"
#include "rest/grammar.h"
#include "rest/query_string.h"

namespace {

using namespace prodev;
using fuzz::require;

constexpr const char* kSchema =
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, c REAL, d BLOB,"
    "  e INTEGER CHECK (e IN (0, 1)), f TEXT CHECK (json_valid(f)), g);"
    "CREATE TABLE \"odd \"\"name'\" (\"select\" TEXT, \"a,b\" ANY, \"\xc3\xa9)\" INTEGER, "
    "\"x;--\");"
    "CREATE VIRTUAL TABLE s USING fts5 (t, u UNINDEXED);";

struct Database {
  db::Connection connection;
  std::shared_ptr<const catalog::Catalog> catalog;
};

Database& database() {
  static Database opened = [] {
    auto connection = db::Connection::open(":memory:", db::OpenMode::kCreate);
    require(connection.has_value(), "a database in memory opens");
    require(connection->execute(kSchema).has_value(), "tables are made");
    auto loaded = catalog::Catalog::load(*connection);
    require(loaded.has_value(), "the catalog is read");
    db::restrict_to_client_statements(*connection);
    return Database{std::move(*connection), std::move(*loaded)};
  }();
  return opened;
}

// Adds what one parameter of a query string says; false when it cannot be read.
bool apply(const rest::Parameter& parameter, query::Read& read) {
  using Kind = query::Condition::Kind;
  const auto add = [&](query::Outcome<query::Condition> condition) {
    if (condition) read.where.children.push_back(std::move(*condition));
    return condition.has_value();
  };
  if (parameter.name == "select") {
    auto items = rest::parse_select(parameter.value);
    if (items) read.select = std::move(*items);
    return items.has_value();
  }
  if (parameter.name == "order") {
    auto items = rest::parse_order(parameter.value);
    if (items) read.order = std::move(*items);
    return items.has_value();
  }
  if (parameter.name == "columns") return rest::parse_names(parameter.value).has_value();
  if (parameter.name == "limit") {
    read.limit = parameter.value.size();
    return true;
  }
  if (parameter.name == "and") return add(rest::parse_logic(Kind::kAll, false, parameter.value));
  if (parameter.name == "or") return add(rest::parse_logic(Kind::kAny, false, parameter.value));
  if (parameter.name == "not.or") return add(rest::parse_logic(Kind::kAny, true, parameter.value));
  return add(rest::parse_filter(parameter.name, parameter.value));
}

bool is_known_word(std::string_view word) {
  static constexpr std::array kWords = {
      "SELECT", "FROM", "WHERE", "AND",  "OR",     "NOT",    "IS",   "NULL",    "TRUE",
      "FALSE",  "IN",   "GLOB",  "LIKE", "ESCAPE", "ORDER",  "BY",   "DESC",    "NULLS",
      "FIRST",  "LAST", "LIMIT", "CAST", "AS",     "TEXT",   "REAL", "INTEGER", "NUMERIC",
      "CASE",   "WHEN", "THEN",  "ELSE", "END",    "OFFSET", "count"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// A column that `guard` hides is as unknown as one that is not there.
bool is_known_name(const catalog::Table& table, const query::Guard& guard,
                   const std::string& name) {
  if (name == table.name) return true;
  const catalog::Column* column = table.find_column(name);
  return column != nullptr && guard.allows(*column);
}

void check_token(const catalog::Table& table, const query::Guard& guard, const db::SqlToken& token,
                 size_t values) {
  using Kind = db::SqlToken::Kind;
  switch (token.kind) {
    case Kind::kWord:
      return require(is_known_word(token.text), "words are SQL's own");
    case Kind::kQuotedName:
      return require(is_known_name(table, guard, token.value()), "names are the catalog's");
    case Kind::kString:
      return require(token.text == "'\\'" || token.text == "'true'" || token.text == "'false'",
                     "no text of the input is a literal");
    case Kind::kNumber:
      return require(token.text == "0" || token.text == "1", "no number of the input is a literal");
    case Kind::kParameter: {
      require(token.text.size() >= 2 && token.text[0] == '?', "parameters have numbers");
      const size_t number = std::stoul(std::string(token.text.substr(1)));
      return require(number >= static_cast<size_t>(query::kFirstValue) &&
                         number < static_cast<size_t>(query::kFirstValue) + values,
                     "each parameter has a value");
    }
    case Kind::kPunctuation:
      return require(token.text != ";", "there is one statement");
    default:
      return require(false, "the statement has no blobs and no open quotes");
  }
}

void check_statement(const catalog::Table& table, const query::Guard& guard,
                     const query::LoweredQuery& lowered) {
  db::SqlTokens tokens(lowered.sql);
  size_t parameters = 0;
  size_t end = 0;
  for (db::SqlToken token = tokens.next(); token.kind != db::SqlToken::Kind::kEnd;
       token = tokens.next()) {
    const std::string between = lowered.sql.substr(end, token.offset - end);
    require(between.find_first_not_of(' ') == std::string::npos, "there are no comments");
    end = token.offset + token.text.size();
    check_token(table, guard, token, lowered.values.size());
    if (token.kind == db::SqlToken::Kind::kParameter) ++parameters;
  }
  require(end == lowered.sql.size(), "nothing follows the statement");
  require(parameters == lowered.values.size(), "each value is used once");
  require(database().connection.prepare(lowered.sql).has_value(), "the statement can be prepared");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parameters = rest::parse_query_string(text);
  if (!parameters) {
    require(parameters.error().status == 400, "a bad query string is the client's error");
    return 0;
  }
  query::Read read;
  for (const rest::Parameter& parameter : *parameters) {
    if (!apply(parameter, read)) return 0;
  }
  static const std::vector<std::string> kSome = {"id", "b", "select", "t"};
  for (const catalog::Table& table : database().catalog->tables()) {
    for (const query::Guard& guard : {query::Guard{}, query::Guard{{}, &kSome}}) {
      const auto lowered = query::lower_read(table, read, guard);
      if (lowered) check_statement(table, guard, *lowered);
      if (!lowered) require(lowered.error().status / 100 == 4, "a refusal blames the client");
      const auto counted = query::lower_count(table, read.where, guard);
      if (counted) check_statement(table, guard, *counted);
    }
  }
  return 0;
}
