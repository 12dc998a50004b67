#include "rest/plan.h"

#include <cstdio>

#include "text/json_string.h"

namespace prodev::rest {

namespace {

std::string milliseconds(int64_t ns) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "%.3f", static_cast<double>(ns) / 1e6);
  return text;
}

// Depth is SQLite's: it nests by subqueries, which its limits bound.
void append_nodes(std::string& out, const std::vector<records::PlanStep>& steps, int64_t parent) {
  bool any = false;
  for (const records::PlanStep& step : steps) {
    if (step.parent != parent) continue;
    out += any ? "," : ",\"Plans\":[";
    any = true;
    out += "{\"Node Type\":";
    text::append_json_string(out, step.detail);
    append_nodes(out, steps, step.id);
    out += '}';
  }
  if (any) out += ']';
}

std::string as_json(const PlanText& plan) {
  std::string out = "[{\"Plan\":{\"Node Type\":\"Query Plan\"";
  append_nodes(out, plan.steps, 0);
  out += '}';
  if (!plan.sql.empty()) {
    out += ",\"Query Text\":";
    text::append_json_string(out, plan.sql);
  }
  if (plan.rows) {
    out += ",\"Actual Rows\":" + std::to_string(*plan.rows);
    out += ",\"Execution Time\":" + milliseconds(plan.run_ns);
  }
  return out += "}]";
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
    out += "Execution Time: " + milliseconds(plan.run_ns) + " ms\n";
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
