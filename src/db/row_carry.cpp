#include "db/row_carry.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "db/dangling_rows.h"
#include "db/small_queries.h"
#include "db/sql_tokens.h"
#include "db/system_schema.h"
#include "db/table_carry.h"
#include "db/table_shape.h"
#include "db/text_index_carry.h"
#include "db/transaction.h"
#include "text/ascii.h"

namespace prodev::db {

namespace {

using Shapes = std::vector<TableShape>;

// SQLite's own tables, and the system's that hold what schema files say. What else the system keeps
// (for the server, about its users) is data as any other.
bool is_made_by_files(std::string_view name) {
  if (!is_system_table(name)) return false;
  for (const std::string_view part :
       {"sqlite_", "_prodev_migration", "_prodev_system_migration", "_prodev_role",
        "_prodev_policy", "_prodev_privilege", "_prodev_function", "_prodev_comment"}) {
    if (name.starts_with(part)) return true;
  }
  return false;
}

base::Result<Shapes> load_shapes(Connection& target, const std::string& schema) {
  TRY_ASSIGN(Shapes shapes, load_table_shapes(target, schema));
  std::erase_if(shapes, [](const TableShape& shape) { return is_made_by_files(shape.name); });
  return shapes;
}

// How many rows were written into a table that has nowhere to go.
base::Result<int64_t> changed_rows(Connection& target, const TableShape& was,
                                   const TableShape& is) {
  if (is.store == RowStore::kIndex) return changed_in_index(target, was, is);
  const base::Result<int64_t> changed =
      load_number(target, "SELECT count(*) FROM (SELECT * FROM " + is.sql_name() +
                              " EXCEPT SELECT * FROM " + was.sql_name() + ")");
  // Columns that were added by hand cannot be compared.
  return changed.value_or(1);
}

base::Result<CarriedRows> carry_one(Connection& target, const TableShape& is, const TableShape* was,
                                    const TableShape* now) {
  CarriedRows rows{is.name};
  if (is.store == RowStore::kNone || is.store == RowStore::kIndexOfTable) return rows;
  if (was == nullptr) {
    TRY_ASSIGN(rows.lost, load_number(target, "SELECT count(*) FROM " + is.sql_name()));
    rows.why = "no schema file makes the table";
    return rows;
  }
  if (was->store == is.store && now != nullptr && now->store == is.store) {
    const TableStates states{*was, is, *now};
    return is.store == RowStore::kIndex ? carry_text_index(target, states)
                                        : carry_table(target, states);
  }
  TRY_ASSIGN(rows.lost, changed_rows(target, *was, is));
  rows.why = now == nullptr ? "the table is gone" : "the table keeps other things now";
  return rows;
}

// What triggers have put into these tables was carried with the rows, or was not: the text knows.
base::Result<void> rebuild_text_indexes(Connection& target, const Shapes& shapes,
                                        CarriedTables& carried) {
  for (const TableShape& shape : shapes) {
    if (shape.store != RowStore::kIndexOfTable) continue;
    const base::Result<void> rebuilt = rebuild_text_index(target, shape);
    if (rebuilt) continue;
    if (rebuilt.error().code != base::Code::kBadInput) return tl::make_unexpected(rebuilt.error());
    CarriedRows& rows = carried[text::lowered(shape.name)];
    rows = {shape.name, 0, 1, "its index cannot be built: " + rebuilt.error().message, {}};
  }
  return {};
}

// Numbers that AUTOINCREMENT has given are not given again, nor where no row is left.
base::Result<void> carry_sequences(Connection& target) {
  for (const char* schema : {"main", "is_"}) {
    TRY_ASSIGN(const int64_t there,
               load_number(target, std::string("SELECT count(*) FROM ") + schema +
                                       ".sqlite_schema WHERE name ="
                                       " 'sqlite_sequence'"));
    if (there == 0) return {};
  }
  return target.execute(
      "UPDATE main.sqlite_sequence AS s SET seq = max(s.seq, i.seq) FROM is_.sqlite_sequence AS i"
      " WHERE i.name = s.name COLLATE NOCASE;"
      // SQLite finds a row of this table by the name as the table is spelled.
      "INSERT INTO main.sqlite_sequence (name, seq) SELECT t.name, i.seq FROM is_.sqlite_sequence"
      " AS i JOIN main.sqlite_schema AS t ON t.name = i.name COLLATE NOCASE"
      " WHERE t.type = 'table' AND t.sql LIKE '%AUTOINCREMENT%' AND NOT EXISTS"
      " (SELECT 1 FROM main.sqlite_sequence AS s WHERE s.name = t.name)");
}

base::Result<std::vector<CarriedRows>> carry_attached(Connection& target) {
  TRY_ASSIGN(const Shapes is_shapes, load_shapes(target, "is_"));
  TRY_ASSIGN(const Shapes was_shapes, load_shapes(target, "was_"));
  TRY_ASSIGN(const Shapes shapes, load_shapes(target, "main"));
  TRY_ASSIGN(const References before, load_references(target));
  CarriedTables carried;
  for (const TableShape& is : is_shapes) {
    TRY_ASSIGN(CarriedRows rows,
               carry_one(target, is, find_shape(was_shapes, is.name), find_shape(shapes, is.name)));
    carried[text::lowered(is.name)] = std::move(rows);
  }
  TRY(remove_dangling_rows(target, before, carried));
  TRY(carry_sequences(target));
  TRY(rebuild_text_indexes(target, shapes, carried));
  std::vector<CarriedRows> result;
  for (auto& [name, rows] : carried)
    if (rows.kept > 0 || rows.lost > 0 || !rows.lost_columns.empty())
      result.push_back(std::move(rows));
  return result;
}

base::Result<std::vector<CarriedRows>> carry_in_transaction(Connection& target) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(target));
  TRY_ASSIGN(std::vector<CarriedRows> carried, carry_attached(target));
  TRY(transaction.commit());
  return carried;
}

base::Result<void> attach(Connection& target, const std::string& path, const char* schema) {
  TRY_ASSIGN(Statement attach, target.prepare(std::string("ATTACH ? AS ") + schema));
  attach.bind_text(1, path);
  TRY(attach.step());
  return {};
}

}  // namespace

base::Result<std::vector<CarriedRows>> carry_rows(Connection& target, const std::string& was_path,
                                                  const std::string& is_path) {
  TRY(attach(target, was_path, "was_"));
  TRY(attach(target, is_path, "is_"));
  TRY(target.execute("PRAGMA foreign_keys = OFF"));
  ::sqlite3_db_config(target.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  auto carried = carry_in_transaction(target);
  ::sqlite3_db_config(target.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
  (void)target.execute("PRAGMA foreign_keys = ON; DETACH was_; DETACH is_");
  return carried;
}

}  // namespace prodev::db
