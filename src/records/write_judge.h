// PreparedWrite::Judge: what the policies say of the rows of a write that are
// not in their table.
#pragma once

#include <vector>

#include "records/write.h"

namespace prodev::records {

// Of one run of a write, on the thread of its writer.
class PreparedWrite::Judge {
 public:
  Judge(const PreparedWrite& write, db::BatchWriter& writer) : write_(write), writer_(writer) {}

  // The caller, what `query` asks with, and the values of a row to insert.
  void bind(const query::LoweredQuery& query, const std::vector<query::Value>& row,
            db::RowStatement& statement) const;

  // The last failed call, whatever the row.
  tl::unexpected<query::ApiError> failed() const;
  // What a statement of `form` that failed is refused for: the policies first,
  // so that no key and no constraint tells of other rows to those who may not
  // write this one anyway.
  tl::unexpected<query::ApiError> refused(const Form& form,
                                          const std::vector<query::Value>& row) const;
  // 42501 unless the policies let in the row as it was sent.
  query::Outcome<void> judge_proposed(const Form& form, const std::vector<query::Value>& row) const;
  query::ApiError violation() const;

 private:
  query::Outcome<void> judge(const Form& form, const std::vector<query::Value>& row) const;
  query::Outcome<void> judge(const query::MadeUpRows& rows, std::string_view check,
                             const Form& form, const std::vector<query::Value>& row) const;
  tl::unexpected<query::ApiError> deny(const base::Error& error) const;

  size_t place_of(const catalog::Column* column) const {
    return static_cast<size_t>(column - write_.table_->columns.data());
  }
  query::MadeUpRows proposed_row(const Form& form) const;
  query::MadeUpRows merged_row(const Form& form) const;

  const PreparedWrite& write_;
  db::BatchWriter& writer_;
};

}  // namespace prodev::records
