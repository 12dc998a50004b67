#include "cli/row_difference.h"

#include <algorithm>

#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "db/table_shape.h"

namespace prodev::cli {
namespace {

base::Result<std::vector<std::string>> tables_of(db::Connection& connection,
                                                 std::string_view schema) {
  TRY_ASSIGN(
      std::vector<std::string> tables,
      db::load_strings(connection,
                       "SELECT name FROM pragma_table_list WHERE schema = ?1 AND type = 'table'"
                       " ORDER BY name",
                       {schema}));
  std::erase_if(tables, [](const std::string& name) { return db::is_system_table(name); });
  return tables;
}

base::Result<int64_t> count(db::Connection& connection, const std::string& sql) {
  return db::load_number(connection, "SELECT count(*) FROM " + sql);
}

base::Result<RowDifference> compare(db::Connection& connection, const std::string& table) {
  TRY_ASSIGN(const auto columns, db::columns_of(connection, "main", table));
  TRY_ASSIGN(const auto was_columns, db::columns_of(connection, "was_", table));
  TRY_ASSIGN(const auto key, db::key_of(connection, "main", table));
  TRY_ASSIGN(const auto was_key, db::key_of(connection, "was_", table));
  const std::string now = "main." + db::quoted_name(table);
  const std::string was = "was_." + db::quoted_name(table);
  RowDifference rows{table, 0, 0, 0};
  if (key != was_key) {
    TRY_ASSIGN(rows.added, count(connection, now));
    TRY_ASSIGN(rows.removed, count(connection, was));
    return rows;
  }
  std::string same = key.empty() ? "n._rowid_ = w._rowid_" : "";
  for (const std::string& column : key)
    same += (same.empty() ? "n." : " AND n.") + db::quoted_name(column) + " IS w." +
            db::quoted_name(column);
  std::string differs;
  for (const std::string& column : columns) {
    if (std::find(was_columns.begin(), was_columns.end(), column) == was_columns.end()) continue;
    differs += (differs.empty() ? "n." : " OR n.") + db::quoted_name(column) + " IS NOT w." +
               db::quoted_name(column) + " COLLATE BINARY";
  }
  const auto only_in = [&](const std::string& one, const std::string& other) {
    return one + " WHERE NOT EXISTS (SELECT 1 FROM " + other + " WHERE " + same + ")";
  };
  TRY_ASSIGN(rows.added, count(connection, only_in(now + " AS n", was + " AS w")));
  TRY_ASSIGN(rows.removed, count(connection, only_in(was + " AS w", now + " AS n")));
  if (!differs.empty()) {
    TRY_ASSIGN(rows.changed, count(connection, now + " AS n JOIN " + was + " AS w ON " + same +
                                                   " WHERE " + differs));
  }
  return rows;
}

base::Result<std::vector<RowDifference>> compare_attached(db::Connection& connection) {
  TRY_ASSIGN(const auto tables, tables_of(connection, "main"));
  TRY_ASSIGN(const auto was_tables, tables_of(connection, "was_"));
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  std::vector<RowDifference> differences;
  for (const std::string& table : tables) {
    RowDifference rows{table, 0, 0, 0};
    if (has(was_tables, table)) {
      TRY_ASSIGN(rows, compare(connection, table));
    } else {
      TRY_ASSIGN(rows.added, count(connection, "main." + db::quoted_name(table)));
    }
    differences.push_back(std::move(rows));
  }
  for (const std::string& table : was_tables) {
    if (has(tables, table)) continue;
    TRY_ASSIGN(const int64_t removed, count(connection, "was_." + db::quoted_name(table)));
    differences.push_back({table, 0, removed, 0});
  }
  std::erase_if(differences, [](const RowDifference& one) {
    return one.added == 0 && one.removed == 0 && one.changed == 0;
  });
  return differences;
}

}  // namespace

base::Result<std::vector<RowDifference>> row_differences(db::Connection& connection,
                                                         const std::string& was_path) {
  {
    TRY_ASSIGN(db::Statement attach, connection.prepare("ATTACH ? AS was_"));
    attach.bind_text(1, was_path);
    TRY(attach.step());
  }
  auto differences = compare_attached(connection);
  TRY(connection.execute("DETACH was_"));
  return differences;
}

}  // namespace prodev::cli
