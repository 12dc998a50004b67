#include "db/attached_objects.h"

#include <algorithm>
#include <map>
#include <set>

#include "db/schema_statement.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::db {

namespace {

// In lower case: what the statements DROP TRIGGER and DROP INDEX of `sql` name.
std::set<std::string> names_dropped_by(std::string_view sql) {
  std::set<std::string> names;
  for (const std::string_view statement : statements_of(sql)) {
    const SqlTokenList tokens = tokens_of(statement);
    if (tokens.size() > 2 && tokens[0].is_word("DROP") && tokens[1].is_one_of({"TRIGGER", "INDEX"}))
      names.insert(text::lowered(tokens.back().value()));
  }
  return names;
}

}  // namespace

base::Result<std::vector<AttachedObject>> load_attached_objects(Connection& connection) {
  std::vector<AttachedObject> objects;
  TRY_ASSIGN(Statement rows,
             connection.prepare("SELECT type, name, tbl_name FROM main.sqlite_schema"
                                " WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
                                " ORDER BY type DESC, name"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return objects;
    if (is_system_table(rows.column_text(2))) continue;
    objects.push_back({std::string(rows.column_text(0)), std::string(rows.column_text(1)),
                       std::string(rows.column_text(2))});
  }
}

base::Result<std::vector<std::string>> tell_lost(Connection& connection,
                                                 const std::vector<AttachedObject>& before,
                                                 const std::vector<AttachedObject>& after,
                                                 std::string_view sql) {
  std::vector<AttachedObject> lost = before;
  const auto leave_out = [&](const std::set<std::string>& names) {
    std::erase_if(lost, [&](const auto& one) { return names.contains(text::lowered(one.name)); });
  };
  std::set<std::string> present;
  for (const AttachedObject& one : after) present.insert(text::lowered(one.name));
  leave_out(present);
  if (lost.empty()) return std::vector<std::string>();
  leave_out(names_dropped_by(sql));
  TRY_ASSIGN(const std::vector<std::string> relations,
             load_strings(connection,
                          "SELECT lower(name) FROM main.sqlite_schema"
                          " WHERE type IN ('table', 'view')"));
  std::map<std::string, std::vector<std::string>> by_table;
  for (const AttachedObject& one : lost) {
    const std::string table = text::lowered(one.table);
    if (std::find(relations.begin(), relations.end(), table) != relations.end())
      by_table[one.table].push_back(one.type + " " + one.name);
  }
  std::vector<std::string> sentences;
  for (const auto& [table, names] : by_table) {
    sentences.push_back("with the former " + table + " ended: " + text::joined(names) +
                        " (CREATE again, after the new " + table + ", what is still needed)");
  }
  return sentences;
}

}  // namespace prodev::db
