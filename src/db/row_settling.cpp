#include "db/row_settling.h"

#include <set>

#include "db/small_queries.h"
#include "db/transaction.h"
#include "text/join.h"

namespace prodev::db {

namespace {

constexpr const char* kRows = "temp._prodev_settling";

std::string value_name(size_t column) { return "c" + std::to_string(column); }

// A row that the table does not take, or something that has to end all of it?
bool is_refusal(const base::Error& error) {
  return error.code == base::Code::kConflict || error.code == base::Code::kBadInput;
}

class RowSettling {
 public:
  RowSettling(Connection& connection, const RowTable& table)
      : connection_(connection), table_(table) {}

  // The rows wait in a table of their own, numbered from 1: what they are read from may be the
  // table into which they go.
  base::Result<void> load(const std::string& rows) {
    std::vector<std::string> names;
    for (size_t i = 0; i < table_.columns.size(); ++i) names.push_back(value_name(i));
    TRY(connection_.execute(std::string("DROP TABLE IF EXISTS ") + kRows));
    TRY(connection_.execute("CREATE TEMP TABLE _prodev_settling (" + text::joined(names) + ")"));
    TRY(connection_.execute(std::string("INSERT INTO ") + kRows + " SELECT " + rows));
    TRY_ASSIGN(count_, load_number(connection_, std::string("SELECT count(*) FROM ") + kRows));
    return {};
  }

  base::Result<SettledRows> insert() {
    TRY_ASSIGN(Statement insert, connection_.prepare(insert_sql(0)));
    const size_t first = table_.is_number_optional ? 1 : 0;
    TRY_ASSIGN(Statement insert_anywhere, connection_.prepare(insert_sql(first)));
    for (int64_t row = 1; row <= count_; ++row) {
      TRY_ASSIGN(bool done, run(insert, row));
      if (!done && table_.is_number_optional) {
        TRY_ASSIGN(done, run(insert_anywhere, row));
      }
      if (!done) refused_.insert(row);
    }
    return end();
  }

  // Without the rows that are to be replaced, those that fit fit in any order. A row that does not
  // has to stay, and may then be in the way of others: so all of it begins again without that one.
  base::Result<SettledRows> replace() {
    constexpr int kRounds = 20;
    for (int round = 0; round < kRounds; ++round) {
      const size_t refused = refused_.size();
      Savepoint all(connection_, "settling");
      TRY(all.begun());
      TRY(replace_others());
      if (refused_.size() > refused) continue;
      TRY(all.release());
      return end();
    }
    return update();
  }

 private:
  // INSERT OR ABORT INTO t ("a", "b") SELECT c0, c1 FROM temp._prodev_settling WHERE rowid = ?1
  std::string insert_sql(size_t first) const {
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (size_t i = first; i < table_.columns.size(); ++i) {
      names.push_back(table_.columns[i]);
      values.push_back(value_name(i));
    }
    return "INSERT OR ABORT INTO " + table_.name + " (" + text::joined(names) + ") SELECT " +
           text::joined(values) + " FROM " + kRows + " WHERE rowid = ?1";
  }

  // The row of the table that has the key of the row ?1. A row's number is never NULL, and FTS5
  // finds a row by "=" alone.
  std::string same_key() const {
    std::vector<std::string> pairs;
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      for (const std::string& key : table_.key) {
        if (table_.columns[i] == key)
          pairs.push_back(key + (key.front() == '"' ? " IS " : " = ") + "(SELECT " + value_name(i) +
                          " FROM " + kRows + " WHERE rowid = ?1)");
      }
    }
    return text::joined(pairs, " AND ");
  }

  base::Result<bool> run(Statement& statement, int64_t row) {
    statement.reset();
    statement.bind_int(1, row);
    const base::Result<bool> done = statement.step();
    if (done) return true;
    if (!is_refusal(done.error())) return tl::make_unexpected(done.error());
    why_ = done.error().message;
    return false;
  }

  base::Result<void> replace_others() {
    TRY_ASSIGN(Statement remove,
               connection_.prepare("DELETE FROM " + table_.name + " WHERE " + same_key()));
    TRY_ASSIGN(Statement insert, connection_.prepare(insert_sql(0)));
    std::vector<int64_t> rows;
    for (int64_t row = 1; row <= count_; ++row)
      if (!refused_.contains(row)) rows.push_back(row);
    for (const int64_t row : rows) TRY(run(remove, row));
    for (const int64_t row : rows) {
      TRY_ASSIGN(const bool done, run(insert, row));
      if (!done) refused_.insert(row);
    }
    return {};
  }

  // One after the other, for rows that stand in each other's way in a chain of too many links.
  base::Result<SettledRows> update() {
    refused_.clear();
    for (int64_t row = 1; row <= count_; ++row) {
      Savepoint one(connection_, "settling");
      TRY(one.begun());
      TRY_ASSIGN(Statement remove,
                 connection_.prepare("DELETE FROM " + table_.name + " WHERE " + same_key()));
      TRY(run(remove, row));
      TRY_ASSIGN(Statement insert, connection_.prepare(insert_sql(0)));
      TRY_ASSIGN(const bool done, run(insert, row));
      if (!done) refused_.insert(row);
      if (done) TRY(one.release());
    }
    return end();
  }

  base::Result<SettledRows> end() {
    TRY(connection_.execute(std::string("DROP TABLE ") + kRows));
    const auto refused = static_cast<int64_t>(refused_.size());
    return SettledRows{count_ - refused, refused, why_};
  }

  Connection& connection_;
  const RowTable& table_;
  int64_t count_ = 0;
  std::set<int64_t> refused_;
  std::string why_;
};

}  // namespace

base::Result<SettledRows> insert_rows(Connection& connection, const RowTable& table,
                                      const std::string& rows) {
  RowSettling settling(connection, table);
  TRY(settling.load(rows));
  return settling.insert();
}

base::Result<SettledRows> replace_rows(Connection& connection, const RowTable& table,
                                       const std::string& rows) {
  RowSettling settling(connection, table);
  TRY(settling.load(rows));
  return settling.replace();
}

}  // namespace prodev::db
