#include "catalog/rowid.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::catalog {

std::string_view rowid_name(const Table& table) {
  if (table.kind != TableKind::kTable || table.without_rowid) return {};
  for (const std::string_view name : {"rowid", "_rowid_", "oid"}) {
    // A column of that name hides the rowid, unless it is the one that stands
    // for it.
    const bool hidden =
        std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
          return text::equal_ignoring_case(column.name, name) && !column.hidden;
        });
    if (!hidden) return name;
  }
  return {};
}

bool is_rowid(const Table& table, const Column& column) {
  if (table.kind != TableKind::kTable || table.without_rowid) return false;
  if (column.hidden) return true;  // the only one that a table has
  // The catalog says NOT NULL of no other key of this type that is not declared
  // so.
  return table.primary_key.size() == 1 && column.key_position == 1 && column.not_null &&
         text::equal_ignoring_case(column.declared_type, "INTEGER");
}

}  // namespace prodev::catalog
