#include "db/small_queries.h"

namespace prodev::db {

base::Result<Statement> prepare_bound(Connection& connection, std::string_view sql, Texts texts) {
  TRY_ASSIGN(Statement statement, connection.prepare(sql));
  int parameter = 0;
  for (const std::optional<std::string_view>& text : texts) {
    ++parameter;
    if (text) {
      statement.bind_text(parameter, *text);
    } else {
      statement.bind_null(parameter);
    }
  }
  return statement;
}

base::Result<std::vector<std::string>> load_strings(Connection& connection, std::string_view sql,
                                                    Texts texts) {
  TRY_ASSIGN(Statement statement, prepare_bound(connection, sql, texts));
  std::vector<std::string> found;
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return found;
    found.emplace_back(statement.column_text(0));
  }
}

base::Result<int64_t> load_number(Connection& connection, std::string_view sql, Texts texts) {
  TRY_ASSIGN(Statement statement, prepare_bound(connection, sql, texts));
  TRY(statement.step());
  return statement.column_int(0);
}

}  // namespace prodev::db
