#include "db/table_shape.h"

#include <algorithm>

#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "db/virtual_table.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

RowStore store_of(const VirtualTable& table) {
  if (table.is_full_text() && table.content)
    return table.content->empty() ? RowStore::kIndex : RowStore::kIndexOfTable;
  for (const std::string_view module : {"fts5", "fts4", "fts3", "rtree", "rtree_i32", "geopoly"})
    if (table.module == module) return RowStore::kRows;
  return RowStore::kNone;
}

// Whether `name` is one of the tables in which the virtual table keeps what it holds. SQLite says
// so of tables of the main database alone.
bool is_part_of(const TableShape& table, std::string_view name) {
  if (table.declaration.empty() || table.store == RowStore::kNone) return false;
  if (name.size() <= table.name.size() ||
      !text::equal_ignoring_case(name.substr(0, table.name.size()), table.name))
    return false;
  const std::string part = text::lowered(name.substr(table.name.size()));
  for (const std::string_view one : {"_data", "_idx", "_content", "_docsize", "_config",
                                     "_segments", "_segdir", "_stat", "_node", "_rowid", "_parent"})
    if (part == one) return true;
  return false;
}

// CREATE VIRTUAL TABLE as it is, but for white space, comments and the case of words.
std::string normalized(std::string_view sql) {
  SqlTokens tokens(sql);
  std::string text;
  for (SqlToken token = tokens.next();
       token.kind != SqlToken::Kind::kEnd && token.kind != SqlToken::Kind::kUnfinished;
       token = tokens.next())
    text += text::lowered(token.text) + ' ';
  return text;
}

base::Result<void> load_virtual(Connection& connection, TableShape& shape) {
  TRY_ASSIGN(
      const std::vector<std::string> sql,
      load_strings(connection, "SELECT sql FROM " + shape.schema + ".sqlite_schema WHERE name = ?1",
                   {shape.name}));
  if (sql.empty()) return {};
  shape.store = store_of(parse_virtual_table(sql[0]));
  shape.declaration = normalized(sql[0]);
  return {};
}

base::Result<void> load_columns(Connection& connection, TableShape& shape) {
  TRY_ASSIGN(shape.columns, columns_of(connection, shape.schema, shape.name));
  TRY_ASSIGN(shape.key, key_of(connection, shape.schema, shape.name));
  if (shape.key.size() != 1 || !shape.has_rowid) return {};
  // INTEGER PRIMARY KEY needs no index.
  TRY_ASSIGN(
      const int64_t indexes,
      load_number(connection, "SELECT count(*) FROM pragma_index_list(?1, ?2) WHERE origin = 'pk'",
                  {shape.name, shape.schema}));
  if (indexes == 0) shape.rowid_column = shape.key[0];
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> columns_of(Connection& connection, std::string_view schema,
                                                  std::string_view table) {
  return load_strings(connection,
                      "SELECT name FROM pragma_table_xinfo(?2, ?1) WHERE hidden = 0 ORDER BY cid",
                      {schema, table});
}

base::Result<std::vector<std::string>> key_of(Connection& connection, std::string_view schema,
                                              std::string_view table) {
  return load_strings(connection,
                      "SELECT name FROM pragma_table_info(?2, ?1) WHERE pk > 0 ORDER BY pk",
                      {schema, table});
}

bool TableShape::has_column(std::string_view column) const {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& one) {
    return text::equal_ignoring_case(one, column);
  });
}

std::string TableShape::sql_name() const { return schema + "." + quoted_name(name); }

base::Result<std::vector<TableShape>> load_table_shapes(Connection& connection,
                                                        const std::string& schema) {
  std::vector<TableShape> shapes;
  TRY_ASSIGN(Statement rows,
             prepare_bound(connection,
                           "SELECT name, type = 'virtual', wr FROM pragma_table_list"
                           " WHERE schema = ?1 AND type <> 'view' ORDER BY name",
                           {schema}));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    TableShape shape{
        schema, std::string(rows.column_text(0)), {}, rows.column_int(2) == 0, {}, {}, {}, {}};
    if (rows.column_int(1) != 0) TRY(load_virtual(connection, shape));
    shapes.push_back(std::move(shape));
  }
  const std::vector<TableShape> all = shapes;
  std::erase_if(shapes, [&](const TableShape& shape) {
    return std::any_of(all.begin(), all.end(),
                       [&](const TableShape& table) { return is_part_of(table, shape.name); });
  });
  for (TableShape& shape : shapes) TRY(load_columns(connection, shape));
  return shapes;
}

const TableShape* find_shape(const std::vector<TableShape>& shapes, std::string_view name) {
  const auto found = std::find_if(shapes.begin(), shapes.end(), [&](const TableShape& one) {
    return text::equal_ignoring_case(one.name, name);
  });
  return found == shapes.end() ? nullptr : &*found;
}

}  // namespace prodev::db
