#include "catalog/catalog.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>

#include "catalog/checks.h"
#include "catalog/comments.h"
#include "catalog/constraint_names.h"
#include "catalog/definition.h"
#include "catalog/functions.h"
#include "catalog/relationships.h"
#include "catalog/schema_faults.h"
#include "catalog/statistics.h"
#include "catalog/stored_columns.h"
#include "catalog/view_columns.h"
#include "catalog/view_key.h"
#include "db/quoted_texts.h"
#include "db/row_statement.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "text/ascii.h"

namespace prodev::catalog {

namespace {

bool contains(std::string_view upper, std::string_view word) {
  return upper.find(word) != std::string_view::npos;
}

std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

// The collation of a table's column, unless it is by bytes. SQLite tells none of views.
std::string collation_of(db::Connection& connection, const Table& table,
                         const std::string& column) {
  const char* collation = nullptr;
  const int code = ::sqlite3_table_column_metadata(connection.handle(), "main", table.name.c_str(),
                                                   column.c_str(), nullptr, &collation, nullptr,
                                                   nullptr, nullptr);
  if (code != SQLITE_OK || collation == nullptr) return {};
  return text::equal_ignoring_case(collation, "BINARY") ? std::string() : collation;
}

// The names that mean something here, then SQLite's rules of affinity (datatype3 section 3.1).
ValueKind kind_of(std::string_view declared_type) {
  struct Row {
    std::string_view word;
    ValueKind kind;
  };
  static constexpr Row kExact[] = {{"", ValueKind::kAny},
                                   {"ANY", ValueKind::kAny},
                                   {"DATE", ValueKind::kDate},
                                   {"TIME", ValueKind::kTime},
                                   {"TIMETZ", ValueKind::kTime},
                                   {"TIME WITHOUT TIME ZONE", ValueKind::kTime},
                                   {"TIME WITH TIME ZONE", ValueKind::kTime},
                                   {"UUID", ValueKind::kUuid},
                                   {"JSON", ValueKind::kJson},
                                   {"JSONB", ValueKind::kJson},
                                   {"BOOL", ValueKind::kBoolean},
                                   {"BOOLEAN", ValueKind::kBoolean}};
  static constexpr Row kPart[] = {
      {"TIMESTAMP", ValueKind::kTimestamp}, {"DATETIME", ValueKind::kTimestamp},
      {"INT", ValueKind::kInteger},         {"CHAR", ValueKind::kText},
      {"CLOB", ValueKind::kText},           {"TEXT", ValueKind::kText},
      {"BLOB", ValueKind::kBlob},           {"REAL", ValueKind::kReal},
      {"FLOA", ValueKind::kReal},           {"DOUB", ValueKind::kReal}};
  const std::string upper = to_upper(declared_type);
  const std::string_view name = text::trim(std::string_view(upper).substr(0, upper.find('(')));
  for (const Row& row : kExact) {
    const bool may_have_length = row.kind == ValueKind::kTime;  // TIME(3)
    if ((may_have_length ? name : upper) == row.word) return row.kind;
  }
  for (const Row& row : kPart) {
    if (contains(upper, row.word)) return row.kind;
  }
  return ValueKind::kNumeric;
}

base::Result<void> load_columns(db::Connection& connection, Table& table) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden"
                                " FROM pragma_table_xinfo(?)"));
  rows.bind_text(1, table.name);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    Column column;
    column.name = rows.column_text(0);
    column.declared_type = rows.column_text(1);
    column.kind = kind_of(column.declared_type);
    column.not_null = rows.column_int(2) != 0;
    column.default_sql = rows.column_text(3);
    column.key_position = static_cast<size_t>(rows.column_int(4));
    column.hidden = rows.column_int(5) == 1;
    column.generated = rows.column_int(5) > 1;
    // Virtual tables declare no types that mean anything.
    if (table.kind == TableKind::kVirtual) column.kind = ValueKind::kAny;
    if (table.kind == TableKind::kTable)
      column.collation = collation_of(connection, table, column.name);
    table.columns.push_back(std::move(column));
  }
  if (table.columns.empty()) return base::fail(base::Code::kBadInput, "it has no columns");
  return {};
}

