#include "cli/schema_difference.h"

#include <algorithm>
#include <set>

#include "access/rules.h"
#include "catalog/catalog.h"
#include "cli/table_details.h"
#include "db/postgres_calls.h"
#include "text/ascii.h"

namespace prodev::cli {
namespace {

// Each statement gives rows of name, what, table.

constexpr const char* kColumns =
    "SELECT 'column ' || t.name || '.' || c.name,"
    " trim(c.type || iif(c.\"notnull\", ' NOT NULL', '') || iif(c.pk, ' PRIMARY KEY', '') ||"
    "   iif(c.hidden IN (2, 3), ' GENERATED', '') || coalesce(' DEFAULT ' || c.dflt_value, '')),"
    " t.name FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c"
    " WHERE t.schema = 'main' AND t.name = ?1 AND c.hidden <> 1 ORDER BY c.cid";

constexpr const char* kUnique =
    "SELECT 'unique ' || ?1 || ' (' || (SELECT group_concat(name, ', ') FROM"
    "   (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')', '', ?1"
    " FROM pragma_index_list(?1) i WHERE i.origin = 'u' ORDER BY 1";

// The columns of each key in the order of its declaration.
constexpr const char* kForeignKeys =
    "SELECT 'foreign key ' || ?1 || ' (' || group_concat(\"from\", ', ') || ')',"
    " 'REFERENCES ' || \"table\" || coalesce(' (' || group_concat(\"to\", ', ') || ')', '') ||"
    " iif(on_delete = 'NO ACTION', '', ' ON DELETE ' || on_delete) ||"
    " iif(on_update = 'NO ACTION', '', ' ON UPDATE ' || on_update), ?1"
    " FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) GROUP BY id ORDER BY id "
    "DESC";

constexpr const char* kOthers =
    "SELECT type || ' ' || name, sql, iif(type = 'view', '', tbl_name) FROM main.sqlite_schema"
    " WHERE type <> 'table' AND sql IS NOT NULL AND tbl_name NOT LIKE '\\_prodev\\_%' ESCAPE '\\'"
    " ORDER BY type, name";

constexpr const char* kRoles =
    "SELECT 'role ' || name, coalesce((SELECT 'in ' || group_concat(role, ', ') FROM"
    " (SELECT role FROM _prodev_role_member WHERE member = name ORDER BY role)), ''), '' FROM "
    "_prodev_role ORDER BY name";

constexpr const char* kPolicies =
    "SELECT 'policy ' || name || ' on ' || table_name,"
    " iif(restrictive, 'AS RESTRICTIVE ', '') || 'FOR ' || upper(verb) || ' TO ' ||"
    " (SELECT group_concat(role, ', ') FROM"
    "   (SELECT role FROM _prodev_policy_role WHERE policy_id = id ORDER BY role)) ||"
    " coalesce(' USING (' || using_expression || ')', '') ||"
    " coalesce(' WITH CHECK (' || check_expression || ')', ''), table_name FROM _prodev_policy"
    " ORDER BY table_name, name";

constexpr const char* kPrivileges =
    "SELECT 'privilege ' || upper(verb) || ' on ' || table_name || ' of ' || role,"
    " CASE scope WHEN 'table' THEN 'granted' WHEN 'none' THEN 'revoked' ELSE"
    " (SELECT '(' || group_concat(column_name, ', ') || ')' FROM (SELECT column_name"
    "   FROM _prodev_privilege_column WHERE privilege_id = id ORDER BY column_name)) END, "
    "table_name"
    " FROM _prodev_privilege ORDER BY table_name, role, verb";

constexpr const char* kFunctions =
    "SELECT 'function ' || signature, '(' || coalesce((SELECT"
    "   group_concat(coalesce(name || ' ', '') || type || iif(is_array, '[]', '') ||"
    "     coalesce(' DEFAULT ' || default_value, ''), ', ')"
    "   FROM (SELECT * FROM _prodev_function_argument WHERE function_id = id ORDER BY position)), "
    "'') ||"
    " ') RETURNS ' || iif(returns_set, 'SETOF ', '') ||"
    " coalesce(returns_type || iif(returns_array, '[]', ''), iif(returns = 'void', 'void', '(' ||"
    " (SELECT group_concat(name || ' ' || type || iif(is_array, '[]', ''), ', ') FROM"
    "   (SELECT * FROM _prodev_function_column WHERE function_id = id ORDER BY position)) || ')')) "
    "||"
    " iif(strict, ' STRICT ', ' ') || upper(volatility) || ' AS ' || body, '' FROM _prodev_function"
    " ORDER BY signature";

constexpr const char* kExecute =
    "SELECT 'privilege EXECUTE on ' || signature || ' of ' || role,"
    " iif(granted, 'granted', 'revoked'), '' FROM _prodev_function_privilege"
    " JOIN _prodev_function ON id = function_id ORDER BY signature, role";

// On one line.
std::string flattened(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

base::Result<void> load(db::Connection& connection, const char* sql, std::string_view table,
                        std::vector<SchemaPart>& parts) {
  TRY_ASSIGN(db::Statement rows, connection.prepare(sql));
  if (!table.empty()) rows.bind_text(1, table);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    parts.push_back({std::string(rows.column_text(0)),
                     flattened(db::as_written(rows.column_text(1))),
                     std::string(rows.column_text(2))});
  }
}

// "(price > 0)" of each CHECK of a CREATE TABLE.
std::vector<std::string> checks_of(std::string_view sql) {
  std::vector<std::string> checks;
  db::SqlTokens tokens(sql);
  bool is_check = false;
  for (db::SqlToken token = tokens.next();
       token.kind != db::SqlToken::Kind::kEnd && token.kind != db::SqlToken::Kind::kUnfinished;
       token = tokens.next()) {
    if (!is_check || !token.is('(')) {
      is_check = token.is_word("CHECK");
      continue;
    }
    const size_t start = token.offset;
    for (int depth = 1; depth > 0;) {
      token = tokens.next();
      if (token.kind == db::SqlToken::Kind::kEnd) return checks;
      depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
    }
    checks.push_back(flattened(sql.substr(start, token.offset + 1 - start)));
    is_check = false;
  }
  return checks;
}

// The same for every spelling that SQLite takes for the same, so that a table that was made anew
// under its name, which ALTER TABLE then writes in quotes, is not told as different.
std::string canonical(std::string_view sql) {
  std::string text;
  db::SqlTokens tokens(sql);
  for (db::SqlToken token = tokens.next(); token.kind != db::SqlToken::Kind::kEnd;
       token = tokens.next()) {
    std::string value = token.value();
    if (token.kind != db::SqlToken::Kind::kString) value = text::lowered(value);
    text += value + ' ';
  }
  return text;
}

// Puts what pragmas do not tell behind what they do, of the parts from `first` on.
void add_details(const std::string& table, const std::string& sql, size_t first,
                 std::vector<SchemaPart>& parts) {
  auto details = table_details(table, db::as_written(sql));
  for (size_t i = first; i < parts.size(); ++i) {
    const auto found = details.find(text::lowered(parts[i].name));
    if (found == details.end()) continue;
    parts[i].what += (parts[i].what.empty() ? "" : " ") + found->second;
  }
  if (const auto key = details.find("primary key " + text::lowered(table)); key != details.end())
    parts.push_back({"primary key " + table, key->second, table});
}

base::Result<void> load_tables(db::Connection& connection, SchemaParts& schema) {
  TRY_ASSIGN(db::Statement tables,
             connection.prepare("SELECT t.name, m.sql, t.type, t.strict, t.wr"
                                " FROM pragma_table_list t JOIN main.sqlite_schema m"
                                " ON m.name = t.name AND m.type = 'table' WHERE t.schema = 'main'"
                                " AND t.type IN ('table', 'virtual')"
                                " AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                                " AND t.name NOT LIKE '\\_prodev\\_%' ESCAPE '\\'"
                                " ORDER BY t.name"));
  for (;;) {
    TRY_ASSIGN(const bool row, tables.step());
    if (!row) return {};
    const std::string name(tables.column_text(0));
    const std::string sql(tables.column_text(1));
    const bool is_virtual = tables.column_text(2) == "virtual";
    std::string what = is_virtual ? flattened(sql) : tables.column_int(3) != 0 ? "STRICT" : "";
    if (tables.column_int(4) != 0) what += what.empty() ? "WITHOUT ROWID" : ", WITHOUT ROWID";
    schema.parts.push_back({"table " + name, what, name});
    if (is_virtual) continue;  // what it holds is its module's own affair
    schema.declarations[name] = flattened(sql);
    const size_t first = schema.parts.size();
    for (const char* parts : {kColumns, kForeignKeys, kUnique})
      TRY(load(connection, parts, name, schema.parts));
    add_details(name, sql, first, schema.parts);
    for (const std::string& check : checks_of(sql))
      schema.parts.push_back({"check " + name + " " + check, "", name});
  }
}

// Those of a view that does not work are among the problems, and it has no columns here.
base::Result<void> load_views(db::Connection& connection, SchemaParts& schema) {
  TRY_ASSIGN(db::Statement views,
             connection.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'view'"));
  for (;;) {
    TRY_ASSIGN(const bool row, views.step());
    if (!row) return {};
    const std::string name(views.column_text(0));
    std::vector<SchemaPart> columns;
    const auto read = load(
        connection, "SELECT name, '', '' FROM pragma_table_info(?1) ORDER BY cid", name, columns);
    if (!read) continue;
    for (const SchemaPart& column : columns) schema.view_columns[name].push_back(column.name);
  }
}

base::Result<void> load_problems(db::Connection& connection, SchemaParts& schema) {
  TRY_ASSIGN(const auto rules, access::describe_rules(connection));
  for (const access::RuleDescription& rule : rules)
    if (!rule.problem.empty())
      schema.problems.push_back(rule.rule + " on " + rule.table + ": " + rule.problem);
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  schema.problems.insert(schema.problems.end(), catalog->problems().begin(),
                         catalog->problems().end());
  return {};
}

std::string line(const char* sign, const SchemaPart& part) {
  return sign + part.name + (part.what.empty() ? "" : " " + part.what);
}

std::string shown(const std::string& what) { return what.empty() ? "(nothing)" : what; }

std::map<std::string, std::string> by_name(const std::vector<SchemaPart>& parts) {
  std::map<std::string, std::string> map;
  for (const SchemaPart& part : parts) map[part.name] = part.what;
  return map;
}

using Names = std::vector<std::string>;

bool holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names those_in(const Names& names, const Names& others) {
  Names both;
  std::copy_if(names.begin(), names.end(), std::back_inserter(both),
               [&](const std::string& name) { return holds(others, name); });
  return both;
}

std::string listed(const Names& names, const char* sign = "") {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + (sign + name);
  return list;
}

// Columns of tables, in order.
std::map<std::string, Names> columns_of(const std::vector<SchemaPart>& parts) {
  constexpr std::string_view kColumn = "column ";
  std::map<std::string, Names> columns;
  for (const SchemaPart& part : parts) {
    if (!part.name.starts_with(kColumn)) continue;
    columns[part.table].push_back(part.name.substr(kColumn.size() + part.table.size() + 1));
  }
  return columns;
}

// The same columns in another order.
std::vector<std::string> order_lines(const SchemaParts& before, const SchemaParts& after) {
  std::vector<std::string> lines;
  const auto is = columns_of(after.parts);
  for (const auto& [table, columns] : columns_of(before.parts)) {
    const auto now = is.find(table);
    if (now == is.end()) continue;
    const Names stay = those_in(now->second, columns);
    if (stay != those_in(columns, now->second))
      lines.push_back("~ order of columns of " + table + ": " + listed(columns) + " -> " +
                      listed(now->second));
  }
  return lines;
}

// What views that stay show and did not, and the other way round.
std::vector<std::string> view_lines(const SchemaParts& before, const SchemaParts& after) {
  std::vector<std::string> lines;
  for (const auto& [view, columns] : before.view_columns) {
    const auto now = after.view_columns.find(view);
    if (now == after.view_columns.end() || now->second == columns) continue;
    Names gone;
    Names come;
    for (const std::string& name : columns)
      if (!holds(now->second, name)) gone.push_back(name);
    for (const std::string& name : now->second)
      if (!holds(columns, name)) come.push_back(name);
    const char* between = gone.empty() || come.empty() ? "" : ", ";
    lines.push_back("~ columns of view " + view + ": " +
                    (gone.empty() && come.empty()
                         ? listed(columns) + " -> " + listed(now->second)
                         : listed(gone, "- ") + between + listed(come, "+ ")));
  }
  return lines;
}

}  // namespace

base::Result<SchemaParts> load_schema_parts(db::Connection& connection) {
  SchemaParts schema;
  TRY(load_tables(connection, schema));
  for (const char* sql : {kOthers, kRoles, kPolicies, kPrivileges, kFunctions, kExecute})
    TRY(load(connection, sql, {}, schema.parts));
  TRY(load_views(connection, schema));
  TRY(load_problems(connection, schema));
  return schema;
}

std::vector<std::string> difference(const SchemaParts& before, const SchemaParts& after) {
  std::vector<std::string> lines;
  std::set<std::string> told;  // tables
  const auto tell = [&](const SchemaPart& part, std::string text) {
    lines.push_back(std::move(text));
    told.insert(part.table);
  };
  const auto was = by_name(before.parts);
  const auto is = by_name(after.parts);
  for (const SchemaPart& part : before.parts) {
    const auto now = is.find(part.name);
    if (now == is.end()) {
      tell(part, line("- ", part));
    } else if (now->second != part.what) {
      tell(part, "~ " + part.name + ": " + shown(part.what) + " -> " + shown(now->second));
    }
  }
  for (const SchemaPart& part : after.parts)
    if (!was.contains(part.name)) tell(part, line("+ ", part));
  for (const auto& more : {order_lines(before, after), view_lines(before, after)})
    lines.insert(lines.end(), more.begin(), more.end());
  // What has no line of its own, such as the name of a constraint.
  for (const auto& [table, sql] : before.declarations) {
    const auto now = after.declarations.find(table);
    if (now == after.declarations.end() || told.contains(table)) continue;
    if (canonical(sql) != canonical(now->second))
      lines.push_back("~ table " + table + ": " + sql + " -> " + now->second);
  }
  for (const std::string& problem : after.problems) {
    if (std::find(before.problems.begin(), before.problems.end(), problem) == before.problems.end())
      lines.push_back("! " + problem);
  }
  return lines;
}

}  // namespace prodev::cli
