#include "openapi/operations.h"

#include <set>

#include "openapi/fixed_parts.h"

namespace prodev::openapi {

namespace {

using catalog::Column;
using catalog::ValueKind;
using text::JsonWriter;

constexpr Status kRefusals[] = {
    {"300", "multiple-choices"}, {"400", "bad-request"},    {"401", "unauthorized"},
    {"403", "forbidden"},        {"406", "not-acceptable"}, {"413", "too-large"},
    {"414", "too-long"},         {"431", "too-long"},       {"500", "failed"},
    {"503", "unavailable"},      {"504", "timeout"}};

std::string example_value(const Column& column) {
  if (!column.allowed.empty()) return column.allowed.front();
  switch (column.kind) {
    case ValueKind::kInteger:
    case ValueKind::kReal:
    case ValueKind::kNumeric:
      return "1";
    case ValueKind::kBoolean:
      return "true";
    case ValueKind::kDate:
    case ValueKind::kTimestamp:
      return "2026-01-31";
    default:
      return "text";
  }
}

void write_media(JsonWriter& out, std::string_view type, std::string_view schema) {
  out.key(type).begin_object().key("schema").raw(schema).end_object();
}

}  // namespace

std::vector<std::string> add_filters(Components& components, const std::string& schema,
                                     const std::vector<const Column*>& columns) {
  std::vector<std::string> filters;
  Names taken;
  for (const Column* column : columns) {
    if (is_parameter_name(column->name)) continue;
    filters.push_back("filter." + schema + "." + taken.take(column->name));
    std::string json;
    JsonWriter parameter(json);
    parameter.begin_object().member("name", column->name).member("in", "query");
    parameter.member("description", "A filter, such as `eq." + example_value(*column) +
                                        "`, `not.is.null` or `in.(...)`.");
    parameter.key("schema").begin_object().member("type", "string").end_object().end_object();
    components.add("parameters", filters.back(), std::move(json));
  }
  return filters;
}

std::string reference_to(std::string_view section, std::string_view name) {
  std::string json = R"({"$ref":"#/components/)";
  return json.append(section).append("/").append(name).append("\"}");
}

void add_rows_response(Components& components, const std::string& name, std::string_view rows,
                       std::string_view row) {
  constexpr std::string_view kObjects = R"({"type":"array","items":{"type":"object"}})";
  constexpr std::string_view kText = R"({"type":"string"})";
  std::string json;
  JsonWriter out(json);
  out.begin_object().member("description", "The rows.").key("headers").begin_object();
  out.key("Content-Location").raw(reference_to("headers", "content-location"));
  out.key("Content-Range").raw(reference_to("headers", "content-range"));
  out.key("Link").raw(reference_to("headers", "link"));
  out.key("Preference-Applied").raw(reference_to("headers", "preference-applied"));
  out.end_object().key("content").begin_object();
  write_media(out, "application/json", rows);
  write_media(out, "application/vnd.pgrst.object+json", row);
  // Rows without what is null, and plans.
  write_media(out, "application/vnd.pgrst.array+json", kObjects);
  write_media(out, "application/vnd.pgrst.plan+json", kObjects);
  for (const std::string_view type :
       {"application/vnd.pgrst.plan+text", "text/csv", "application/x-ndjson"})
    write_media(out, type, kText);
  out.end_object().end_object();
  components.add("responses", name, std::move(json));
}

void write_responses(JsonWriter& out, Components& components, const std::vector<Status>& own) {
  std::set<std::string_view> written;
  out.key("responses").begin_object();
  const auto write = [&](const Status& status) {
    if (!written.insert(status.code).second) return;
    out.key(status.code);
    components.refer(out, "responses", status.response);
  };
  for (const Status& status : own) write(status);
  for (const Status& status : kRefusals) write(status);
  out.end_object();
}

}  // namespace prodev::openapi