void note_primary_key(Table& table) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key_position > 0) table.primary_key.push_back(i);
  }
  std::sort(table.primary_key.begin(), table.primary_key.end(), [&](size_t a, size_t b) {
    return table.columns[a].key_position < table.columns[b].key_position;
  });
}

// NULLs in a key do not tell rows apart; SQLite allows them but in INTEGER PRIMARY KEY.
bool tells_rows_apart(const Table& table) {
  return !table.primary_key.empty() &&
         std::all_of(table.primary_key.begin(), table.primary_key.end(),
                     [&](size_t i) { return table.columns[i].not_null; });
}

// A table without a declared key that tells its rows apart is still addressed by its rowid, under
// that name.
void add_rowid(Table& table) {
  const bool has_rowid = table.kind != TableKind::kView && !table.without_rowid;
  if (!has_rowid || tells_rows_apart(table)) return;
  const bool taken = std::any_of(table.columns.begin(), table.columns.end(), [](const Column& c) {
    return text::equal_ignoring_case(c.name, "rowid");
  });
  if (taken) return;
  Column rowid;
  rowid.name = "rowid";
  rowid.declared_type = "INTEGER";
  rowid.kind = ValueKind::kInteger;
  rowid.not_null = true;
  rowid.hidden = true;
  table.columns.push_back(std::move(rowid));
}

void move_hidden_last(Table& table) {
  std::stable_partition(table.columns.begin(), table.columns.end(),
                        [](const Column& column) { return !column.hidden; });
}

base::Result<void> load_foreign_keys(db::Connection& connection, Table& table) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT id, \"table\", \"from\", \"to\""
                                " FROM pragma_foreign_key_list(?) ORDER BY id, seq"));
  rows.bind_text(1, table.name);
  std::map<int64_t, ForeignKey> by_id;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    ForeignKey& key = by_id[rows.column_int(0)];
    key.table = rows.column_text(1);
    key.columns.emplace_back(rows.column_text(2));
    if (!rows.column_is_null(3)) key.referenced.emplace_back(rows.column_text(3));
  }
  for (auto& [id, key] : by_id) table.foreign_keys.push_back(std::move(key));
  // SQLite lists the last one that was declared first.
  std::reverse(table.foreign_keys.begin(), table.foreign_keys.end());
  return {};
}

// Which column of which table each column of a view shows; none for expressions.
base::Result<void> note_origins(db::Connection& connection, Table& view) {
  std::string sql = "SELECT * FROM ";
  db::append_name(sql, view.name);
  TRY_ASSIGN(const db::RowStatement statement, connection.prepare_rows(sql));
  for (size_t i = 0; i < view.columns.size(); ++i) {
    const auto at = static_cast<int>(i);
    const char* table = ::sqlite3_column_table_name(statement.handle(), at);
    const char* column = ::sqlite3_column_origin_name(statement.handle(), at);
    if (table == nullptr || column == nullptr) continue;
    view.columns[i].origin_table = table;
    view.columns[i].origin_column = column;
  }
  return {};
}

base::Result<void> load_indexes(db::Connection& connection, Table& table) {
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT l.name, l.\"unique\", l.partial, i.name, i.coll"
                                " FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS i"
                                " WHERE i.key ORDER BY l.seq, i.seqno"));
  rows.bind_text(1, table.name);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const std::string_view name = rows.column_text(0);
    if (table.indexes.empty() || table.indexes.back().name != name) {
      table.indexes.push_back(
          {std::string(name), rows.column_int(1) != 0, rows.column_int(2) != 0, {}, {}, {}});
    }
    table.indexes.back().columns.emplace_back(rows.column_text(3));
    table.indexes.back().collations.emplace_back(rows.column_text(4));
  }
}

// INTEGER PRIMARY KEY is another name of the rowid (lang_createtable section 5), which is never
// NULL; SQLite does not say so of the column. Where it is not the rowid, the key has an index.
void note_rowid_alias(Table& table) {
  if (table.without_rowid || table.primary_key.size() != 1) return;
  Column& key = table.columns[table.primary_key.front()];
  if (!text::equal_ignoring_case(key.declared_type, "INTEGER")) return;
  const bool indexed =
      std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
        return index.name.starts_with("sqlite_autoindex_") && index.columns.size() == 1 &&
               index.columns.front() == key.name;
      });
  if (!indexed) key.not_null = true;
}

