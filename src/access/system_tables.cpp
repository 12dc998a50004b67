#include "access/system_tables.h"

#include <algorithm>

#include "access/token_cursor.h"
#include "config/nearest.h"
#include "db/system_schema.h"
#include "text/ascii.h"

namespace prodev::access {

tl::unexpected<db::StatementError> fail_unknown(const std::string& what, const Name& name,
                                                const std::vector<std::string>& known) {
  const std::string meant = config::nearest(name.text, known);
  return fail_at(name.offset, "there is no " + what + " " + name.text +
                                  (meant.empty() ? "" : ": did you mean " + meant + "?"));
}

base::Result<void> SystemTables::run(std::string_view sql, db::Texts values) {
  TRY_ASSIGN(db::Statement statement, db::prepare_bound(connection_, sql, values));
  TRY(statement.step());
  return {};
}

base::Result<bool> SystemTables::exists(std::string_view sql, db::Texts values) {
  TRY_ASSIGN(db::Statement statement, db::prepare_bound(connection_, sql, values));
  return statement.step();
}

base::Result<std::vector<std::string>> SystemTables::strings(std::string_view sql,
                                                             db::Texts values) {
  return db::load_strings(connection_, sql, values);
}

db::StatementResult<Table> SystemTables::table(const Name& name) {
  if (db::is_system_table(name.text)) {
    return fail_at(name.offset,
                   "tables of the system, whose names begin with _prodev_ or sqlite_, are "
                   "never exposed: they take no policies and privileges");
  }
  TRY_ASSIGN(const std::vector<std::string> found,
             strings("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                     " AND name = ?1 COLLATE NOCASE",
                     {name.text}));
  if (found.empty()) {
    TRY_ASSIGN(std::vector<std::string> known,
               strings("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')", {}));
    std::erase_if(known, [](const std::string& one) { return db::is_system_table(one); });
    return fail_unknown("table", name, known);
  }
  TRY_ASSIGN(const bool is_view,
             exists("SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ?1", {found[0]}));
  return Table{found[0], is_view};
}

db::StatementResult<std::string> SystemTables::role(const Name& name) {
  TRY_ASSIGN(const bool found, exists("SELECT 1 FROM _prodev_role WHERE name = ?1", {name.text}));
  if (found) return name.text;
  TRY_ASSIGN(const std::vector<std::string> known, strings("SELECT name FROM _prodev_role", {}));
  return fail_unknown("role", name, known);
}

base::Result<std::vector<std::string>> SystemTables::columns(std::string_view table) {
  // Not those that a virtual table hides (1).
  return strings("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid", {table});
}

db::StatementResult<std::string> SystemTables::column(const Table& table, const Name& name) {
  TRY_ASSIGN(const std::vector<std::string> known, columns(table.name));
  const auto found = std::find_if(known.begin(), known.end(), [&](const std::string& one) {
    return text::equal_ignoring_case(one, name.text);
  });
  if (found != known.end()) return *found;
  return fail_unknown("column of " + table.name + " called", name, known);
}

}  // namespace prodev::access
