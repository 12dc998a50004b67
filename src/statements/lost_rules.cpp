#include "statements/lost_rules.h"

#include <algorithm>
#include <set>

#include "access/system_tables.h"
#include "db/schema_number.h"
#include "db/transaction.h"
#include "statements/stored_rules.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::statements {
namespace {

base::Result<void> end_rules_of_tables(db::Connection& connection, StoredRules& rules,
                                       std::vector<std::string>& notes) {
  TRY_ASSIGN(const std::vector<std::string> tables, rules.without_object());
  for (const std::string& table : tables) {
    TRY_ASSIGN(const std::vector<std::string> ended, rules.end(table));
    if (ended.empty()) continue;
    TRY_ASSIGN(const bool is_there,
               access::SystemTables(connection)
                   .exists("SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view')"
                           " AND name = ?1 COLLATE NOCASE",
                           {table}));
    TRY_ASSIGN(const bool is_view, rules.is_view(table));
    const std::string what = !is_there ? "there is no " + table + " any more"
                             : is_view ? table + " was a table and is a view now"
                                       : table + " was a view and is a table now";
    notes.push_back(what + ": its rules end: " + text::joined(ended));
  }
  return {};
}

base::Result<void> end_rules_of_columns(db::Connection& connection, StoredRules& rules,
                                        std::vector<std::string>& notes) {
  TRY_ASSIGN(const std::vector<std::string> tables, rules.with_columns());
  for (const std::string& table : tables) {
    TRY_ASSIGN(const std::vector<std::string> columns, columns_of(connection, table));
    if (columns.empty()) continue;
    TRY_ASSIGN(const std::set<std::string> named, rules.named_columns(table));
    for (const std::string& column : named) {
      const bool present = std::any_of(columns.begin(), columns.end(), [&](const auto& one) {
        return text::equal_ignoring_case(one, column);
      });
      if (present) continue;
      TRY_ASSIGN(const std::vector<std::string> ended, rules.end_column(table, column));
      if (!ended.empty())
        notes.push_back(table + " has no column " + column +
                        " any more: this ends: " + text::joined(ended));
    }
  }
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> end_lost_rules(db::Connection& connection) {
  StoredRules rules(connection);
  std::vector<std::string> notes;
  TRY(end_rules_of_tables(connection, rules, notes));
  TRY(end_rules_of_columns(connection, rules, notes));
  return notes;
}

base::Result<std::vector<std::string>> find_and_end_lost_rules(db::Connection& connection) {
  StoredRules rules(connection);
  TRY_ASSIGN(const bool present, rules.present());
  if (!present) return std::vector<std::string>();
  TRY_ASSIGN(const std::vector<std::string> tables, rules.without_object());
  TRY_ASSIGN(const std::vector<std::string> columns, rules.without_column());
  if (tables.empty() && columns.empty()) return std::vector<std::string>();
  TRY_ASSIGN(db::Transaction transaction, db::Transaction::begin(connection));
  TRY_ASSIGN(std::vector<std::string> notes, end_lost_rules(connection));
  TRY(db::raise_schema_number(connection));
  TRY(transaction.commit());
  return notes;
}

}  // namespace prodev::statements