// A foreign key that names no columns means the primary key of the other table.
void complete_foreign_keys(std::vector<Table>& tables) {
  const auto primary_key_of = [&](std::string_view name) {
    std::vector<std::string> columns;
    for (const Table& table : tables) {
      if (!text::equal_ignoring_case(table.name, name)) continue;
      for (const size_t i : table.primary_key) columns.push_back(table.columns[i].name);
    }
    return columns;
  };
  for (Table& table : tables) {
    for (ForeignKey& key : table.foreign_keys) {
      if (key.referenced.empty()) key.referenced = primary_key_of(key.table);
    }
  }
}

// What the CHECKs of tables say of their columns holds where a view shows them.
void take_facts_of_origins(Table& view, const std::vector<Table>& tables) {
  for (Column& column : view.columns) {
    for (const Table& table : tables) {
      if (column.origin_table != table.name || table.kind != TableKind::kTable) continue;
      const Column* origin = table.find_column(column.origin_column);
      if (origin == nullptr) continue;
      column.kind = origin->kind;
      column.always_json = origin->always_json;
      column.allowed = origin->allowed;
      column.collation = origin->collation;
      if (column.description.empty()) column.description = origin->description;
    }
  }
}

base::Result<void> note_stored(db::Connection& connection, Table& view,
                               const std::vector<Table>& tables) {
  std::string sql = "SELECT * FROM ";
  db::append_name(sql, view.name);
  TRY_ASSIGN(const db::RowStatement select, connection.prepare_rows(sql));
  TRY_ASSIGN(db::RowStatement plan, connection.prepare_rows("EXPLAIN QUERY PLAN " + sql));
  return note_stored(select, plan, tables, view.columns);
}

// What is behind INSTEAD OF in the CREATE TRIGGER `sql`; kEnd: a trigger of another kind.
db::SqlToken instead_of(std::string_view sql) {
  db::SqlTokens tokens(sql);
  db::SqlToken before;
  for (db::SqlToken token = tokens.next();; token = tokens.next()) {
    if (token.kind == db::SqlToken::Kind::kEnd || token.is_word("ON")) return {};
    if (before.is_word("INSTEAD") && token.is_word("OF")) return tokens.next();
    before = token;
  }
}

// Which of INSERT, UPDATE and DELETE the INSTEAD OF triggers of a view take.
base::Result<void> note_view_triggers(db::Connection& connection, Table& table) {
  table.insertable = table.updatable = table.deletable = false;
  TRY_ASSIGN(db::Statement rows,
             connection.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'"
                                " AND tbl_name = ? COLLATE NOCASE"));
  rows.bind_text(1, table.name);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const std::string sql(rows.column_text(0));
    const db::SqlToken verb = instead_of(sql);
    table.insertable |= verb.is_word("INSERT");
    table.updatable |= verb.is_word("UPDATE");
    table.deletable |= verb.is_word("DELETE");
  }
}

base::Result<void> complete(db::Connection& connection, Table& table, std::string_view sql) {
  TRY(load_columns(connection, table));
  note_primary_key(table);
  if (table.kind == TableKind::kTable) {
    note_checks(sql, table.columns);
    note_column_comments(sql, table.columns);
    note_definition(sql, table);
  }
  if (table.kind == TableKind::kView) {
    TRY(note_origins(connection, table));
    note_expressions(sql, table);
    return note_view_triggers(connection, table);
  }
  if (table.kind == TableKind::kVirtual) note_content(sql, table);
  TRY(load_foreign_keys(connection, table));
  name_foreign_keys(sql, table);
  TRY(load_indexes(connection, table));
  note_rowid_alias(table);
  add_rowid(table);
  return {};
}

}  // namespace

std::string_view type_name(ValueKind kind) {
  static constexpr std::string_view kNames[] = {
      "any",     "bigint", "double precision",         "numeric", "text", "bytea",
      "boolean", "jsonb",  "timestamp with time zone", "date",    "time", "uuid"};
  return kNames[static_cast<size_t>(kind)];
}

