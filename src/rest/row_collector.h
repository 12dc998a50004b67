// RowCollector: puts the rows of a request body together, member by member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/budget.h"
#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/lower.h"
#include "records/write.h"
#include "rest/room.h"

namespace prodev::rest {

// What rows are read for.
struct RowTarget {
  const catalog::Table& table;
  const query::Guard& guard;  // the columns that may be set
  // Of columns=: only these keys count. Without it, every key must be a column.
  const std::optional<std::vector<std::string>>& columns;
  // Keys that a row does not have are left to the column's DEFAULT, so that rows may differ in
  // them. Else they are NULL, and without `columns` all rows must have the same keys.
  bool missing_is_default = false;
  uint64_t max_rows = 0;        // 0: no limit
  uint64_t body_bytes = 0;      // of what is read
  base::Budget::Lease& memory;  // holds body and rows, and is to live as long as they do
  Wait wait = Wait::kNo;        // for it
};

class RowCollector {
 public:
  // Shapes of one request: each is a statement of its own.
  static constexpr size_t kMaxShapes = 64;

  explicit RowCollector(const RowTarget& target);

  // Looks the columns of columns= up, before anything else.
  query::Outcome<void> begin();

  void begin_row();
  // The column that the next member of the row is for; nullptr: the member does not count.
  query::Outcome<const catalog::Column*> find(std::string_view name);
  void add(query::Value value);  // for the column that find() gave
  // 54000 beyond the limit of rows and of what one client may have of memory, 53200 when others
  // hold it.
  query::Outcome<void> end_row();

  records::NewRows take() {
    rows_.merged = std::move(fixed_);
    return std::move(rows_);
  }

 private:
  using Columns = std::vector<const catalog::Column*>;

  size_t index_of(const catalog::Column* column) const {
    return static_cast<size_t>(column - target_.table.columns.data());
  }
  query::Outcome<void> check_room();
  void fill_missing();
  query::Outcome<size_t> find_shape();
  std::optional<size_t> find_same_columns(size_t shape) const;

  const RowTarget& target_;
  Columns fixed_;  // of columns=
  records::NewRows rows_;
  size_t last_shape_ = 0;
  // The row that is being read.
  Columns columns_;
  std::vector<query::Value> values_;
  // By index of the column: the number of the row that it was last seen in, from 1, and where.
  std::vector<uint64_t> seen_in_;
  std::vector<size_t> place_;
  uint64_t row_number_ = 0;
  uint64_t text_bytes_ = 0;  // of values so far, beside the values themselves
  uint64_t values_count_ = 0;
};

}  // namespace prodev::rest
