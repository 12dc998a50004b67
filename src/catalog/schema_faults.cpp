#include "catalog/schema_faults.h"

#include <sqlite3.h>

#include <algorithm>
#include <optional>

#include "db/sql_tokens.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

std::string named(std::string_view name) {
  std::string quoted;
  db::append_name(quoted, name);
  return quoted;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + named(name);
  return text;
}

// What SQLite says against `sql`; empty: nothing.
std::string refusal_of(db::Connection& connection, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  const db::Statement statement(prepared);
  return code == SQLITE_OK ? std::string() : ::sqlite3_errmsg(connection.handle());
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

// What is wrong with a foreign key of `table`; none: nothing.
std::optional<std::string> fault_of(const Table& table, const ForeignKey& key,
                                    const std::vector<Table>& tables) {
  const std::string subject = "the foreign key of " + table.name + " (" + list(key.columns) + ")";
  const Table* parent = find(tables, key.table);
  if (parent == nullptr)
    return subject + " refers to " + key.table + ", which is not there: rows cannot be written";
  if (key.referenced.size() == key.columns.size() && is_key(*parent, key.referenced))
    return std::nullopt;
  return subject + " refers to " + parent->name + " (" + list(key.referenced) +
         "), which is not unique: rows of neither can be written; the mend is CREATE UNIQUE "
         "INDEX " +
         named(parent->name + "_key") + " ON " + named(parent->name) + " (" + list(key.referenced) +
         ")";
}

}  // namespace

std::vector<std::string> find_schema_faults(db::Connection& connection,
                                            const std::vector<Table>& tables) {
  std::vector<std::string> faults;
  for (const Table& table : tables) {
    if (table.kind != TableKind::kTable) continue;
    for (const ForeignKey& key : table.foreign_keys) {
      if (auto fault = fault_of(table, key, tables)) faults.push_back(*std::move(fault));
    }
    const std::string name = named(table.name);
    std::string refusal = refusal_of(connection, "SELECT * FROM " + name);
    const bool readable = refusal.empty();
    if (readable) refusal = refusal_of(connection, "INSERT INTO " + name + " DEFAULT VALUES");
    // Told above, by the table that has the key.
    const bool told = refusal.empty() || refusal.starts_with("foreign key mismatch") ||
                      refusal.starts_with("no such table");
    if (!told) {
      faults.push_back(table.name + " cannot be " + (readable ? "written" : "read") + ": " +
                       refusal +
                       " (the program that made the database may have it; make the "
                       "table or index anew without it)");
    }
  }
  return faults;
}

}  // namespace prodev::catalog
