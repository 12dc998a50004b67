#include "catalog/stored_columns.h"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>

namespace prodev::catalog {

namespace {

// SQLite tells of a compound SELECT only which columns its first one shows.
base::Result<bool> is_compound(db::RowStatement& plan) {
  constexpr int kDetail = 3;
  constexpr std::string_view kSigns[] = {"COMPOUND", "MERGE (", "RECURSIVE", "UNION"};
  for (;;) {
    TRY_ASSIGN(const bool row, plan.step());
    if (!row) return false;
    const std::string_view detail = plan.column_bytes(kDetail);
    if (std::any_of(std::begin(kSigns), std::end(kSigns), [&](std::string_view sign) {
          return detail.find(sign) != std::string_view::npos;
        }))
      return true;
  }
}

bool shows_stored(const char* table_name, const char* column_name,
                  const std::vector<Table>& tables) {
  if (table_name == nullptr || column_name == nullptr) return false;
  const auto table = std::find_if(tables.begin(), tables.end(), [&](const Table& one) {
    return one.name == table_name && one.kind == TableKind::kTable;
  });
  const Column* column = table == tables.end() ? nullptr : table->find_column(column_name);
  return column != nullptr && is_stored(*table, *column);
}

}  // namespace

bool is_stored(const Table& table, const Column& column) {
  const auto has_column = [&](const Index& index) {
    return !index.partial && std::find(index.columns.begin(), index.columns.end(), column.name) !=
                                 index.columns.end();
  };
  return !column.generated || std::any_of(table.indexes.begin(), table.indexes.end(), has_column);
}

base::Result<void> note_stored(const db::RowStatement& select, db::RowStatement& plan,
                               const std::vector<Table>& tables, std::vector<Column>& columns) {
  TRY_ASSIGN(const bool compound, is_compound(plan));
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto at = static_cast<int>(i);
    columns[i].shown_as_stored =
        !compound && shows_stored(::sqlite3_column_table_name(select.handle(), at),
                                  ::sqlite3_column_origin_name(select.handle(), at), tables);
  }
  return {};
}

}  // namespace prodev::catalog
