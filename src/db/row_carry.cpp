#include "db/row_carry.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <optional>

#include "db/reference_check.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "db/table_shape.h"
#include "db/transaction.h"

namespace prodev::db {

namespace {

// SQLite's own tables, and the system's that hold what schema files say. What else the system keeps
// (for the server, about its users) is data as any other.
bool is_made_by_files(std::string_view name) {
  if (!is_system_table(name)) return false;
  for (const std::string_view part :
       {"sqlite_", "_prodev_migration", "_prodev_system_migration", "_prodev_role",
        "_prodev_policy", "_prodev_privilege", "_prodev_function", "_prodev_comment"}) {
    if (name.starts_with(part)) return true;
  }
  return false;
}

base::Result<std::vector<std::string>> tables_of(Connection& connection, std::string_view schema) {
  TRY_ASSIGN(std::vector<std::string> tables,
             load_strings(connection,
                          "SELECT name FROM pragma_table_list WHERE schema = ?1 AND type = 'table'"
                          " ORDER BY name",
                          {schema}));
  std::erase_if(tables, [](const std::string& name) { return is_made_by_files(name); });
  return tables;
}

// The pieces of SQL that are about one table, in the three states: `main`, `was` and `is`.
class TableCarry {
 public:
  TableCarry(Connection& target, std::string table)
      : target_(target), result_{std::move(table), 0, 0, {}} {}

  base::Result<CarriedRows> run(const std::vector<std::string>& was_tables,
                                const std::vector<std::string>& main_tables) {
    const auto has = [&](const std::vector<std::string>& tables) {
      return std::find(tables.begin(), tables.end(), result_.table) != tables.end();
    };
    if (!has(was_tables)) {
      TRY_ASSIGN(result_.lost, load_number(target_, "SELECT count(*) FROM is_." + name()));
      result_.why = "no schema file makes the table";
      return result_;
    }
    if (!has(main_tables)) {
      const auto changed =
          load_number(target_, "SELECT count(*) FROM (SELECT * FROM is_." + name() +
                                   " EXCEPT SELECT * FROM was_." + name() + ")");
      // Columns that were added by hand cannot be compared.
      result_.lost = changed.value_or(1);
      result_.why = "the table is gone";
      return result_;
    }
    TRY(load());
    if (has_key_in_target_) {
      TRY(remove());
      TRY(change());
    } else {
      TRY(count_unknown());
    }
    TRY(insert());
    return result_;
  }

 private:
  std::string name() const { return quoted_name(result_.table); }

  base::Result<void> load() {
    TRY_ASSIGN(const auto main_columns, columns_of(target_, "main", result_.table));
    TRY_ASSIGN(const auto was_columns, columns_of(target_, "was_", result_.table));
    TRY_ASSIGN(columns_, columns_of(target_, "is_", result_.table));
    const auto lacks = [](const std::vector<std::string>& columns, const std::string& column) {
      return std::find(columns.begin(), columns.end(), column) == columns.end();
    };
    std::erase_if(columns_, [&](const std::string& column) {
      return lacks(main_columns, column) || lacks(was_columns, column);
    });
    TRY_ASSIGN(key_, key_of(target_, "is_", result_.table));
    TRY_ASSIGN(const auto main_key, key_of(target_, "main", result_.table));
    TRY_ASSIGN(const auto was_key, key_of(target_, "was_", result_.table));
    if (was_key != key_) key_.clear();
    has_key_in_target_ = !key_.empty() && main_key == key_;
    return {};
  }

  // "x.id IS y.id AND ...", or by rowid.
  std::string same_key(const std::string& x, const std::string& y) const {
    if (key_.empty()) return x + "._rowid_ = " + y + "._rowid_";
    std::string sql;
    for (const std::string& column : key_) {
      sql += sql.empty() ? "" : " AND ";
      sql += x + "." + quoted_name(column) + " IS " + y + "." + quoted_name(column);
    }
    return sql;
  }
  std::string list(const std::string& before = "") const {
    std::string sql;
    for (const std::string& column : columns_)
      sql += (sql.empty() ? "" : ", ") + before + quoted_name(column);
    return sql;
  }

