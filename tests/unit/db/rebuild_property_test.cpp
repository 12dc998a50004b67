// Random schemas with every ON DELETE and ON UPDATE, whose tables are made anew in the ways that
// people do it: no row of any other table may change.
#include <array>
#include <fstream>
#include <map>
#include <random>

#include "catch.h"
#include "db/migrations.h"
#include "db/row_statement.h"
#include "db/sql_script.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

constexpr std::array<const char*, 6> kActions{"",        "NO ACTION", "RESTRICT",
                                              "CASCADE", "SET NULL",  "SET DEFAULT"};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  size_t below(size_t bound) { return random_() % bound; }
  bool flip() { return below(2) == 0; }

  // Tables t0, t1, ...: each refers to one or two of those before it, or to itself.
  std::string schema() {
    const size_t tables = 2 + below(4);
    std::string sql;
    for (size_t i = 0; i < tables; ++i) sql += table(i);
    tables_ = tables;
    return sql;
  }

  // Makes one table anew, by SQLite's recipe or by renaming the old one out of the way first.
  std::string rebuild() {
    rebuilt = "t" + std::to_string(below(tables_));
    const std::string& name = rebuilt;
    std::string sql = flip() ? "PRAGMA foreign_keys = OFF;\n" : "";
    if (flip()) sql += "PRAGMA defer_foreign_keys = ON;\n";
    const bool renames_first = below(3) == 0;
    if (renames_first) {
      sql += "PRAGMA legacy_alter_table = ON;\nALTER TABLE " + name + " RENAME TO old_" + name +
             ";\n" + declaration(name, name) + "INSERT INTO " + name + " SELECT * FROM old_" +
             name + ";\nDROP TABLE old_" + name + ";\n";
    } else {
      sql += declaration(name, name + "_new") + "INSERT INTO " + name + "_new SELECT * FROM " +
             name + ";\nDROP TABLE " + name + ";\nALTER TABLE " + name + "_new RENAME TO " + name +
             ";\n";
    }
    if (flip()) sql += "PRAGMA foreign_keys = ON;\n";
    return sql;
  }

  size_t tables() const { return tables_; }
  std::string rebuilt;

 private:
  std::string key_clause(size_t parent) {
    std::string sql = " REFERENCES t" + std::to_string(parent) + "(id)";
    const std::string on_delete = kActions.at(below(kActions.size()));
    const std::string on_update = kActions.at(below(kActions.size()));
    if (!on_delete.empty()) sql += " ON DELETE " + on_delete;
    if (!on_update.empty()) sql += " ON UPDATE " + on_update;
    if (below(4) == 0) sql += " DEFERRABLE INITIALLY DEFERRED";
    return sql;
  }

  std::string table(size_t i) {
    const std::string name = "t" + std::to_string(i);
    std::string columns = "id INTEGER PRIMARY KEY, v TEXT";
    std::string values = "n, 'v' || n";
    const size_t keys = 1 + below(2);
    for (size_t k = 0; k < keys; ++k) {
      columns += ", k" + std::to_string(k) + " INTEGER DEFAULT 1" + key_clause(below(i + 1));
      values += ", 1 + n % 3";
    }
    declarations_[name] = columns;
    return declaration(name, name) +
           "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 5) INSERT "
           "INTO " +
           name + " SELECT " + values + " FROM s;\n";
  }

  std::string declaration(const std::string& table, const std::string& as) {
    return "CREATE TABLE " + as + " (" + declarations_[table] + ");\n";
  }

  std::mt19937 random_;
  size_t tables_ = 0;
  std::map<std::string, std::string> declarations_;
};

std::map<std::string, std::string> contents(Connection& connection, size_t tables) {
  std::map<std::string, std::string> rows;
  for (size_t i = 0; i < tables; ++i) {
    const std::string name = "t" + std::to_string(i);
    RowStatement all = *connection.prepare_rows("SELECT * FROM " + name + " ORDER BY 1");
    for (auto row = all.step(); row && *row; row = all.step()) {
      for (int column = 0; column < all.column_count(); ++column) {
        rows[name] += all.column_is_null(column) ? "NULL" : std::string(all.column_text(column));
        rows[name] += ' ';
      }
    }
  }
  return rows;
}

using Apply = std::function<base::Result<void>(Connection&, const std::vector<MigrationFile>&)>;

// How many of `count` random projects lose or change a row, or cannot be rebuilt.
int harmed(int count, const Apply& apply) {
  int harmed = 0;
  for (int seed = 0; seed < count; ++seed) {
    const test::TempFolder folder;
    Maker maker(static_cast<unsigned>(seed));
    Connection connection = std::move(*Connection::open(":memory:", OpenMode::kCreate));
    folder.write("0001_a.sql", maker.schema());
    REQUIRE(apply(connection, *load_migrations(folder.path())));
    const auto before = contents(connection, maker.tables());
    folder.write("0002_b.sql", maker.rebuild());
    const base::Result<void> rebuilt = apply(connection, *load_migrations(folder.path()));
    if (!rebuilt || contents(connection, maker.tables()) != before) ++harmed;
  }
  return harmed;
}

base::Result<void> apply_now(Connection& connection, const std::vector<MigrationFile>& files) {
  const base::Result<void> applied = apply_migrations(connection, files, [](const auto&) {});
  if (!applied) UNSCOPED_INFO(applied.error().message);
  return applied;
}

// As it was once: each file in a transaction, with foreign keys on.
base::Result<void> apply_with_keys_on(Connection& connection,
                                      const std::vector<MigrationFile>& files) {
  TRY(connection.execute("BEGIN"));
  base::Result<void> outcome = run_script(connection, files.back().sql, files.back().path);
  if (outcome) outcome = connection.execute("COMMIT");
  if (!outcome) (void)connection.execute("ROLLBACK");
  return outcome;
}

}  // namespace

TEST_CASE("a table that is made anew changes no row of any table, whatever its foreign keys do") {
  CHECK(harmed(300, apply_now) == 0);
}

TEST_CASE("rows are lost to random rebuilds when foreign keys act while a file runs") {
  CHECK(harmed(100, apply_with_keys_on) > 50);
}

}  // namespace prodev::db
