// A policy says of a row that is made up what it says of the same row in its table.
#include "query/made_up_rows.h"

#include <sqlite3.h>

#include <random>

#include "catch.h"
#include "db/statement_cache.h"
#include "query/sql_functions.h"
#include "query/value.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

using Words = std::vector<std::string>;

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  bool flip(unsigned one_in) { return random_() % one_in == 0; }
  const std::string& pick(const Words& words) { return words[random_() % words.size()]; }

 private:
  std::mt19937 random_;
};

const Words kTypes = {"INTEGER", "INT",  "TEXT",    "VARCHAR(9)", "REAL",         "DOUBLE",
                      "NUMERIC", "BLOB", "BOOLEAN", "DATE",       "DECIMAL(9,2)", ""};
const Words kStrictTypes = {"INTEGER", "INT", "TEXT", "REAL", "BLOB", "ANY"};
const Words kCollations = {"", "", "COLLATE NOCASE", "COLLATE RTRIM", "COLLATE BINARY"};
const Words kValues = {"NULL",
                       "0",
                       "1",
                       "5",
                       "-7",
                       "9007199254740993",
                       "5.0",
                       "0.1",
                       "1e18",
                       "1e300",
                       "-0.0",
                       "'5'",
                       "'5.0'",
                       "' 5'",
                       "'5 '",
                       "'0x10'",
                       "'1e3'",
                       "'abc'",
                       "'ABC '",
                       "'abc '",
                       "''",
                       "x'35'",
                       "x''",
                       "'1.50'",
                       "9223372036854775807",
                       "'9223372036854775808'"};
const Words kDefaults = {"",
                         "",
                         "DEFAULT 5",
                         "DEFAULT '5'",
                         "DEFAULT 5.0",
                         "DEFAULT 'AbC'",
                         "DEFAULT (2 + 3)",
                         "DEFAULT (lower('ABC'))",
                         "DEFAULT NULL"};
const Words kGenerated = {"a || b",
                          "a + 1",
                          "typeof(b)",
                          "lower(c)",
                          "coalesce(a, c, 'none')",
                          "CASE WHEN a < b THEN c ELSE a END",
                          "a = c"};
const Words kOperands = {"a", "b", "c", "g", "h", "t.a", "t.g", "5", "'5'", "5.0", "'abc'", "NULL"};
const Words kOperators = {"=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT", "LIKE"};
const Words kWhole = {"typeof(a) = 'integer'",
                      "typeof(b) || typeof(c) = 'texttext'",
                      "typeof(g) = typeof(a)",
                      "a IN (5, 'abc')",
                      "b IN (SELECT a FROM t)",
                      "a BETWEEN 1 AND '9'",
                      "length(b) = 3",
                      "a || '' = '5.0'",
                      "quote(c) = '5.0'",
                      "EXISTS (SELECT 1 FROM t AS other WHERE other.b = t.b)",
                      "a",
                      "g",
                      "NOT c",
                      "id > 0",
                      "id IS NULL",
                      "a IN (b, c)",
                      "(a, b) = (b, a)",
                      "b GLOB 'a*'"};

class Fixture {
 public:
  Fixture() {
    REQUIRE(register_functions(connection_));
    REQUIRE(connection_.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"));
  }

  void make_table(Dice& dice) {
    const bool strict = dice.flip(3);
    const Words& types = strict ? kStrictTypes : kTypes;
    std::string sql = "DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER PRIMARY KEY";
    for (const char* name : {"a", "b", "c"}) {
      sql += std::string(", \"") + name + "\" " + dice.pick(types) + " " + dice.pick(kCollations) +
             " " + dice.pick(kDefaults);
    }
    sql += ", g " + dice.pick(types) + " " + dice.pick(kCollations) + " GENERATED ALWAYS AS (" +
           dice.pick(kGenerated) + ") " + (dice.flip(2) ? "STORED" : "VIRTUAL");
    sql += ", h " + dice.pick(types) + " AS (g || 'x')" + (strict ? ") STRICT" : ")");
    usable_ = connection_.execute(sql).has_value();  // a type may be none of a STRICT table
    if (!usable_) return;
    for (int i = 0; i < 3; ++i) {
      (void)connection_.execute("INSERT INTO t (a, b, c) VALUES (" + dice.pick(kValues) + "," +
                                dice.pick(kValues) + "," + dice.pick(kValues) + ")");
    }
    catalog_ = *catalog::Catalog::load(connection_);
  }
  bool usable() const { return usable_; }
  const catalog::Table& table() const { return *catalog_->find("t"); }
  size_t place(std::string_view column) const {
    return static_cast<size_t>(table().find_column(column) - table().columns.data());
  }

  // 1, 0 or -1 for an error.
  int ask(const std::string& sql) {
    base::Result<db::Statement> statement = connection_.prepare(sql);
    if (!statement) UNSCOPED_INFO(sql + ": " + statement.error().message);
    REQUIRE(statement);
    const base::Result<bool> row = statement->step();
    return row ? static_cast<int>(statement->column_int(0)) : -1;
  }
  // The same, of the row that has been written, by the statement that writes it.
  int ask_writing(const std::string& check, int64_t id) {
    const Value number = Value::of_integer(id);
    Condition is_row;
    is_row.kind = Condition::Kind::kComparison;
    is_row.field.column = "id";
    is_row.operands = {std::to_string(id)};
    Condition where;
    where.children = {is_row};
    Returning returning;
    returning.check = check;
    const Outcome<LoweredQuery> update =
        lower_update(no_context(), table(), {{&table().columns[place("id")], number, false}}, where,
                     {}, returning);
    REQUIRE(update);
    db::StatementCache statements(connection_, 1);
    const base::Result<db::RowStatement*> statement = statements.get(update->sql);
    REQUIRE(statement);
    const db::StatementUse use(**statement);
    update->bind(**statement);
    const base::Result<bool> row = (*statement)->step();
    return row ? static_cast<int>((*statement)->column_int(0)) : -1;
  }
  bool run(const std::string& sql) { return connection_.execute(sql).has_value(); }
  int64_t last_id() { return ::sqlite3_last_insert_rowid(connection_.handle()); }

 private:
  test::TempFolder folder_;
  db::Connection connection_ =
      std::move(*db::Connection::open(folder_.path("x.db"), db::OpenMode::kCreate));
  bool usable_ = false;
  std::shared_ptr<const catalog::Catalog> catalog_;
};

std::string expression(Dice& dice) {
  if (dice.flip(3)) return dice.pick(kWhole);
  std::string sql = dice.pick(kOperands) + " " + dice.pick(kOperators) + " " + dice.pick(kOperands);
  if (dice.flip(4)) sql = "NOT (" + sql + ")";
  if (dice.flip(4)) sql += " OR " + dice.pick(kOperands) + " = " + dice.pick(kOperands);
  return sql;
}

// A row to insert: some columns left to their DEFAULT.
struct Given {
  std::string names = "id";
  std::string values = "NULL";
  MadeUpRows rows;
};

Given given(Fixture& fixture, Dice& dice) {
  Given row;
  row.rows.values.resize(fixture.table().columns.size());
  for (const char* name : {"a", "b", "c"}) {
    if (dice.flip(4)) continue;
    const std::string& value = dice.pick(kValues);
    row.names += std::string(",") + name;
    row.values += "," + value;
    row.rows.values[fixture.place(name)] = value;
  }
  return row;
}

}  // namespace