  // Runs `sql` for `wanted` rows; those that it does not touch, or all when it fails, are lost.
  base::Result<void> run_for(int64_t wanted, const std::string& sql, const char* why) {
    if (wanted == 0) return {};
    const base::Result<void> done = target_.execute(sql);
    const int64_t kept = done ? static_cast<int64_t>(target_.changed_rows()) : 0;
    result_.kept += std::min(kept, wanted);
    if (kept >= wanted) return {};
    result_.lost += wanted - kept;
    result_.why = why;
    return {};
  }

  base::Result<void> insert() {
    const std::string rows = " FROM is_." + name() + " AS x WHERE NOT EXISTS (SELECT 1 FROM was_." +
                             name() + " AS w WHERE " + same_key("w", "x") + ")";
    TRY_ASSIGN(const int64_t wanted, load_number(target_, "SELECT count(*)" + rows));
    return run_for(
        wanted,
        "INSERT OR IGNORE INTO main." + name() + " (" + list() + ") SELECT " + list("x.") + rows,
        "a key is taken, or a constraint does not hold");
  }

  // Rows that were changed or deleted and cannot be found in the target.
  base::Result<void> count_unknown() {
    std::string same = same_key("w", "i");
    for (const std::string& column : columns_)
      same += " AND i." + quoted_name(column) + " IS w." + quoted_name(column) + " COLLATE BINARY";
    TRY_ASSIGN(const int64_t unknown,
               load_number(target_, "SELECT count(*) FROM was_." + name() +
                                        " AS w WHERE NOT EXISTS (SELECT 1 FROM is_." + name() +
                                        " AS i WHERE " + same + ")"));
    if (unknown == 0) return {};
    result_.lost += unknown;
    result_.why = "changed or deleted rows are not known again without their primary key";
    return {};
  }

  base::Result<void> remove() {
    const std::string gone = " EXISTS (SELECT 1 FROM was_." + name() + " AS w WHERE " +
                             same_key("w", "x") + ") AND NOT EXISTS (SELECT 1 FROM is_." + name() +
                             " AS i WHERE " + same_key("i", "x") + ")";
    TRY_ASSIGN(const int64_t wanted,
               load_number(target_, "SELECT count(*) FROM main." + name() + " AS x WHERE" + gone));
    return run_for(wanted, "DELETE FROM main." + name() + " AS x WHERE" + gone,
                   "rows could not be deleted");
  }

  // UPDATE OR IGNORE main.t AS t SET c = iif(i.c IS NOT w.c COLLATE BINARY, i.c, t.c), ...
  //   FROM is_.t AS i JOIN was_.t AS w ON w.id IS i.id WHERE t.id IS i.id AND (i.c IS NOT w.c ...
  //   OR ...)
  base::Result<void> change() {
    std::string set;
    std::string differs;
    for (const std::string& column : columns_) {
      if (std::find(key_.begin(), key_.end(), column) != key_.end()) continue;
      const std::string one = quoted_name(column);
      const std::string changed = "i." + one + " IS NOT w." + one + " COLLATE BINARY";
      set +=
          (set.empty() ? "" : ", ") + one + " = iif(" + changed + ", i." + one + ", t." + one + ")";
      differs += (differs.empty() ? "" : " OR ") + changed;
    }
    if (set.empty()) return {};
    const std::string pairs = " FROM is_." + name() + " AS i JOIN was_." + name() + " AS w ON " +
                              same_key("w", "i") + " WHERE (" + differs + ")";
    TRY_ASSIGN(const int64_t wanted, load_number(target_, "SELECT count(*)" + pairs));
    return run_for(wanted,
                   "UPDATE OR IGNORE main." + name() + " AS t SET " + set + pairs + " AND " +
                       same_key("t", "i"),
                   "the row is gone, or a constraint does not hold");
  }

