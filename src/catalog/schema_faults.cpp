#include "catalog/schema_faults.h"

#include <algorithm>
#include <optional>

#include "db/broken_objects.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + db::quoted_name(name);
  return text;
}

// Whether the columns are the primary key or those of a whole unique index, in any order.
bool is_key(const Table& table, std::vector<std::string> columns) {
  std::vector<std::string> key;
  for (const size_t i : table.primary_key) key.push_back(table.columns[i].name);
  const auto lower = [](std::vector<std::string>& names) {
    for (std::string& name : names) name = text::lowered(name);
    std::sort(names.begin(), names.end());
  };
  lower(columns);
  const auto same = [&](std::vector<std::string> names) {
    lower(names);
    return names == columns;
  };
  return same(key) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
           return index.unique && !index.partial && same(index.columns);
         });
}

const Table* find(const std::vector<Table>& tables, std::string_view name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
    return text::equal_ignoring_case(table.name, name);
  });
  return found == tables.end() ? nullptr : &*found;
}

const Column* find_column(const Table& table, std::string_view name) {
  const auto found = std::find_if(
      table.columns.begin(), table.columns.end(),
      [&](const Column& column) { return text::equal_ignoring_case(column.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

// What is wrong with a foreign key of `table`; none: nothing.
std::optional<std::string> fault_of(const Table& table, const ForeignKey& key,
                                    const std::vector<Table>& tables) {
  const std::string subject = "the foreign key of " + table.name + " (" + list(key.columns) + ")";
  const Table* parent = find(tables, key.table);
  if (parent == nullptr)
    return subject + " refers to " + key.table + ", which is not there: rows cannot be written";
  if (key.referenced.size() == key.columns.size() && is_key(*parent, key.referenced))
    return std::nullopt;
  for (const std::string& column : key.referenced) {
    if (find_column(*parent, column) == nullptr)
      return subject + " refers to " + parent->name + " (" + list(key.referenced) + "), and " +
             parent->name + " has no column " + column +
             ": rows of neither can be written; the mend is to make " + table.name +
             " anew with a reference to one that it has";
  }
  return subject + " refers to " + parent->name + " (" + list(key.referenced) +
         "), which is not unique: rows of neither can be written; the mend is CREATE UNIQUE "
         "INDEX " +
         db::quoted_name(parent->name + "_key") + " ON " + db::quoted_name(parent->name) + " (" +
         list(key.referenced) + ")";
}

// Whether fault_of() tells it, of the table that has the key.
bool is_told(const Table& table, const db::BrokenObject& broken) {
  if (broken.problem.starts_with("foreign key mismatch")) return true;
  return broken.problem.starts_with("no such table: ") && broken.trigger.empty() &&
         std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const ForeignKey& key) {
                       return text::equal_ignoring_case(key.table, db::missing_name(broken));
                     });
}

std::string sentence(const db::BrokenObject& broken) {
  const std::string fault = broken.name + " cannot be " +
                            (broken.verb == "SELECT" ? "read: " : "written: ") + broken.problem +
                            broken.advice;
  if (!broken.trigger.empty())
    return fault + ", in " + broken.verb + " by trigger " + broken.trigger +
           " (drop it, or make it anew so that it fits)";
  if (broken.kind == db::BrokenObject::Kind::kView)
    return fault + " (make it anew so that it fits)";
  if (broken.kind == db::BrokenObject::Kind::kFullText)
    return fault + " (make it anew with the names that its content has now)";
  return fault +
         " (the program that made the database may have it; make the table or index anew "
         "without it)";
}

}  // namespace

base::Result<std::vector<std::string>> find_schema_faults(db::Connection& connection,
                                                          const std::vector<Table>& tables) {
  std::vector<std::string> faults;
  for (const Table& table : tables) {
    if (table.kind != TableKind::kTable) continue;
    for (const ForeignKey& key : table.foreign_keys) {
      if (auto fault = fault_of(table, key, tables)) faults.push_back(*std::move(fault));
    }
  }
  TRY_ASSIGN(const std::vector<db::BrokenObject> broken, db::find_broken_objects(connection));
  for (const db::BrokenObject& one : broken) {
    // Those that are left out of the catalog are told there.
    const Table* table = find(tables, one.name);
    if (table != nullptr && !is_told(*table, one)) faults.push_back(sentence(one));
  }
  return faults;
}

}  // namespace prodev::catalog