TEST_CASE("a policy says of a new row what it says of it when it is stored") {
  Dice dice(20'240'917);
  Fixture fixture;
  int compared = 0;
  for (int round = 0; round < 120; ++round) {
    fixture.make_table(dice);
    if (!fixture.usable()) continue;
    for (int row = 0; row < 12; ++row) {
      const Given one = given(fixture, dice);
      std::vector<std::pair<std::string, int>> verdicts;
      for (int i = 0; i < 8; ++i) {
        const std::string check = expression(dice);
        // What subqueries find must not depend on whether the row is there.
        const int verdict = fixture.ask(verdict_sql(fixture.table(), one.rows, check));
        verdicts.emplace_back(check, verdict);
      }
      REQUIRE(fixture.run("SAVEPOINT row"));
      const bool stored =
          fixture.run("INSERT INTO t (" + one.names + ") VALUES (" + one.values + ")");
      const int64_t id = fixture.last_id();
      for (const auto& [check, verdict] : verdicts) {
        if (!stored || check.find("SELECT") != std::string::npos) continue;
        INFO("(" << one.names << ") VALUES (" << one.values << "): " << check);
        ++compared;
        CHECK(fixture.ask("SELECT (" + check +
                          ") IS TRUE FROM t WHERE id = " + std::to_string(id)) == verdict);
        if (compared % 4 == 0) CHECK(fixture.ask_writing(check, id) == verdict);
      }
      REQUIRE(fixture.run("ROLLBACK TO row; RELEASE row"));
    }
  }
  CHECK(compared > 3'000);
}

TEST_CASE("a policy says of a changed row what it says of it when it is stored") {
  Dice dice(7);
  Fixture fixture;
  int compared = 0;
  for (int round = 0; round < 120; ++round) {
    fixture.make_table(dice);
    if (!fixture.usable()) continue;
    for (int change = 0; change < 12; ++change) {
      MadeUpRows rows;
      for (const catalog::Column& column : fixture.table().columns)
        rows.values.push_back("\"" + column.name + "\"");
      std::string set;
      for (const char* name : {"a", "b", "c"}) {
        if (dice.flip(2)) continue;
        const std::string& value = dice.pick(kValues);
        set += std::string(set.empty() ? "" : ",") + name + "=" + value;
        rows.values[fixture.place(name)] = value;
      }
      if (set.empty()) continue;
      rows.source = " FROM \"t\" WHERE \"t\".id < 3";
      std::vector<std::pair<std::string, int>> verdicts;
      for (int i = 0; i < 8; ++i) {
        const std::string check = expression(dice);
        if (check.find("SELECT") != std::string::npos) continue;
        verdicts.emplace_back(check, fixture.ask(verdict_sql(fixture.table(), rows, check)));
      }
      REQUIRE(fixture.run("SAVEPOINT row"));
      const bool stored = fixture.run("UPDATE t SET " + set + " WHERE id < 3");
      for (const auto& [check, verdict] : verdicts) {
        if (!stored) continue;
        INFO("SET " << set << ": " << check);
        ++compared;
        CHECK(fixture.ask("SELECT coalesce(min((" + check + ") IS TRUE), 1) FROM t WHERE id < 3") ==
              verdict);
      }
      REQUIRE(fixture.run("ROLLBACK TO row; RELEASE row"));
    }
  }
  CHECK(compared > 3'000);
}

}  // namespace prodev::query
