#include "db/reference_check.h"

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "db/quoted_texts.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::db {

namespace {

// Makes, for foreign key `id` of `table`:
//   SELECT 'author_id = ' || quote("author_id") FROM "book" WHERE _rowid_ = ?
base::Result<Statement> prepare_values(Connection& connection, const std::string& table,
                                       int64_t id) {
  TRY_ASSIGN(
      Statement columns,
      connection.prepare("SELECT \"from\" FROM pragma_foreign_key_list(?, 'main') WHERE id = ?"
                         " ORDER BY seq"));
  columns.bind_text(1, table);
  columns.bind_int(2, id);
  std::string sql;
  for (;;) {
    TRY_ASSIGN(const bool row, columns.step());
    if (!row) break;
    const std::string name(columns.column_text(0));
    sql += sql.empty() ? "SELECT " : " || ', ' || ";
    sql += in_single_quotes(name + " = ") + " || quote(" + quoted_name(name) + ")";
  }
  return connection.prepare(sql + " FROM " + quoted_name(table) + " WHERE _rowid_ = ?");
}

base::Result<std::string> values_of(Statement& statement, int64_t row_id) {
  statement.reset();
  statement.bind_int(1, row_id);
  TRY_ASSIGN(const bool found, statement.step());
  return found ? std::string(statement.column_text(0)) : std::string();
}

// Makes, for a foreign key of a table WITHOUT ROWID, of whose rows SQLite tells only how many lead
// nowhere:
//   SELECT 'author_id = ' || quote(c."author_id"), '"id" IS ' || quote(c."id") FROM main."book" AS
//   c WHERE c."author_id" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main."author" AS p WHERE p."id"
//   = c."author_id")
base::Result<Statement> prepare_keyed(Connection& connection, const std::string& table,
                                      const std::string& parent, int64_t id) {
  TRY_ASSIGN(Statement pairs,
             connection.prepare("SELECT f.\"from\", coalesce(f.\"to\", (SELECT name FROM"
                                " pragma_table_info(f.\"table\", 'main') WHERE pk = f.seq + 1))"
                                " FROM pragma_foreign_key_list(?, 'main') AS f WHERE f.id = ?"
                                " ORDER BY f.seq"));
  pairs.bind_text(1, table);
  pairs.bind_int(2, id);
  std::vector<std::string> values;
  std::vector<std::string> refers;
  std::vector<std::string> matches;
  for (;;) {
    TRY_ASSIGN(const bool row, pairs.step());
    if (!row) break;
    const std::string name(pairs.column_text(0));
    const std::string column = "c." + quoted_name(name);
    values.push_back(in_single_quotes(name + " = ") + " || quote(" + column + ")");
    refers.push_back(column + " IS NOT NULL");
    matches.push_back("p." + quoted_name(pairs.column_text(1)) + " = " + column);
  }
  TRY_ASSIGN(const std::vector<std::string> key,
             load_strings(connection, "SELECT name FROM pragma_table_info(?1, 'main') WHERE pk > 0",
                          {table}));
  std::vector<std::string> finds;
  for (const std::string& column : key)
    finds.push_back(in_single_quotes(quoted_name(column) + " IS ") + " || quote(c." +
                    quoted_name(column) + ")");
  return connection.prepare("SELECT " + text::joined(values, " || ', ' || ") + ", " +
                            text::joined(finds, " || ' AND ' || ") + " FROM main." +
                            quoted_name(table) + " AS c WHERE " + text::joined(refers, " AND ") +
                            " AND NOT EXISTS (SELECT 1 FROM main." + quoted_name(parent) +
                            " AS p WHERE " + text::joined(matches, " AND ") + ")");
}

DanglingReference dangling_row(std::string_view table, std::string_view parent) {
  return {DanglingReference::Kind::kRow, text::lowered(table), text::lowered(parent), {}, {}, {}};
}

base::Result<void> check_keyed(Connection& connection, const std::string& table,
                               const std::string& parent, int64_t id,
                               std::vector<DanglingReference>& dangling) {
  TRY_ASSIGN(Statement rows, prepare_keyed(connection, table, parent, id));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    DanglingReference one = dangling_row(table, parent);
    one.values = rows.column_text(0);
    one.condition = rows.column_text(1);
    dangling.push_back(std::move(one));
  }
}

