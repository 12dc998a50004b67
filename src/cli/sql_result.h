// What `prodev sql` prints of the rows of a statement.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/row_statement.h"

namespace prodev::cli {

enum class ResultFormat {
  kTable,      // columns under each other, for eyes
  kCsv,        // a line of names, then rows
  kJsonArray,  // an array of objects
  kJsonLines,  // an object on each line
};

std::optional<ResultFormat> result_format_called(std::string_view name);

// The rows of one statement, as they come. Values are written as they are stored.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual void add(const db::RowStatement& row) = 0;
  // After the last row.
  virtual void finish() = 0;
};

// `names`: of the columns. `out` outlives the writer.
std::unique_ptr<ResultWriter> make_result_writer(ResultFormat format,
                                                 const std::vector<std::string>& names,
                                                 std::ostream& out);

}  // namespace prodev::cli
