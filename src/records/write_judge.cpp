#include "records/write_judge.h"

#include "db/sql_tokens.h"
#include "records/row_numbers.h"
#include "telemetry/log.h"

namespace prodev::records {

using catalog::Column;
using query::MadeUpRows;
using query::Outcome;
using query::Value;

void PreparedWrite::Judge::bind(const query::LoweredQuery& query, const std::vector<Value>& row,
                                db::RowStatement& statement) const {
  write_.caller_.bind(statement);
  query.bind(statement);
  for (size_t i = 0; i < row.size(); ++i)
    row[i].bind(statement, query::kFirstValue + static_cast<int>(i));
}

tl::unexpected<query::ApiError> PreparedWrite::Judge::failed() const {
  return query::refuse(write_error(writer_.connection(), write_.table_->name));
}

tl::unexpected<query::ApiError> PreparedWrite::Judge::refused(const Form& form,
                                                              const std::vector<Value>& row) const {
  tl::unexpected<query::ApiError> error = failed();
  if (error.value().status >= 500) return error;
  Outcome<void> judged = judge(form, row);
  return judged ? error : tl::make_unexpected(std::move(judged.error()));
}

Outcome<void> PreparedWrite::Judge::judge_proposed(const Form& form,
                                                   const std::vector<Value>& row) const {
  return judge(proposed_row(form), write_.proposal_, form, row);
}

query::ApiError PreparedWrite::Judge::violation() const {
  return {403, "42501",
          "new row violates row-level security policy for table \"" + write_.table_->name + "\""};
}

Outcome<void> PreparedWrite::Judge::judge(const Form& form, const std::vector<Value>& row) const {
  if (write_.verb_ == access::Verb::kDelete) return {};
  if (write_.verb_ == access::Verb::kUpdate) return judge(form.updated, write_.check_, form, row);
  TRY(judge_proposed(form, row));
  if (!write_.merges_ || form.taken_row.empty()) return {};
  return judge(merged_row(form), write_.merged_check_, form, row);
}

// 42501 unless `check` lets every one of `rows` in.
Outcome<void> PreparedWrite::Judge::judge(const MadeUpRows& rows, std::string_view check,
                                          const Form& form, const std::vector<Value>& row) const {
  if (check.empty()) return {};
  const base::Result<db::RowStatement*> prepared =
      writer_.statements().get(query::verdict_sql(*write_.table_, rows, check));
  if (!prepared) return deny(prepared.error());
  const db::StatementUse use(**prepared);
  bind(form.query, row, **prepared);
  const base::Result<bool> verdict = (*prepared)->step();
  if (!verdict) return deny(verdict.error());
  if ((*prepared)->column_int(0) == 1) return {};
  return query::refuse(violation());
}

// Where the policies cannot be asked, nothing is told but that.
tl::unexpected<query::ApiError> PreparedWrite::Judge::deny(const base::Error& error) const {
  telemetry::log(telemetry::Level::kWarn, "a policy cannot judge a row that is refused anyway",
                 {{"table", write_.table_->name}, {"error", error.message}});
  return query::refuse(violation());
}

MadeUpRows PreparedWrite::Judge::proposed_row(const Form& form) const {
  MadeUpRows rows;
  rows.values.resize(write_.table_->columns.size());
  for (size_t i = 0; i < form.shape.size(); ++i) {
    rows.values[place_of(form.shape[i])] =
        '?' + std::to_string(static_cast<size_t>(query::kFirstValue) + i);
  }
  return rows;
}

// The row that has its key, as a merge changes it.
MadeUpRows PreparedWrite::Judge::merged_row(const Form& form) const {
  MadeUpRows rows{{}, form.taken_row};
  for (const Column& column : write_.table_->columns)
    db::append_name(rows.values.emplace_back(), column.name);
  const MadeUpRows proposed = proposed_row(form);
  for (const Column* column : write_.merged_.empty() ? form.shape : write_.merged_)
    rows.values[place_of(column)] = proposed.values[place_of(column)];
  return rows;
}

}  // namespace prodev::records
