// Filters and orders of times against an oracle: random times in random spellings, with an index on
// the stored texts, among values that are no times.
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <random>

#include "catch.h"
#include "query/date_time.h"
#include "query/lower.h"
#include "query/sql_functions.h"
#include "rest/grammar.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

class Times {
 public:
  std::string next() {
    std::string text = "2026-03-" + two(pick(1, 6));
    if (pick(0, 9) == 0) return text;
    text += pick(0, 1) == 0 ? "T" : " ";
    text += two(pick(0, 23)) + ":" + two(15 * pick(0, 3));
    if (pick(0, 2) > 0) text += ":" + two(pick(0, 1) * 30);
    if (text.size() > 16 && pick(0, 2) == 0) text += "." + std::to_string(pick(0, 9));
    static constexpr const char* kZones[] = {"",       "",      "Z",      "+00:00",
                                             "+01:00", "-0930", "+14:59", "-14:59"};
    return text + kZones[pick(0, 7)];
  }

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

 private:
  std::mt19937 random_{20260301};
};

struct Row {
  int64_t id = 0;
  std::optional<std::string> key;  // NULL: none
  double number = 0;
  bool is_number = false;

  auto rank() const { return std::make_tuple(!is_number, number, key.value_or("")); }
};

// A table of `count` rows and what is in it.
struct Project {
  test::TempFolder folder;
  db::Connection connection =
      std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
  std::shared_ptr<const catalog::Catalog> catalog;
  std::vector<Row> rows;
  Times times;

  explicit Project(int count, bool odd_values) {
    REQUIRE(register_functions(connection));
    REQUIRE(connection.execute(
        "CREATE TABLE ev (id INTEGER PRIMARY KEY, at TIMESTAMP); CREATE INDEX ev_at ON ev (at);"));
    for (int i = 1; i <= count; ++i) add(i, odd_values ? times.pick(0, 19) : 19);
    catalog = *catalog::Catalog::load(connection);
  }

  void add(int64_t id, int what) {
    Row row{id, {}, 0, false};
    std::string value = "NULL";
    if (what == 1) {
      row.is_number = true;
      row.number = times.pick(0, 2'000'000'000);
      row.key.emplace();
      value = std::to_string(static_cast<int64_t>(row.number));
    } else if (what > 1) {
      const std::string text = what == 2 ? "soon" : times.next();
      row.key = time_key(text).value_or(text);
      value = "'" + text + "'";
    }
    rows.push_back(row);
    REQUIRE(connection.execute("INSERT INTO ev VALUES (" + std::to_string(id) + "," + value + ")"));
  }

  std::vector<int64_t> ids(Read read) {
    read.select.emplace_back().field.column = "id";
    const auto lowered = lower_read(no_context(), *catalog->find("ev"), read, {});
    REQUIRE(lowered);
    db::RowStatement statement = std::move(*connection.prepare_rows(lowered->sql));
    lowered->bind(statement);
    std::vector<int64_t> found;
    while (*statement.step()) found.push_back(statement.column_int(0));
    return found;
  }

  std::string plan(Read read) {
    read.select.emplace_back().field.column = "id";
    const auto lowered = lower_read(no_context(), *catalog->find("ev"), read, {});
    db::RowStatement statement =
        std::move(*connection.prepare_rows("EXPLAIN QUERY PLAN " + lowered->sql));
    std::string steps;
    while (*statement.step()) steps.append(statement.column_text(3)).append("\n");
    return steps;
  }
};

bool passes(const Row& row, std::string_view op, const std::string& key) {
  if (!row.key) return false;
  const Row operand{0, key, 0, false};
  const auto left = row.rank();
  const auto right = operand.rank();
  if (op == "eq") return left == right;
  if (op == "neq") return left != right;
  if (op == "gt") return left > right;
  if (op == "gte") return left >= right;
  return op == "lt" ? left < right : left <= right;
}

}  // namespace

