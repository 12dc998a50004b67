// The plan of a request as a response (docs.postgrest.org, Observability, Execution plan).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "records/explain.h"
#include "rest/media_type.h"

namespace prodev::rest {

// Whether the SQL of the plan is told: to service_role only, since policies are a part of it.
bool tells_sql(const PlanMedia& media, const auth::Identity& identity);

struct PlanText {
  std::vector<records::PlanStep> steps;
  std::string sql;  // empty: not told
  // What running it took; nullopt: it was not run.
  std::optional<uint64_t> rows;
  int64_t run_ns = 0;
};

// JSON: [{"Plan": {"Node Type": "Query Plan", "Plans": [...]}, ...}]: a node has SQLite's words as
// its "Node Type", and those below it as its "Plans". Text: a line for each, indented.
std::string write_plan(const PlanMedia& media, const PlanText& plan);

}  // namespace prodev::rest
