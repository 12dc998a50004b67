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
#include "query/sql_functions.h"
#include "rest/query_parameters.h"

namespace {

using namespace prodev;
using fuzz::require;

constexpr const char* kSchema =
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, c REAL, d BLOB,"
    "  e INTEGER CHECK (e IN (0, 1)), f TEXT CHECK (json_valid(f)), g);"
    "CREATE TABLE \"odd \"\"name'\" (\"select\" TEXT, \"a,b\" ANY, \"\xc3\xa9)\" INTEGER, "
    "\"x;--\");"
    "CREATE TABLE k (a INTEGER REFERENCES a, o INTEGER REFERENCES k (a) UNIQUE, n JSON,"
    "  PRIMARY KEY (a, o));"
    "CREATE TABLE j (a INTEGER REFERENCES a, k INTEGER REFERENCES k (o), x TEXT,"
    "  PRIMARY KEY (a, k));"
    "CREATE VIRTUAL TABLE s USING fts5 (t, u UNINDEXED, content='a', content_rowid='id');";

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
    require(query::register_functions(*connection).has_value(), "functions are registered");
    db::restrict_to_client_statements(*connection);
    return Database{std::move(*connection), std::move(*loaded)};
  }();
  return opened;
}

bool is_known_word(std::string_view word) {
  static constexpr std::array kWords = {"SELECT",
                                        "FROM",
                                        "WHERE",
                                        "AND",
                                        "OR",
                                        "NOT",
                                        "IS",
                                        "NULL",
                                        "TRUE",
                                        "FALSE",
                                        "IN",
                                        "GLOB",
                                        "LIKE",
                                        "ESCAPE",
                                        "ORDER",
                                        "BY",
                                        "DESC",
                                        "NULLS",
                                        "FIRST",
                                        "LAST",
                                        "LIMIT",
                                        "CAST",
                                        "AS",
                                        "TEXT",
                                        "REAL",
                                        "INTEGER",
                                        "NUMERIC",
                                        "CASE",
                                        "WHEN",
                                        "THEN",
                                        "ELSE",
                                        "END",
                                        "OFFSET",
                                        "count",
                                        "EXISTS",
                                        "JOIN",
                                        "ON",
                                        "GROUP",
                                        "MATCH",
                                        "sum",
                                        "avg",
                                        "min",
                                        "max",
                                        "date",
                                        "time",
                                        "round",
                                        "lower",
                                        "COLLATE",
                                        "rowid",
                                        "_json_row",
                                        "_json_rows",
                                        "_json_value",
                                        "_json_text",
                                        "_json_key",
                                        "_json_contains",
                                        "_json_overlaps",
                                        "_match",
                                        "_imatch"};
  // Aliases: _1 of a table, c0 of a column.
  const bool is_alias = (word[0] == '_' || word[0] == 'c') && word.size() > 1 &&
                        word.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return is_alias || std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

const std::vector<std::string>& some_columns() {
  static const std::vector<std::string> kSome = {"id", "b", "select", "t", "f", "a", "n"};
  return kSome;
}

// A column that the guards hide everywhere is as unknown as one that is not there.
bool is_known_name(bool guarded, const std::string& name) {
  for (const catalog::Table& table : database().catalog->tables()) {
    if (name == table.name) return true;
    const catalog::Column* column = table.find_column(name);
    if (column == nullptr) continue;
    if (!guarded || query::Guard{{}, &some_columns()}.allows(*column)) return true;
  }
  return false;
}

// What casts to and from booleans compare with.
bool is_known_string(std::string_view literal) {
  static constexpr std::array kStrings = {"'\\'",  "'true'", "'false'", "'t'", "'f'",
                                          "'yes'", "'no'",   "'y'",     "'n'", "'on'",
                                          "'off'", "'1'",    "'0'"};
  return std::find(kStrings.begin(), kStrings.end(), literal) != kStrings.end();
}

void check_token(bool guarded, const db::SqlToken& token, size_t values) {
  using Kind = db::SqlToken::Kind;
  switch (token.kind) {
    case Kind::kWord:
      return require(is_known_word(token.text), "words are SQL's own");
    case Kind::kQuotedName:
      return require(is_known_name(guarded, token.value()), "names are the catalog's");
    case Kind::kString:
      return require(is_known_string(token.text), "no text of the input is a literal");
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

void check_statement(bool guarded, const query::LoweredQuery& lowered) {
  db::SqlTokens tokens(lowered.sql);
  size_t end = 0;
  bool grouping = false;
  for (db::SqlToken token = tokens.next(); token.kind != db::SqlToken::Kind::kEnd;
       token = tokens.next()) {
    const std::string between = lowered.sql.substr(end, token.offset - end);
    require(between.find_first_not_of(' ') == std::string::npos, "there are no comments");
    end = token.offset + token.text.size();
    if (token.is_word("GROUP")) grouping = true;
    if (token.is_word("ORDER") || token.is_word("LIMIT") || token.is(')')) grouping = false;
    // GROUP BY names results by their places.
    const bool is_place = grouping && token.kind == db::SqlToken::Kind::kNumber;
    if (!is_place) check_token(guarded, token, lowered.values.size());
  }
  require(end == lowered.sql.size(), "nothing follows the statement");
  require(database().connection.prepare(lowered.sql).has_value(), "the statement can be prepared");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parameters = rest::parse_query_string(text);
  if (!parameters) {
    require(parameters.error().status == 400, "a bad query string is the client's error");
    return 0;
  }
  rest::QueryParameters parsed;
  const auto done = rest::parse_query_parameters(std::move(*parameters), parsed);
  if (!done) {
    require(done.error().status / 100 == 4, "a refusal blames the client");
    return 0;
  }
  for (const catalog::Table& table : database().catalog->tables()) {
    for (const query::Guard& guard : {query::Guard{}, query::Guard{{}, &some_columns()}}) {
      const bool guarded = guard.columns != nullptr;
      const query::Context context{*database().catalog,
                                   [&](const catalog::Table&) { return guard; },
                                   [](const catalog::Function&) { return true; }};
      const auto lowered = query::lower_read(context, table, parsed.read, guard);
      if (lowered) check_statement(guarded, *lowered);
      if (!lowered) {
        const int status = lowered.error().status;
        require(status / 100 == 4 || status == 300, "a refusal blames the client");
      }
      const auto counted = query::lower_count(context, table, parsed.read, guard);
      if (counted) check_statement(guarded, *counted);
    }
  }
  return 0;
}
