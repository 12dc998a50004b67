#include "statements/relations.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "db/small_queries.h"
#include "db/system_schema.h"

namespace prodev::statements {
namespace {

base::Result<int64_t> last_schema_row(db::Connection& connection) {
  return db::load_number(connection, "SELECT max(rowid) FROM sqlite_schema");
}

base::Result<std::set<std::string>> names_behind(db::Connection& connection, int64_t schema_row) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name FROM sqlite_schema"
                                " WHERE rowid > ? AND type IN ('table', 'view')"));
  rows.bind_int(1, schema_row);
  std::set<std::string> names;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return names;
    const std::string_view name = rows.column_text(0);
    if (!db::is_system_table(name)) names.emplace(name);
  }
}

std::vector<std::string> without(const std::set<std::string>& names,
                                 const std::set<std::string>& others) {
  std::vector<std::string> left;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(),
                      std::back_inserter(left));
  return left;
}

}  // namespace

base::Result<Relations> Relations::load(db::Connection& connection) {
  Relations relations;
  TRY_ASSIGN(relations.names_, names_behind(connection, 0));
  TRY_ASSIGN(relations.last_row_, last_schema_row(connection));
  return relations;
}

base::Result<RelationChange> Relations::look(db::Connection& connection, SchemaChange change) {
  const bool adds = change == SchemaChange::kCreate;
  TRY_ASSIGN(std::set<std::string> found, names_behind(connection, adds ? last_row_ : 0));
  TRY_ASSIGN(last_row_, last_schema_row(connection));
  if (adds) {
    names_.insert(found.begin(), found.end());
    return RelationChange{{}, {found.begin(), found.end()}};
  }
  RelationChange difference{without(names_, found), without(found, names_)};
  names_ = std::move(found);
  return difference;
}

}  // namespace prodev::statements
