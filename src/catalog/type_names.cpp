#include "catalog/type_names.h"

#include <algorithm>

namespace prodev::catalog {

namespace {

struct TypeRow {
  std::string_view name;
  ValueKind kind;
};

constexpr TypeRow kTypes[] = {{"any", ValueKind::kAny},
                              {"bigint", ValueKind::kInteger},
                              {"blob", ValueKind::kBlob},
                              {"bool", ValueKind::kBoolean},
                              {"boolean", ValueKind::kBoolean},
                              {"bytea", ValueKind::kBlob},
                              {"character varying", ValueKind::kText},
                              {"date", ValueKind::kDate},
                              {"datetime", ValueKind::kTimestamp},
                              {"decimal", ValueKind::kNumeric},
                              {"double precision", ValueKind::kReal},
                              {"float4", ValueKind::kReal},
                              {"float8", ValueKind::kReal},
                              {"int", ValueKind::kInteger},
                              {"int2", ValueKind::kInteger},
                              {"int4", ValueKind::kInteger},
                              {"int8", ValueKind::kInteger},
                              {"integer", ValueKind::kInteger},
                              {"json", ValueKind::kJson},
                              {"jsonb", ValueKind::kJson},
                              {"numeric", ValueKind::kNumeric},
                              {"real", ValueKind::kReal},
                              {"smallint", ValueKind::kInteger},
                              {"text", ValueKind::kText},
                              {"time", ValueKind::kTime},
                              {"time with time zone", ValueKind::kTime},
                              {"time without time zone", ValueKind::kTime},
                              {"timestamp", ValueKind::kTimestamp},
                              {"timestamp with time zone", ValueKind::kTimestamp},
                              {"timestamp without time zone", ValueKind::kTimestamp},
                              {"timestamptz", ValueKind::kTimestamp},
                              {"timetz", ValueKind::kTime},
                              {"uuid", ValueKind::kUuid},
                              {"varchar", ValueKind::kText}};

}  // namespace

std::optional<ValueKind> kind_called(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeRow& row) { return row.name == name; });
  if (found == std::end(kTypes)) return std::nullopt;
  return found->kind;
}

std::vector<std::string> known_type_names() {
  std::vector<std::string> names;
  for (const TypeRow& row : kTypes) names.emplace_back(row.name);
  return names;
}

}  // namespace prodev::catalog
