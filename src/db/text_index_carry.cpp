#include "db/text_index_carry.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "db/small_queries.h"
#include "db/sql_tokens.h"

namespace prodev::db {

namespace {

// The tables in which FTS5 or FTS4 keeps an index: "doc_words_data" and so on.
base::Result<std::vector<std::string>> parts_of(Connection& connection, const TableShape& index) {
  return load_strings(connection,
                      "SELECT substr(name, length(?1) + 1) FROM " + index.schema +
                          ".sqlite_schema WHERE type = 'table'"
                          " AND substr(name, 1, length(?1)) = ?1 COLLATE NOCASE AND"
                          " substr(name, length(?1) + 1) IN ('_data', '_idx', '_docsize',"
                          " '_config', '_segments', '_segdir', '_stat') ORDER BY 1",
                      {index.name});
}

std::string part_name(const TableShape& index, const std::string& part) {
  return index.schema + "." + quoted_name(index.name + part);
}

base::Result<bool> has_more(Connection& connection, const std::string& a, const std::string& b) {
  TRY_ASSIGN(const int64_t more, load_number(connection, "SELECT EXISTS (SELECT * FROM " + a +
                                                             " EXCEPT SELECT * FROM " + b + ")"));
  return more != 0;
}

base::Result<bool> is_same_index(Connection& connection, const TableShape& one,
                                 const TableShape& other) {
  TRY_ASSIGN(const auto parts, parts_of(connection, one));
  TRY_ASSIGN(const auto other_parts, parts_of(connection, other));
  if (parts != other_parts || one.declaration != other.declaration) return false;
  for (const std::string& part : parts) {
    const std::string a = part_name(one, part);
    const std::string b = part_name(other, part);
    TRY_ASSIGN(const bool more, has_more(connection, a, b));
    TRY_ASSIGN(const bool less, has_more(connection, b, a));
    if (more || less) return false;
  }
  return true;
}

// For as long as it lives, SQLite lets the parts of virtual tables be written.
class PartsWritable {
 public:
  explicit PartsWritable(Connection& connection) : connection_(connection) { set(0); }
  ~PartsWritable() { set(1); }
  PartsWritable(const PartsWritable&) = delete;
  PartsWritable& operator=(const PartsWritable&) = delete;

 private:
  void set(int is_defensive) {
    ::sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_DEFENSIVE, is_defensive, nullptr);
  }

  Connection& connection_;
};

base::Result<void> copy_index(Connection& target, const TableStates& states) {
  TRY_ASSIGN(const auto parts, parts_of(target, states.is));
  const PartsWritable writable(target);
  for (const std::string& part : parts) {
    const std::string to = part_name(states.target, part);
    TRY(target.execute("DELETE FROM " + to));
    TRY(target.execute("INSERT INTO " + to + " SELECT * FROM " + part_name(states.is, part)));
  }
  return {};
}

}  // namespace

base::Result<int64_t> changed_in_index(Connection& connection, const TableShape& was,
                                       const TableShape& is) {
  TRY_ASSIGN(const bool same, is_same_index(connection, was, is));
  if (same) return 0;
  // FTS5 lists its rows, but for columnsize=0, and a row may change without a change of the list.
  const std::string was_rows = "SELECT * FROM " + part_name(was, "_docsize");
  const std::string is_rows = "SELECT * FROM " + part_name(is, "_docsize");
  const base::Result<int64_t> listed = load_number(
      connection, "SELECT (SELECT count(*) FROM (" + is_rows + " EXCEPT " + was_rows +
                      ")) + (SELECT count(*) FROM (" + was_rows + " EXCEPT " + is_rows + "))");
  return std::max<int64_t>(listed.value_or(1), 1);
}

base::Result<CarriedRows> carry_text_index(Connection& target, const TableStates& states) {
  CarriedRows rows{states.is.name};
  TRY_ASSIGN(const int64_t changed, changed_in_index(target, states.was, states.is));
  if (changed == 0) return rows;
  TRY_ASSIGN(const bool same, is_same_index(target, states.was, states.target));
  if (same) {
    TRY(copy_index(target, states));
    rows.kept = changed;
    return rows;
  }
  rows.lost = changed;
  rows.why = "it keeps no text, and what the file makes of it is different now: fill it anew";
  return rows;
}

base::Result<void> rebuild_text_index(Connection& target, const TableShape& index) {
  return target.execute("INSERT INTO " + index.sql_name() + " (" + quoted_name(index.name) +
                        ") VALUES ('rebuild')");
}

}  // namespace prodev::db