TEST_CASE("times that are read without work are read alike") {
  Times times;
  int plain = 0;
  const auto check = [&](const std::string& text) {
    CAPTURE(text);
    PlainKey key;
    if (!plain_time_key(text, key)) return;
    ++plain;
    CHECK(time_key(text) == std::string(key.data(), key.size()));
  };
  for (int i = 0; i < 2'000; ++i) check(times.next());
  CHECK(plain > 200);
  for (const char* day : {"2026-02-28", "2026-02-29", "2024-02-29", "2026-02-30", "2026-04-31",
                          "2026-12-31", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32"}) {
    for (const char* clock :
         {"00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:00:60", "12:00", "12:00:00.",
          "12:00:00.1", "12:00:00.123456", "12:00:00.1234567", "12:00:0x", "12:00:00.12x"}) {
      for (const char* zone : {"", "Z", "ZZ", "+00:00", "z", " "}) {
        check(std::string(day) + "T" + clock + zone);
        check(std::string(day) + " " + clock + zone);
        check(std::string(day) + "t" + clock + zone);
      }
    }
  }
  PlainKey key;
  CHECK(plain_time_key("2026-11-28T08:00:00.000Z", key));
  CHECK(plain_time_key("2026-11-28 08:00:00", key));
}

TEST_CASE("a filter finds the times that it should, whatever the spellings") {
  Project project(400, true);
  for (int i = 0; i < 60; ++i) {
    const std::string text = project.times.next();
    for (const char* op : {"eq", "neq", "gt", "gte", "lt", "lte"}) {
      CAPTURE(op, text);
      Read read;
      read.where.children.push_back(
          *rest::parse_filter({"at", {}, false}, std::string(op) + "." + text));
      read.order = *rest::parse_order("id");
      std::vector<int64_t> expected;
      for (const Row& row : project.rows) {
        if (passes(row, op, *time_key(text))) expected.push_back(row.id);
      }
      CHECK(project.ids(read) == expected);
    }
  }
}

TEST_CASE("a window of rows by time is the right one, whatever the spellings") {
  for (const bool odd_values : {true, false}) {
    Project project(300, odd_values);
    for (const char* order : {"at", "at.desc", "at.nullsfirst", "at.desc.nullslast"}) {
      const bool descending = std::string_view(order).find("desc") != std::string_view::npos;
      const bool nulls_first =
          std::string_view(order).find("nullsfirst") != std::string_view::npos ||
          std::string_view(order) == "at.desc";
      std::vector<Row> sorted = project.rows;
      std::stable_sort(sorted.begin(), sorted.end(), [&](const Row& a, const Row& b) {
        if (a.key.has_value() != b.key.has_value()) return a.key.has_value() != nulls_first;
        return descending ? a.rank() > b.rank() : a.rank() < b.rank();
      });
      for (const uint64_t limit : {1, 4, 40, 290}) {
        for (const uint64_t offset : {0, 9}) {
          CAPTURE(order, limit, offset, odd_values);
          Read read;
          read.order = *rest::parse_order(std::string(order) + ",id");
          read.limit = limit;
          read.offset = offset;
          std::vector<int64_t> expected;
          for (size_t i = offset; i < sorted.size() && i < limit + offset; ++i)
            expected.push_back(sorted[i].id);
          CHECK(project.ids(read) == expected);
        }
      }
    }
  }
}

TEST_CASE("the first and the last of times are the right ones, among all and among some") {
  for (const bool odd_values : {true, false}) {
    Project project(300, odd_values);
    for (const char* filter : {"gt.0", "gt.250", "eq.7", "gt.999"}) {
      for (const Aggregate aggregate : {Aggregate::kMin, Aggregate::kMax}) {
        CAPTURE(filter, odd_values, static_cast<int>(aggregate));
        Read read;
        read.where.children.push_back(*rest::parse_filter({"id", {}, false}, filter));
        std::vector<Row> rows;
        const std::vector<int64_t> ids = project.ids(read);
        for (const Row& row : project.rows) {
          if (row.key && std::find(ids.begin(), ids.end(), row.id) != ids.end())
            rows.push_back(row);
        }
        const auto by_rank = [](const Row& a, const Row& b) { return a.rank() < b.rank(); };
        const auto expected = aggregate == Aggregate::kMin
                                  ? std::min_element(rows.begin(), rows.end(), by_rank)
                                  : std::max_element(rows.begin(), rows.end(), by_rank);
        SelectItem item;
        item.field.column = "at";
        item.aggregate = aggregate;
        read.select.push_back(item);
        const auto lowered = lower_read(no_context(), *project.catalog->find("ev"), read, {});
        db::RowStatement statement = std::move(*project.connection.prepare_rows(lowered->sql));
        lowered->bind(statement);
        REQUIRE(*statement.step());
        CHECK(statement.column_is_null(0) == rows.empty());
        if (rows.empty()) continue;
        const std::string found(statement.column_text(0));
        CHECK(time_key(found).value_or(found) == (expected->is_number ? found : *expected->key));
        if (expected->is_number) CHECK(std::stod(found) == expected->number);
      }
    }
  }
}

TEST_CASE("times are found and windows of them are read by an index on the texts") {
  Project project(50, false);
  Read filtered;
  filtered.where.children.push_back(
      *rest::parse_filter({"at", {}, false}, "gte.2026-03-03T00:00:00Z"));
  CHECK(project.plan(filtered).find("SEARCH ev USING COVERING INDEX ev_at (at>?)") !=
        std::string::npos);
  Read last;
  last.order = *rest::parse_order("at.desc");
  last.limit = 20;
  const std::string plan = project.plan(last);
  CHECK(plan.find("ev_at (at>?)") != std::string::npos);
  CHECK(plan.find("SCAN ev") == std::string::npos);
}

TEST_CASE("of the rows around a window only those in it are read from the table") {
  Project project(0, false);
  REQUIRE(project.connection.execute(
      "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) "
      "INSERT INTO ev SELECT n, strftime('%Y-%m-%dT%H:%M:%fZ', 1772000000 + n, 'unixepoch') FROM "
      "n"));
  static int asked;
  asked = 0;
  ::sqlite3_create_function_v2(
      project.connection.handle(), "_ask", 1, SQLITE_UTF8, nullptr,
      [](sqlite3_context* context, int, sqlite3_value**) {
        ++asked;
        ::sqlite3_result_int(context, 1);
      },
      nullptr, nullptr, nullptr);
  Guard guard;
  guard.rows = "_ask(id)";
  Read read;
  read.select.emplace_back().field.column = "id";
  read.order = *rest::parse_order("at.desc");
  read.limit = 20;
  const auto lowered = lower_read(no_context(), *project.catalog->find("ev"), read, guard);
  REQUIRE(lowered);
  db::RowStatement statement = std::move(*project.connection.prepare_rows(lowered->sql));
  lowered->bind(statement);
  std::vector<int64_t> found;
  while (*statement.step()) found.push_back(statement.column_int(0));
  REQUIRE(found.size() == 20);
  CHECK(found.front() == 5000);
  CHECK(found.back() == 4981);
  CHECK(asked <= 60);
}

TEST_CASE("equal times are one group, whatever their spellings") {
  Project project(400, true);
  Read read;
  SelectItem count;
  count.aggregate = Aggregate::kCount;
  read.select.emplace_back().field.column = "at";
  read.select.push_back(count);
  read.order = *rest::parse_order("at");
  const auto lowered = lower_read(no_context(), *project.catalog->find("ev"), read, {});
  REQUIRE(lowered);
  db::RowStatement statement = std::move(*project.connection.prepare_rows(lowered->sql));
  lowered->bind(statement);
  std::map<std::string, int64_t> expected;
  for (const Row& row : project.rows) {
    if (row.key && !row.is_number) ++expected[*row.key];
  }
  std::map<std::string, int64_t> found;
  while (*statement.step()) {
    if (::sqlite3_column_type(statement.handle(), 0) != SQLITE_TEXT) continue;
    const std::string text(statement.column_text(0));
    const auto inserted = found.emplace(time_key(text).value_or(text), statement.column_int(1));
    CHECK(inserted.second);
  }
  CHECK(found == expected);
}

}  // namespace prodev::query
