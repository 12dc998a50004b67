#include "db/statement.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <string>
#include <utility>

#include "db/caught.h"

namespace prodev::db {

base::Result<Statement> Statement::prepare(SQLite::Database& database, std::string_view sql) {
  TRY_ASSIGN(auto statement, caught("a statement cannot be prepared", database.getHandle(), [&] {
               return std::make_unique<SQLite::Statement>(database, std::string(sql));
             }));
  return Statement(std::move(statement), database.getHandle());
}

Statement::Statement(std::unique_ptr<SQLite::Statement> statement, sqlite3* connection)
    : statement_(std::move(statement)), connection_(connection) {}
Statement::Statement(Statement&& other) noexcept = default;
Statement& Statement::operator=(Statement&& other) noexcept = default;
Statement::~Statement() = default;

void Statement::bind_text(int parameter, std::string_view text) {
  const auto bound = caught("a text cannot be bound", connection_,
                            [&] { statement_->bind(parameter, std::string(text)); });
  if (bound_) bound_ = bound;
}

void Statement::bind_int(int parameter, int64_t number) {
  const auto bound =
      caught("a number cannot be bound", connection_, [&] { statement_->bind(parameter, number); });
  if (bound_) bound_ = bound;
}

void Statement::bind_null(int parameter) {
  const auto bound =
      caught("NULL cannot be bound", connection_, [&] { statement_->bind(parameter); });
  if (bound_) bound_ = bound;
}

base::Result<bool> Statement::step() {
  TRY(bound_);
  switch (statement_->tryExecuteStep()) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail_sqlite(connection_, "a statement failed");
  }
}

void Statement::reset() {
  statement_->tryReset();  // its code is that of the last step()
  bound_ =
      caught("parameters cannot be cleared", connection_, [&] { statement_->clearBindings(); });
}

bool Statement::has(int column) const {
  return statement_->hasRow() && column < statement_->getColumnCount();
}

int64_t Statement::column_int(int column) const {
  return has(column) ? statement_->getColumn(column).getInt64() : 0;
}

std::string_view Statement::column_text(int column) const {
  if (!has(column)) return {};
  const SQLite::Column value = statement_->getColumn(column);
  const char* text = value.getText();
  return {text, static_cast<size_t>(value.getBytes())};
}

bool Statement::column_is_null(int column) const {
  return !has(column) || statement_->getColumn(column).isNull();
}

}  // namespace prodev::db
