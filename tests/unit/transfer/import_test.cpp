#include "transfer/import.h"

#include <random>

#include "catch.h"
#include "db/sql_tokens.h"
#include "temp_folder.h"
#include "text_pieces.h"
#include "transfer/export.h"

namespace prodev::transfer {
namespace {

constexpr Format kFormats[] = {Format::kCsv, Format::kJsonArray, Format::kJsonLines};

class Database {
 public:
  explicit Database(const std::string& schema)
      : connection(*db::Connection::open(folder_.path("x.db"), db::OpenMode::kCreate)) {
    REQUIRE(connection.execute(schema));
    catalog = *catalog::Catalog::load(connection);
  }

  const catalog::Table& table(std::string_view name) const { return *catalog->find(name); }

  ImportResult import(std::string_view name, const std::string& text, ImportOptions options,
                      size_t piece_bytes = 7) {
    ImportResult result;
    const auto outcome =
        import_rows(connection, table(name), test::in_pieces(text, piece_bytes), options, result);
    error = outcome ? "" : outcome.error().message;
    return result;
  }

  std::string export_as(std::string_view name, Format format) {
    std::string text;
    const auto append = [&](std::string_view piece) -> base::Result<void> {
      text += piece;
      return {};
    };
    REQUIRE(export_rows(connection, table(name), {format, {}}, append));
    return text;
  }

  // Every value with its type, as SQLite writes it in SQL.
  std::string dump(const std::string& name) {
    std::string values;
    for (const catalog::Column& column : table(name).columns) {
      if (column.hidden) continue;
      if (!values.empty()) values += "||','||";
      values += "quote(";
      db::append_name(values, column.name);
      values += ')';
    }
    return text_of("SELECT group_concat(row, ';') FROM (SELECT " + values + " AS row FROM \"" +
                   name + "\" ORDER BY 1)");
  }

  std::string text_of(const std::string& sql) {
    db::Statement statement = *connection.prepare(sql);
    REQUIRE(statement.step());
    return std::string(statement.column_text(0));
  }

 private:
  test::TempFolder folder_;

 public:
  db::Connection connection;
  std::shared_ptr<const catalog::Catalog> catalog;
  std::string error;  // of the last import
};

ImportOptions as(Format format) {
  ImportOptions options;
  options.format = format;
  return options;
}

// Values of every kind, to bind.
class RandomRows {
 public:
  explicit RandomRows(uint32_t seed) : random_(seed) {}

  query::Value next(const catalog::Column& column) {
    if (!column.not_null && pick(5) == 0) return {};
    switch (column.kind) {
      case catalog::ValueKind::kInteger:
        return query::Value::of_integer(integer());
      case catalog::ValueKind::kReal:
        return query::Value::of_real(real());
      case catalog::ValueKind::kNumeric:
        return pick(2) == 0 ? query::Value::of_integer(integer()) : query::Value::of_real(real());
      case catalog::ValueKind::kBoolean:
        return query::Value::of_integer(static_cast<int64_t>(pick(2)));
      case catalog::ValueKind::kBlob:
        return query::Value::of_blob(bytes());
      case catalog::ValueKind::kJson:
        return query::Value::of_text(json());
      case catalog::ValueKind::kTimestamp:
        return query::Value::of_text("2026-01-0" + std::to_string(1 + pick(9)) + "T10:00:00Z");
      default:
        return query::Value::of_text(text());
    }
  }

 private:
  size_t pick(size_t below) { return static_cast<size_t>(random_()) % below; }