base::Result<void> check_table(Connection& connection, const std::string& table,
                               const std::set<std::string>& tables,
                               std::vector<DanglingReference>& dangling) {
  TRY_ASSIGN(Statement rows,
             connection.prepare("PRAGMA main.foreign_key_check(" + quoted_name(table) + ")"));
  std::map<int64_t, Statement> values;  // by the number of the foreign key
  std::set<int64_t> keyed;              // those of them that are checked already
  for (;;) {
    TRY_ASSIGN(const bool found, rows.step());
    if (!found) return {};
    const std::string parent(rows.column_text(2));
    const int64_t key = rows.column_int(3);
    DanglingReference one = dangling_row(table, parent);
    if (!rows.column_is_null(1)) {
      if (!values.contains(key)) {
        TRY_ASSIGN(Statement prepared, prepare_values(connection, table, key));
        values.emplace(key, std::move(prepared));
      }
      TRY_ASSIGN(one.values, values_of(values.at(key), rows.column_int(1)));
      one.row_id = rows.column_int(1);
      one.condition = "_rowid_ = " + std::to_string(*one.row_id);
    } else if (tables.contains(one.parent)) {
      if (keyed.insert(key).second) TRY(check_keyed(connection, table, parent, key, dangling));
      continue;
    }
    dangling.push_back(std::move(one));
  }
}

// Foreign keys whose parent table is not there: SQLite finds nothing amiss until a row refers to
// it.
base::Result<void> check_parents(Connection& connection, References& references) {
  TRY_ASSIGN(Statement rows,
             connection.prepare("SELECT DISTINCT m.name, f.\"table\" FROM sqlite_schema m,"
                                " pragma_foreign_key_list(m.name, 'main') f WHERE m.type = 'table'"
                                " AND m.rootpage > 0"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    std::string parent = text::lowered(rows.column_text(1));
    if (!references.tables.contains(parent))
      references.dangling.push_back({DanglingReference::Kind::kNoTable,
                                     text::lowered(rows.column_text(0)),
                                     std::move(parent),
                                     {},
                                     {},
                                     {}});
  }
}

struct ForeignKey {
  std::string parent;
  std::string columns;                // "a, b"; empty: the primary key
  std::optional<std::string> absent;  // of them, the first that the parent has not
};

// Those of `table` whose parents are there.
base::Result<std::map<int64_t, ForeignKey>> keys_of(Connection& connection,
                                                    const std::string& table) {
  TRY_ASSIGN(Statement rows,
             connection.prepare("SELECT f.id, l.name, f.\"to\", EXISTS (SELECT 1 FROM"
                                " pragma_table_xinfo(l.name, 'main') AS x"
                                " WHERE x.name = f.\"to\" COLLATE NOCASE)"
                                " FROM pragma_foreign_key_list(?1, 'main') AS f"
                                " JOIN main.sqlite_schema AS l ON l.type = 'table'"
                                " AND l.name = f.\"table\" COLLATE NOCASE ORDER BY f.id, f.seq"));
  rows.bind_text(1, table);
  std::map<int64_t, ForeignKey> keys;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return keys;
    ForeignKey& key = keys[rows.column_int(0)];
    key.parent = rows.column_text(1);
    if (rows.column_is_null(2)) continue;
    const std::string column(rows.column_text(2));
    key.columns += (key.columns.empty() ? "" : ", ") + column;
    if (!key.absent && rows.column_int(3) == 0) key.absent = column;
  }
}

