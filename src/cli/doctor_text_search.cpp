#include <algorithm>

#include "catalog/catalog.h"
#include "cli/doctor_schema.h"
#include "db/schema_statement.h"
#include "db/small_queries.h"
#include "text/ascii.h"
#include "text/join.h"

namespace prodev::cli {
namespace {

using db::quoted_name;

// A full-text table that indexes the rows of another one, and keeps no text of its own.
struct Index {
  std::string table;
  std::string content;
  std::string rowid;                 // of the content
  std::vector<std::string> columns;  // of both
  bool content_is_view = false;
};

base::Result<std::vector<Index>> load_indexes(db::Connection& connection) {
  TRY_ASSIGN(const auto catalog, catalog::Catalog::load(connection));
  std::vector<Index> indexes;
  for (const catalog::Table& table : catalog->tables()) {
    if (!table.full_text || table.content_table.empty()) continue;
    const catalog::Table* content = catalog->find(table.content_table);
    if (content == nullptr) continue;  // told of with the tables that cannot work
    Index index{table.name, content->name, table.content_rowid, {}, false};
    if (index.rowid.empty()) index.rowid = "rowid";
    index.content_is_view = content->kind == catalog::TableKind::kView;
    TRY_ASSIGN(index.columns, db::load_strings(connection, "SELECT name FROM pragma_table_info(?1)",
                                               {table.name}));
    indexes.push_back(std::move(index));
  }
  return indexes;
}

// What a trigger is for, when it names `index` in what it does; empty: something else.
std::string_view verb_kept_by(const std::string& trigger, const std::string& index) {
  const db::SqlTokenList tokens = db::tokens_of(trigger);
  const auto begin = std::find_if(tokens.begin(), tokens.end(),
                                  [](const db::SqlToken& token) { return token.is_word("BEGIN"); });
  const bool names = std::any_of(begin, tokens.end(), [&](const db::SqlToken& token) {
    return token.is_name() && text::equal_ignoring_case(token.value(), index);
  });
  if (!names) return {};
  const auto on = std::find_if(tokens.begin(), begin,
                               [](const db::SqlToken& token) { return token.is_word("ON"); });
  for (const std::string_view verb : {"INSERT", "UPDATE", "DELETE"}) {
    if (std::any_of(tokens.begin(), on,
                    [&](const db::SqlToken& token) { return token.is_word(verb); }))
      return verb;
  }
  return {};
}

// The statement of a trigger's body that takes the row `row` ("old") out of the index, or puts it
// in.
std::string index_row(const Index& index, bool takes_out, const std::string& row) {
  std::string columns;
  std::string values;
  if (takes_out) columns = quoted_name(index.table) + ", ";
  if (takes_out) values = "'delete', ";
  columns += "rowid";
  values += row + "." + quoted_name(index.rowid);
  for (const std::string& column : index.columns) {
    columns += ", " + quoted_name(column);
    values += ", " + row + "." + quoted_name(column);
  }
  return " INSERT INTO " + quoted_name(index.table) + " (" + columns + ") VALUES (" + values + ");";
}

std::string missing_trigger(const Index& index, std::string_view verb) {
  const std::string name = index.table + "_" + text::lowered(verb);
  std::string sql = "CREATE TRIGGER " + quoted_name(name) + " AFTER " + std::string(verb) + " ON " +
                    quoted_name(index.content) + " BEGIN";
  if (verb != "INSERT") sql += index_row(index, true, "old");
  if (verb != "DELETE") sql += index_row(index, false, "new");
  return sql + " END;";
}

std::string rebuild(const Index& index) {
  const std::string table = quoted_name(index.table);
  return "INSERT INTO " + table + " (" + table + ") VALUES ('rebuild');";
}

base::Result<std::vector<std::string>> missing_verbs(db::Connection& connection,
                                                     const Index& index) {
  std::vector<std::string> missing;
  if (index.content_is_view) return missing;  // kept by triggers on what it shows
  TRY_ASSIGN(const auto triggers,
             db::load_strings(connection,
                              "SELECT sql FROM sqlite_schema WHERE type = 'trigger'"
                              " AND tbl_name = ?1 COLLATE NOCASE",
                              {index.content}));
  for (const std::string_view verb : {"INSERT", "UPDATE", "DELETE"}) {
    const bool kept = std::any_of(triggers.begin(), triggers.end(), [&](const std::string& one) {
      return verb_kept_by(one, index.table) == verb;
    });
    if (!kept) missing.emplace_back(verb);
  }
  return missing;
}

// Whether a row is in one of the two alone, by the list of rows that FTS5 keeps (columnsize=0:
// none).
base::Result<bool> has_strays(db::Connection& connection, const Index& index) {
  const std::string indexed = quoted_name(index.table + "_docsize");
  const std::string content = quoted_name(index.content);
  const std::string rowid = quoted_name(index.rowid);
  TRY_ASSIGN(const auto kept,
             db::load_strings(connection, "SELECT name FROM sqlite_schema WHERE name = ?1",
                              {index.table + "_docsize"}));
  if (kept.empty()) return false;
  TRY_ASSIGN(
      const int64_t strays,
      db::load_number(connection,
                      "SELECT EXISTS (SELECT 1 FROM (SELECT " + rowid + " AS id FROM " + content +
                          " LIMIT " + kMostCheckedRows + ") WHERE id NOT IN (SELECT id FROM " +
                          indexed + ")) OR EXISTS (SELECT 1 FROM (SELECT id FROM " + indexed +
                          " LIMIT " + kMostCheckedRows + ") d WHERE NOT EXISTS (SELECT 1 FROM " +
                          content + " c WHERE c." + rowid + " = d.id))"));
  return strays != 0;
}

}  // namespace

base::Result<Finding> check_text_search(db::Connection& connection) {
  TRY_ASSIGN(const std::vector<Index> indexes, load_indexes(connection));
  std::vector<std::string> says;
  std::vector<std::string> fixes;
  for (const Index& index : indexes) {
    TRY_ASSIGN(const auto missing, missing_verbs(connection, index));
    TRY_ASSIGN(const bool strays, has_strays(connection, index));
    if (!missing.empty())
      says.push_back("no trigger keeps " + index.table + " in step with " + index.content + " on " +
                     text::joined(missing, ", "));
    if (strays) says.push_back(index.table + " does not hold the rows of " + index.content);
    for (const std::string& verb : missing) fixes.push_back(missing_trigger(index, verb));
    if (strays || !missing.empty()) fixes.push_back(rebuild(index));
  }
  if (indexes.empty()) return Finding{Grade::kOk, "full-text", "no table indexes another one", ""};
  if (says.empty()) return Finding{Grade::kOk, "full-text", "each index is kept in step", ""};
  return Finding{Grade::kWarn, "full-text", text::joined(says, "; "),
                 "in a new schema file:\n" + text::joined(fixes, "\n")};
}

}  // namespace prodev::cli