  int64_t integer() {
    static constexpr int64_t kNumbers[] = {0, -1, INT64_MAX, INT64_MIN, (int64_t{1} << 53) + 1};
    return pick(2) == 0 ? kNumbers[pick(std::size(kNumbers))] : static_cast<int64_t>(random_());
  }
  double real() {
    static constexpr double kNumbers[] = {0.0, -0.5, 0.1, 1e300, 5e-324, 1e22, 123456789.125};
    return pick(2) == 0 ? kNumbers[pick(std::size(kNumbers))]
                        : std::uniform_real_distribution<double>(-1e6, 1e6)(random_);
  }
  std::string text() {
    static constexpr std::string_view kPieces[] = {
        "a", "\"",   ",", "\n",   "\r\n",         "\r", "\\", "\xc3\xa9", "\xf0\x9f\x98\x80",
        " ", "NULL", "0", "\x1f", "\xe2\x80\xa8", "'",  "{",  "]"};
    std::string out;
    for (size_t n = pick(7); n > 0; --n) out += kPieces[pick(std::size(kPieces))];
    return out;
  }
  std::string bytes() {
    std::string out;
    for (size_t n = pick(9); n > 0; --n) out.push_back(static_cast<char>(random_()));
    return out;
  }
  // Not the text "null", which JSON cannot tell from NULL.
  std::string json() {
    static constexpr std::string_view kTexts[] = {
        "{}",  "[1,{\"a\":[]}]", "\"a\\nb\\u0001\"",
        "1e5", "true",           "{\"n\":9007199254740993, \"t\":\"\xc3\xa9,\"}"};
    return std::string(kTexts[pick(std::size(kTexts))]);
  }

  std::mt19937 random_;
};

constexpr const char* kWide =
    "CREATE TABLE wide (id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, n TEXT NOT NULL, b BLOB,"
    " yes INTEGER CHECK (yes IN (0, 1)), j TEXT CHECK (j IS NULL OR json_valid(j)),"
    " \"odd, \"\"name\" TEXT, twice INTEGER AS (id * 2)) STRICT;"
    "CREATE TABLE loose (k TEXT PRIMARY KEY, amount DECIMAL(10,2), at TIMESTAMP, b BLOB) WITHOUT "
    "ROWID;"
    "CREATE TABLE single (value TEXT);";

void fill(Database& database, const std::string& name, RandomRows& random, int rows) {
  const catalog::Table& table = database.table(name);
  std::vector<const catalog::Column*> columns;
  for (const catalog::Column& column : table.columns) {
    if (!column.generated && !column.hidden && column.name != "id" && column.name != "k")
      columns.push_back(&column);
  }
  const bool keyed = name == "loose";
  if (keyed) columns.insert(columns.begin(), table.find_column("k"));
  const auto insert = query::lower_insert(query::no_context(), table, columns, {}, {});
  REQUIRE(insert);
  db::RowStatement statement = *database.connection.prepare_rows(insert->sql);
  for (int row = 0; row < rows; ++row) {
    std::vector<query::Value> values;
    values.reserve(columns.size());  // the statement refers to them
    for (size_t i = 0; i < columns.size(); ++i) {
      values.push_back(keyed && i == 0 ? query::Value::of_text("key " + std::to_string(row))
                                       : random.next(*columns[i]));
      values.back().bind(statement, query::kFirstValue + static_cast<int>(i));
    }
    const base::Result<bool> done = statement.step();
    CAPTURE(done ? "" : done.error().message);
    REQUIRE(done);
    statement.reset();
  }
}

}  // namespace

namespace {

std::string first_difference(const std::string& now, const std::string& before) {
  size_t at = 0;
  while (at < now.size() && at < before.size() && now[at] == before[at]) ++at;
  if (at == now.size() && at == before.size()) return "";
  const size_t from = at < 60 ? 0 : at - 60;
  return now.substr(from, 120) + " was " + before.substr(from, 120);
}

}  // namespace

TEST_CASE("what an export holds, an import gives back") {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    RandomRows random(seed);
    Database database(kWide);
    for (const std::string name : {"wide", "loose", "single"}) {
      fill(database, name, random, 60);
      const std::string before = database.dump(name);
      for (const Format format : kFormats) {
        CAPTURE(seed, name, static_cast<int>(format));
        const std::string text = database.export_as(name, format);
        REQUIRE(database.connection.execute("DELETE FROM " + name));
        CHECK(database.import(name, text, as(format), 1 + seed * 50).rows == 60);
        CHECK(database.error.empty());
        CHECK(first_difference(database.dump(name), before) == "");
      }
    }
  }
}