// What is wrong with a foreign key of `table`, of which SQLite says `message`:
//   foreign key mismatch - "z" referencing "event"
base::Result<std::string> mismatch_of(Connection& connection, const std::string& table,
                                      const std::string& message) {
  TRY_ASSIGN(auto keys, keys_of(connection, table));
  std::erase_if(keys, [&](const auto& one) {
    return !message.ends_with("referencing \"" + one.second.parent + '"') && !one.second.absent;
  });
  const std::string subject = "a foreign key of " + table + " refers to ";
  for (const auto& [id, key] : keys) {
    if (key.absent)
      return subject + key.parent + " (" + key.columns + "): " + key.parent + " has no column " +
             *key.absent;
  }
  if (keys.size() != 1)
    return subject + "columns that are not UNIQUE together, so that writes fail (" + message + ")";
  const ForeignKey& key = keys.begin()->second;
  if (key.columns.empty())
    return subject + key.parent + ", which has no PRIMARY KEY of as many columns: writes fail";
  const std::string columns = key.parent + " (" + key.columns + ")";
  return subject + columns + ", which is not unique, so that writes fail: give " + columns +
         " UNIQUE or PRIMARY KEY in the same file";
}

// Table, parent, values; a table that only one of the two sides has stands as "".
using Key = std::tuple<DanglingReference::Kind, std::string, std::string, std::string>;

Key key_of(const DanglingReference& one, const std::set<std::string>& shared) {
  const auto name = [&](const std::string& table) {
    return shared.contains(table) ? table : std::string();
  };
  if (one.kind != DanglingReference::Kind::kRow) return {one.kind, one.table, one.parent, {}};
  return {one.kind, name(one.table), name(one.parent), one.values};
}

}  // namespace

base::Result<References> load_references(Connection& connection) {
  References references;
  TRY_ASSIGN(const std::vector<std::string> tables,
             load_strings(connection, "SELECT name FROM main.sqlite_schema WHERE type = 'table'"));
  for (const std::string& table : tables) references.tables.insert(text::lowered(table));
  TRY(check_parents(connection, references));
  TRY_ASSIGN(
      const std::vector<std::string> children,
      load_strings(connection,
                   "SELECT m.name FROM main.sqlite_schema m WHERE m.type = 'table'"
                   " AND m.rootpage > 0 AND EXISTS"
                   " (SELECT 1 FROM pragma_foreign_key_list(m.name, 'main')) ORDER BY m.name"));
  for (const std::string& table : children) {
    const base::Result<void> checked =
        check_table(connection, table, references.tables, references.dangling);
    if (checked) continue;
    // "foreign key mismatch" is an error of the table's declaration; others (I/O, damage) are not.
    if (checked.error().code != base::Code::kBadInput) return tl::make_unexpected(checked.error());
    TRY_ASSIGN(std::string what, mismatch_of(connection, table, checked.error().message));
    references.dangling.push_back(
        {DanglingReference::Kind::kMismatch, text::lowered(table), {}, std::move(what), {}, {}});
  }
  return references;
}

std::vector<DanglingReference> new_dangling(const References& before, const References& after) {
  std::set<std::string> shared;
  for (const std::string& table : before.tables)
    if (after.tables.contains(table)) shared.insert(table);
  std::map<Key, int64_t> known;
  for (const DanglingReference& one : before.dangling) ++known[key_of(one, shared)];
  std::vector<DanglingReference> fresh;
  for (const DanglingReference& one : after.dangling) {
    if (one.kind == DanglingReference::Kind::kNoTable && !shared.contains(one.table)) continue;
    const auto found = known.find(key_of(one, shared));
    if (found != known.end() && found->second-- > 0) continue;
    fresh.push_back(one);
  }
  return fresh;
}

std::string describe(const DanglingReference& reference) {
  switch (reference.kind) {
    case DanglingReference::Kind::kMismatch:
      return reference.values;
    case DanglingReference::Kind::kNoTable:
      return "a foreign key of " + reference.table + " refers to the table " + reference.parent +
             ", which is not there";
    case DanglingReference::Kind::kRow:
      break;
  }
  std::string text = reference.table;
  text += reference.row_id ? " row " + std::to_string(*reference.row_id) : ": a row";
  if (!reference.values.empty()) text += " (" + reference.values + ")";
  return text + " refers to a row of " + reference.parent + " that is not there";
}

}  // namespace prodev::db
