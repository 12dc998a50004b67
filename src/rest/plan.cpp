#include "rest/plan.h"

#include <cmath>
#include <cstdio>

#include "text/json_value.h"

namespace prodev::rest {

namespace {

using text::JsonArray;
using text::JsonObject;
using text::JsonValue;

// To the microsecond.
double milliseconds(int64_t ns) { return std::round(static_cast<double>(ns) / 1e3) / 1e3; }

// Depth is SQLite's: it nests by subqueries, which its limits bound.
JsonObject node(std::string name, const std::vector<records::PlanStep>& steps, int64_t id) {
  JsonArray plans;
  for (const records::PlanStep& step : steps) {
    if (step.parent == id) plans.emplace_back(node(step.detail, steps, step.id));
  }
  JsonObject out;
  out["Node Type"] = JsonValue(std::move(name));
  if (!plans.empty()) out["Plans"] = JsonValue(std::move(plans));
  return out;
}

std::string as_json(const PlanText& plan) {
  JsonObject out;
  out["Plan"] = JsonValue(node("Query Plan", plan.steps, 0));
  if (!plan.sql.empty()) out["Query Text"] = JsonValue(plan.sql);
  if (plan.rows) {
    out["Actual Rows"] = JsonValue(static_cast<int64_t>(*plan.rows));
    out["Execution Time"] = JsonValue(milliseconds(plan.run_ns));
  }
  return "[" + text::to_json(out) + "]";
}

void append_lines(std::string& out, const std::vector<records::PlanStep>& steps, int64_t parent,
                  size_t depth) {
  for (const records::PlanStep& step : steps) {
    if (step.parent != parent) continue;
    out.append(depth * 2, ' ').append(step.detail).push_back('\n');
    append_lines(out, steps, step.id, depth + 1);
  }
}

std::string as_text(const PlanText& plan) {
  std::string out;
  append_lines(out, plan.steps, 0, 0);
  if (!plan.sql.empty()) out += "Query Text: " + plan.sql + "\n";
  if (plan.rows) {
    out += "Actual Rows: " + std::to_string(*plan.rows) + "\n";
    char time[32];
    (void)std::snprintf(time, sizeof time, "%.3f", milliseconds(plan.run_ns));
    out.append("Execution Time: ").append(time).append(" ms\n");
  }
  return out;
}

}  // namespace

bool tells_sql(const PlanMedia& media, const auth::Identity& identity) {
  return media.has(PlanMedia::kVerbose) && identity.role == "service_role";
}

std::string write_plan(const PlanMedia& media, const PlanText& plan) {
  return media.json ? as_json(plan) : as_text(plan);
}

}  // namespace prodev::rest