const Column* Table::find_column(std::string_view wanted) const {
  for (const Column& column : columns) {
    if (column.name == wanted) return &column;
  }
  return nullptr;
}

base::Result<std::shared_ptr<const Catalog>> Catalog::load(db::Connection& connection) {
  auto catalog = std::make_shared<Catalog>();
  TRY_ASSIGN(db::Statement rows,
             connection.prepare(
                 "SELECT l.name, l.type, l.wr, l.strict, s.sql FROM pragma_table_list AS l"
                 " JOIN sqlite_schema AS s ON s.name = l.name AND s.type IN ('table', 'view')"
                 " WHERE l.schema = 'main' AND l.type <> 'shadow'"
                 " ORDER BY l.name"));
  std::map<std::string, ViewSource> view_sources;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    Table table;
    table.name = rows.column_text(0);
    if (db::is_system_table(table.name)) continue;
    const std::string_view type = rows.column_text(1);
    if (type == "view") table.kind = TableKind::kView;
    if (type == "virtual") table.kind = TableKind::kVirtual;
    table.without_rowid = rows.column_int(2) != 0;
    table.strict = rows.column_int(3) != 0;
    if (const auto completed = complete(connection, table, rows.column_text(4)); !completed) {
      // A view whose tables are gone, a virtual table whose module is not built in.
      if (table.kind == TableKind::kTable) return tl::make_unexpected(completed.error());
      const std::string& message = completed.error().message;
      catalog->problems_.push_back(table.name + " is left out: " + message +
                                   db::quoted_text_advice(rows.column_text(4), message));
      continue;
    }
    if (table.kind == TableKind::kView) view_sources[table.name] = only_source(rows.column_text(4));
    catalog->tables_.push_back(std::move(table));
  }
  complete_foreign_keys(catalog->tables_);
  for (Table& table : catalog->tables_) {
    if (table.kind != TableKind::kView) continue;
    take_facts_of_origins(table, catalog->tables_);
    note_view_key(table, view_sources[table.name], catalog->tables_);
    TRY(note_stored(connection, table, catalog->tables_));
  }
  TRY_ASSIGN(std::vector<std::string> faults, find_schema_faults(connection, catalog->tables_));
  for (std::string& fault : faults) catalog->problems_.push_back(std::move(fault));
  if (const auto loaded = load_statistics(connection, catalog->tables_); !loaded) {
    if (loaded.error().code != base::Code::kCorrupt) return tl::make_unexpected(loaded.error());
    catalog->problems_.push_back("statistics are left out: " + loaded.error().message);
  }
  TRY(load_comments(connection, catalog->tables_));
  for (Table& table : catalog->tables_) {
    move_hidden_last(table);
    table.primary_key.clear();
    note_primary_key(table);
    catalog->by_name_.emplace(table.name, catalog->by_name_.size());
  }
  catalog->relationships_ = find_relationships(catalog->tables_);
  TRY_ASSIGN(catalog->functions_, load_functions(connection, *catalog, catalog->problems_));
  TRY(load_comments(connection, catalog->functions_));
  return catalog;
}

Catalog::Catalog() = default;
Catalog::~Catalog() = default;

std::span<const Relationship> Catalog::relationships(std::string_view name) const {
  struct ByFrom {
    bool operator()(const Relationship& a, std::string_view b) const { return a.from < b; }
    bool operator()(std::string_view a, const Relationship& b) const { return a < b.from; }
  };
  const auto [first, last] =
      std::equal_range(relationships_.begin(), relationships_.end(), name, ByFrom());
  return {first, last};
}

const Table* Catalog::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tables_[found->second];
}

const Function* Catalog::find_computed(std::string_view table, std::string_view name) const {
  auto function =
      std::lower_bound(functions_.begin(), functions_.end(), name,
                       [](const Function& a, std::string_view b) { return a.name < b; });
  for (; function != functions_.end() && function->name == name; ++function) {
    if (function->row_table == table) return &*function;
  }
  return nullptr;
}

}  // namespace prodev::catalog
