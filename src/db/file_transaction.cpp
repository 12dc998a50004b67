#include "db/file_transaction.h"

#include <string>
#include <utility>
#include <vector>

#include "db/sql_tokens.h"

namespace prodev::db {

namespace {

struct Cascade {
  std::string child, column, parent, parent_column;
};

base::Result<std::vector<Cascade>> system_cascades(Connection& connection) {
  TRY_ASSIGN(
      Statement rows,
      connection.prepare("SELECT m.name, f.\"from\", f.\"table\", f.\"to\""
                         " FROM main.sqlite_schema m,"
                         " pragma_foreign_key_list(m.name, 'main') f"
                         " WHERE m.type = 'table' AND m.name LIKE '\\_prodev\\_%' ESCAPE '\\'"
                         " AND f.on_delete = 'CASCADE'"));
  std::vector<Cascade> cascades;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return cascades;
    cascades.push_back({std::string(rows.column_text(0)), std::string(rows.column_text(1)),
                        std::string(rows.column_text(2)), std::string(rows.column_text(3))});
  }
}

// Makes, for each ON DELETE CASCADE of a system table, what stands in for it meanwhile:
//   CREATE TEMP TRIGGER _prodev_cascade_0 AFTER DELETE ON main._prodev_policy
//   BEGIN DELETE FROM _prodev_policy_role WHERE policy_id = OLD.id; END
base::Result<void> stand_in_for_system_cascades(Connection& connection) {
  TRY_ASSIGN(const std::vector<Cascade> cascades, system_cascades(connection));
  size_t number = 0;
  for (const Cascade& one : cascades) {
    TRY(connection.execute("CREATE TEMP TRIGGER _prodev_cascade_" + std::to_string(number++) +
                           " AFTER DELETE ON main." + one.parent + " BEGIN DELETE FROM " +
                           one.child + " WHERE " + one.column + " = OLD." + one.parent_column +
                           "; END"));
  }
  return {};
}

// What a file made with CREATE TEMP, and left, would stand before tables of the same name for
// everything that the connection does later.
void drop_temporary(Connection& connection) {
  for (const std::string_view type : {"trigger", "view", "table"}) {
    std::string sql;
    if (auto rows = connection.prepare("SELECT name FROM temp.sqlite_schema WHERE type = '" +
                                       std::string(type) +
                                       "' AND name NOT LIKE 'sqlite\\_%'"
                                       " ESCAPE '\\'")) {
      for (auto row = rows->step(); row && *row; row = rows->step()) {
        sql += "DROP " + std::string(type) + " IF EXISTS temp.";
        append_name(sql, rows->column_text(0));
        sql += ";";
      }
    }
    (void)connection.execute(sql);  // the transaction has its end already
  }
}

}  // namespace

base::Result<FileTransaction> FileTransaction::begin(Connection& connection) {
  FileTransaction transaction(connection);
  // Inside a transaction the pragma does nothing.
  TRY(connection.execute("PRAGMA foreign_keys = OFF"));
  TRY(stand_in_for_system_cascades(connection));
  TRY_ASSIGN(transaction.transaction_, Transaction::begin(connection));
  return transaction;
}

base::Result<void> FileTransaction::commit() { return transaction_->commit(); }

FileTransaction::FileTransaction(FileTransaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      transaction_(std::move(other.transaction_)) {}

FileTransaction::~FileTransaction() {
  if (connection_ == nullptr) return;
  transaction_.reset();
  drop_temporary(*connection_);
  (void)connection_->execute("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF");
}

}  // namespace prodev::db
