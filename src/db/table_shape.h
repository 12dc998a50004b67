// What tables are compared by, in the databases that are attached to a connection ("main" is its
// own): their columns and keys, and for those whose rows are carried over (row_carry.h) more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// The columns that hold values of their own, in order: not generated, not hidden.
base::Result<std::vector<std::string>> columns_of(Connection& connection, std::string_view schema,
                                                  std::string_view table);

// The columns of the primary key, in its order; none where there is none.
base::Result<std::vector<std::string>> key_of(Connection& connection, std::string_view schema,
                                              std::string_view table);

enum class RowStore {
  kRows,   // its rows are its own: tables, and virtual ones that keep what is written to them
  kIndex,  // of full text, and of the text not even a copy: content=''
  kIndexOfTable,  // of full text that another table keeps: content='doc'
  kNone,          // a virtual table that computes what it shows
};

struct TableShape {
  std::string schema;  // main, was_ or is_
  std::string name;    // as it is spelled there
  RowStore store = RowStore::kRows;
  bool has_rowid = true;
  std::vector<std::string> columns;  // columns_of()
  std::vector<std::string> key;      // key_of()
  std::string rowid_column;          // that of these which is the rowid; empty: none
  std::string declaration;           // of a virtual table, token by token

  // `column` in any case, as SQLite compares names.
  bool has_column(std::string_view column) const;
  // "was_"."doc"
  std::string sql_name() const;
};

// The tables of the attached database `schema`, by name; not those that are parts of virtual ones.
base::Result<std::vector<TableShape>> load_table_shapes(Connection& connection,
                                                        const std::string& schema);

// The one of this name, in any case; null: none.
const TableShape* find_shape(const std::vector<TableShape>& shapes, std::string_view name);

}  // namespace prodev::db