TEST_CASE("an export of no rows can be imported") {
  Database database(kWide);
  for (const Format format : kFormats) {
    CHECK(database.import("wide", database.export_as("wide", format), as(format)).rows == 0);
    CHECK(database.error.empty());
  }
}

TEST_CASE("a file that was damaged anywhere is taken whole, or by skipped rows, or not at all") {
  RandomRows random(3);
  Database database(kWide);
  fill(database, "wide", random, 12);
  std::mt19937 damage(11);
  for (const Format format : kFormats) {
    const std::string text = database.export_as("wide", format);
    const std::string before = database.dump("wide");
    int failures = 0;
    for (int round = 0; round < 400; ++round) {
      std::string damaged = text;
      for (int n = 0; n < 3; ++n) {
        damaged[damage() % damaged.size()] =
            "\"\n,{}[]\\\0\xff"
            "0:x"[damage() % 12];
      }
      if (round % 5 == 0) damaged.resize(damage() % damaged.size());
      ImportOptions options = as(format);
      options.on_conflict = query::OnConflict::Action::kMerge;
      options.skip_rejected = round % 2 == 0;
      options.dry_run = true;
      database.import("wide", damaged, options, 1 + damage() % 64);
      failures += database.error.empty() ? 0 : 1;
      REQUIRE(database.dump("wide") == before);
    }
    CHECK(failures > 50);
  }
  CHECK(database.text_of("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a key that an object lacks gets the column's default, and null is NULL") {
  Database database("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'd', b TEXT) STRICT;");
  database.import("t", "{\"b\":\"x\"}\n{\"a\":null}\n{}\n{\"b\":\"y\",\"a\":\"z\"}\n",
                  as(Format::kJsonLines));
  CHECK(database.error.empty());
  CHECK(database.dump("t") == "1,'d','x';2,NULL,NULL;3,'d',NULL;4,'z','y'");
}

TEST_CASE("more members than a row may have reject it") {
  Database database("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT;");
  std::string text = "{";
  for (size_t i = 0; i < kMaxFields + 1; ++i) text += "\"\":0,";
  text.back() = '}';
  database.import("t", text, as(Format::kJsonLines), 100'000);
  CHECK(database.error == "line 1: more than 32766 members");
}

TEST_CASE("batches are kept, and the rest is not") {
  Database database("CREATE TABLE t (a INTEGER) STRICT;");
  ImportOptions options = as(Format::kCsv);
  options.batch_rows = 2;
  const ImportResult result = database.import("t", "a\n1\n2\n3\n4\n5\nx\n", options);
  CHECK(database.error.starts_with("line 7: invalid input syntax for type bigint: \"x\""));
  CHECK(result.kept == 4);
  CHECK(database.text_of("SELECT group_concat(a) FROM t") == "1,2,3,4");
  options.dry_run = true;
  CHECK(database.import("t", "a\n1\n2\n3\n", options).kept == 0);
  CHECK(database.text_of("SELECT count(*) FROM t") == "4");
}

TEST_CASE("rejected rows come with their line, reason and text") {
  Database database("CREATE TABLE t (a INTEGER, b TEXT) STRICT;");
  ImportOptions options = as(Format::kCsv);
  options.skip_rejected = true;
  std::vector<std::string> told;
  options.on_rejected = [&](const Rejected& one) -> base::Result<void> {
    told.push_back(std::to_string(one.line) + " " + one.text);
    return {};
  };
  const ImportResult result = database.import("t", "a,b\n1,x\n\"y\n\",\"\"\n3,\n\nz\n", options);
  CHECK(result.rows == 2);
  CHECK(result.rejected == 2);
  CHECK(told == std::vector<std::string>{"3 \"y\n\",\"\"", "7 z"});
  options.on_rejected = [](const Rejected&) {
    return base::fail(base::Code::kUnavailable, "full");
  };
  database.import("t", "a\nx\n", options);
  CHECK(database.error == "full");
}

}  // namespace prodev::transfer
