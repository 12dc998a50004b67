#include "query/schema_fault.h"

#include <string>

#include "telemetry/log.h"

namespace prodev::query {

namespace {

struct FaultRow {
  std::string_view begins;
  std::string_view code;  // PostgreSQL, appendix A
  std::string_view says;
};

constexpr FaultRow kFaults[] = {
    {"foreign key mismatch - ", "42830",
     "there is no unique constraint matching a foreign key of or to table "},
    {"no such collation sequence: ", "42704",
     "a collation does not exist that is needed by table "},
    {"unknown function: ", "42883", "a function does not exist that is needed by table "},
    {"no such function: ", "42883", "a function does not exist that is needed by table "},
    {"no such table: ", "42P01", "a table does not exist that is needed by table "},
    {"no such module: ", "42704", "a module does not exist that is needed by table "},
    {"no such column: ", "42703", "a column does not exist that is needed by table "},
};

// "table log has no column named at", of the INSERT in a trigger.
constexpr std::string_view kNoColumn = " has no column named ";

ApiError fault(std::string_view code, std::string_view says, std::string_view table) {
  return {400,
          std::string(code),
          std::string(says) + '"' + std::string(table) + '"',
          {},
          "The owner of the database is told more by prodev doctor."};
}

std::optional<ApiError> find_fault(std::string_view message, std::string_view table) {
  for (const FaultRow& row : kFaults) {
    if (message.starts_with(row.begins)) return fault(row.code, row.says, table);
  }
  if (message.starts_with("table ") && message.find(kNoColumn) != std::string_view::npos)
    return fault("42703", "a column does not exist that is needed by table ", table);
  return std::nullopt;
}

}  // namespace

std::optional<ApiError> schema_fault(std::string_view message, std::string_view table) {
  std::optional<ApiError> fault = find_fault(message, table);
  if (fault) {
    telemetry::log(telemetry::Level::kError,
                   "a request for table " + std::string(table) + " met a fault of the schema: " +
                       std::string(message) + " (prodev doctor tells all of them)");
  }
  return fault;
}

}  // namespace prodev::query
