#include "db/columns_read.h"

#include <sqlite3.h>

#include "db/client_rules.h"
#include "db/errors.h"
#include "db/row_statement.h"

namespace prodev::db {
namespace {

// `column` is empty for a table of which no column is read, as count(*) has it.
int note(void* reads, int action, const char* table, const char* column, const char*,
         const char* within) noexcept {
  if (action != SQLITE_READ || table == nullptr || column == nullptr || *column == '\0')
    return SQLITE_OK;
  // Virtual tables are declared while a statement is prepared, by rows of the schema.
  if (std::string_view(table).starts_with("sqlite_")) return SQLITE_OK;
  static_cast<std::vector<ColumnRead>*>(reads)->push_back(
      {table, column, within == nullptr ? "" : within});
  return SQLITE_OK;
}

}  // namespace

base::Result<std::vector<ColumnRead>> columns_read(Connection& connection, std::string_view sql) {
  std::vector<ColumnRead> reads;
  const TrustedScope restored(connection);  // whose rules the end of as_client would else keep
  const ClientScope as_client(connection);
  ::sqlite3_set_authorizer(connection.handle(), note, &reads);
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v2(connection.handle(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  const RowStatement statement(prepared);
  if (code == SQLITE_OK) return reads;
  return base::fail(code_of(code), ::sqlite3_errmsg(connection.handle()));
}

}  // namespace prodev::db
