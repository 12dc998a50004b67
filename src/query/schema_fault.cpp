#include "query/schema_fault.h"

#include <string>

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
};

}  // namespace

std::optional<ApiError> schema_fault(std::string_view message, std::string_view table) {
  for (const FaultRow& row : kFaults) {
    if (!message.starts_with(row.begins)) continue;
    return ApiError{400,
                    std::string(row.code),
                    std::string(row.says) + '"' + std::string(table) + '"',
                    {},
                    "The owner of the database is told more by prodev doctor."};
  }
  return std::nullopt;
}

}  // namespace prodev::query
