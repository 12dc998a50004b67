// Export: the rows of a table or view as a file, in the representation that REST uses,
// but for values that would be read again as others (query/exact_value.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "db/connection.h"
#include "transfer/format.h"

namespace prodev::transfer {

struct ExportOptions {
  Format format = Format::kCsv;
  std::vector<std::string> columns;  // empty: all
};

// Gives the file piece by piece to `write`, rows in the order of the primary key. The number of
// rows. Memory does not grow with the table.
base::Result<uint64_t> export_rows(
    db::Connection& connection, const catalog::Table& table, const ExportOptions& options,
    const std::function<base::Result<void>(std::string_view)>& write);

}  // namespace prodev::transfer