  Connection& target_;
  CarriedRows result_;
  std::vector<std::string> columns_;  // that all three have
  std::vector<std::string> key_;      // before and now; empty: there is none
  bool has_key_in_target_ = false;    // the same
};

// Rows that refer to rows that were not carried go, and those that refer to these.
base::Result<void> remove_dangling(Connection& target, const References& before,
                                   std::map<std::string, CarriedRows>& carried) {
  constexpr int kDepth = 20;
  for (int round = 0; round < kDepth; ++round) {
    TRY_ASSIGN(const References now, load_references(target));
    bool any = false;
    for (const DanglingReference& one : new_dangling(before, now)) {
      if (one.kind != DanglingReference::Kind::kRow || !one.row_id) continue;
      TRY(target.execute("DELETE FROM main." + quoted_name(one.table) +
                         " WHERE _rowid_ = " + std::to_string(*one.row_id)));
      CarriedRows& rows = carried[one.table];
      if (rows.table.empty()) rows.table = one.table;
      ++rows.lost;
      if (rows.kept > 0) --rows.kept;
      rows.why = "they refer to a row of " + one.parent + " that is not there";
      any = true;
    }
    if (!any) return {};
  }
  return {};
}

base::Result<void> rebuild_text_indexes(Connection& target) {
  TRY_ASSIGN(const auto tables,
             load_strings(target,
                          "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
                          " AND sql LIKE 'CREATE VIRTUAL TABLE%' AND sql LIKE '%fts5%'"
                          " AND sql LIKE '%content%=%'"));
  for (const std::string& table : tables) {
    // One without contents cannot be rebuilt, and says so.
    (void)target.execute("INSERT INTO main." + quoted_name(table) + " (" + quoted_name(table) +
                         ") VALUES ('rebuild')");
  }
  return {};
}

// Numbers that AUTOINCREMENT has given are not given again.
base::Result<void> carry_sequences(Connection& target) {
  for (const char* schema : {"main", "is_"}) {
    TRY_ASSIGN(const int64_t there,
               load_number(target, std::string("SELECT count(*) FROM ") + schema +
                                       ".sqlite_schema WHERE name ="
                                       " 'sqlite_sequence'"));
    if (there == 0) return {};
  }
  return target.execute(
      "UPDATE main.sqlite_sequence AS s SET seq = max(s.seq, i.seq) FROM is_.sqlite_sequence AS i"
      " WHERE i.name = s.name");
}

base::Result<std::vector<CarriedRows>> carry_attached(Connection& target) {
  TRY_ASSIGN(const auto is_tables, tables_of(target, "is_"));
  TRY_ASSIGN(const auto was_tables, tables_of(target, "was_"));
  TRY_ASSIGN(const auto main_tables, tables_of(target, "main"));
  TRY_ASSIGN(const References before, load_references(target));
  std::map<std::string, CarriedRows> carried;
  for (const std::string& table : is_tables) {
    TRY_ASSIGN(CarriedRows rows, TableCarry(target, table).run(was_tables, main_tables));
    carried[table] = std::move(rows);
  }
  TRY(remove_dangling(target, before, carried));
  TRY(carry_sequences(target));
  TRY(rebuild_text_indexes(target));
  std::vector<CarriedRows> result;
  for (auto& [table, rows] : carried)
    if (rows.kept > 0 || rows.lost > 0) result.push_back(std::move(rows));
  return result;
}

base::Result<std::vector<CarriedRows>> carry_in_transaction(Connection& target) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(target));
  TRY_ASSIGN(std::vector<CarriedRows> carried, carry_attached(target));
  TRY(transaction.commit());
  return carried;
}

base::Result<void> attach(Connection& target, const std::string& path, const char* schema) {
  TRY_ASSIGN(Statement attach, target.prepare(std::string("ATTACH ? AS ") + schema));
  attach.bind_text(1, path);
  TRY(attach.step());
  return {};
}

}  // namespace

base::Result<std::vector<CarriedRows>> carry_rows(Connection& target, const std::string& was_path,
                                                  const std::string& is_path) {
  TRY(attach(target, was_path, "was_"));
  TRY(attach(target, is_path, "is_"));
  TRY(target.execute("PRAGMA foreign_keys = OFF"));
  ::sqlite3_db_config(target.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  auto carried = carry_in_transaction(target);
  ::sqlite3_db_config(target.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
  (void)target.execute("PRAGMA foreign_keys = ON; DETACH was_; DETACH is_");
  return carried;
}

}  // namespace prodev::db
