// The plan of a statement, as SQLite tells it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "query/api_error.h"

namespace prodev::records {

// One line of EXPLAIN QUERY PLAN (sqlite.org/eqp). Steps come before those below them.
struct PlanStep {
  int64_t id = 0;
  int64_t parent = 0;  // 0: at the top
  std::string detail;
};

// `table`: for errors.
query::Outcome<std::vector<PlanStep>> explain(db::Connection& connection, std::string_view sql,
                                              std::string_view table);

}  // namespace prodev::records
