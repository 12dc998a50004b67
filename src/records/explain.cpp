#include "records/explain.h"

namespace prodev::records {

query::Outcome<std::vector<PlanStep>> explain(db::Connection& connection, std::string_view sql,
                                              std::string_view table) {
  base::Result<db::Statement> statement =
      connection.prepare("EXPLAIN QUERY PLAN " + std::string(sql));
  if (!statement) return query::refuse(query::sqlite_error(connection.handle(), table));
  std::vector<PlanStep> steps;
  for (;;) {
    const base::Result<bool> row = statement->step();
    if (!row) return query::refuse(query::sqlite_error(connection.handle(), table));
    if (!*row) return steps;
    steps.push_back({statement->column_int(0), statement->column_int(1),
                     std::string(statement->column_text(3))});
  }
}

}  // namespace prodev::records
