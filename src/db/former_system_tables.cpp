#include "db/former_system_tables.h"

#include <array>
#include <string>
#include <string_view>

#include "db/quoted_texts.h"

namespace prodev::db {

namespace {

struct FormerTable {
  std::string_view name;  // without the prefix _prodev_ that it gets
  std::string_view columns;
  std::string_view index_on = {};  // the column of its index; empty: it has none
};

constexpr std::array<FormerTable, 13> kFormerTables{{
    {"_system_migration", "number,name,applied_at"},
    {"_migration", "number,name,digest,applied_at,duration_us"},
    {"_role", "name,built_in"},
    {"_role_member", "member,role", "role"},
    {"_policy", "id,table_name,name,verb,restrictive,using_expression,check_expression"},
    {"_policy_role", "policy_id,role", "role"},
    {"_privilege", "id,table_name,role,verb,scope", "role"},
    {"_privilege_column", "privilege_id,column_name"},
    {"_function",
     "id,name,signature,returns,returns_type,returns_array,returns_set,volatility,strict,row_count,"
     "body",
     "name"},
    {"_function_argument", "function_id,position,name,type,is_array,is_row,default_value"},
    {"_function_column", "function_id,position,name,type,is_array"},
    {"_function_privilege", "function_id,role,granted", "role"},
    {"_comment", "kind,name,column_name,stated,text"},
}};

base::Result<bool> is_former(Connection& connection, const FormerTable& table) {
  TRY_ASSIGN(Statement columns,
             connection.prepare("SELECT group_concat(name, ',') FROM"
                                " (SELECT name FROM pragma_table_info(?) ORDER BY cid)"));
  columns.bind_text(1, table.name);
  TRY(columns.step());
  return columns.column_text(0) == table.columns;
}

// SQLite has no way to rename an index.
base::Result<void> remake_index(Connection& connection, const FormerTable& table) {
  const std::string column(table.index_on);
  const std::string former = std::string(table.name) + "_" + column;
  const std::string present = "_prodev" + former;
  return connection.execute("DROP INDEX IF EXISTS " + former + "; CREATE INDEX " + present +
                            " ON _prodev" + std::string(table.name) + " (" + column + ")");
}

}  // namespace

base::Result<bool> has_former_system_tables(Connection& connection) {
  TRY_ASSIGN(Statement present,
             connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name ="
                                " '_prodev_system_migration'"));
  TRY_ASSIGN(const bool is_present, present.step());
  if (is_present) return false;
  return is_former(connection, kFormerTables.front());
}

base::Result<void> rename_former_system_tables(Connection& connection) {
  for (const FormerTable& table : kFormerTables) {
    TRY_ASSIGN(const bool former, is_former(connection, table));
    if (!former) continue;
    const std::string name(table.name);
    const QuotedTextsScope as_stored(connection);
    TRY(connection.execute("ALTER TABLE " + name + " RENAME TO _prodev" + name));
    if (!table.index_on.empty()) TRY(remake_index(connection, table));
  }
  return {};
}

}  // namespace prodev::db
