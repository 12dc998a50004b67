// The part of PreparedWrite that runs.
#include "records/outdated.h"
#include "records/returned_rows.h"
#include "records/view_write.h"
#include "records/write_judge.h"

namespace prodev::records {

using query::Outcome;

// One run of a write, in the transaction of the writer.
class PreparedWrite::Run {
 public:
  Run(const PreparedWrite& write, db::BatchWriter& writer, std::string& body)
      : write_(write),
        writer_(writer),
        body_(body),
        judge_(write, writer),
        row_writer_(write.options_.format, write.forms_.front().query.columns,
                    write.forms_.front().query.lead_columns, write.options_.strips_nulls) {
    row_writer_.drain_at(kMostReturnedBytes, no_more());
  }

  Outcome<WriteResult> run() {
    if (write_.returns(Returned::kRows)) row_writer_.begin(body_);
    if (write_.verb_ != access::Verb::kInsert)
      TRY(run_form(write_.forms_.front(), write_.forms_.front().query, {}));
    for (const NewRow& row : write_.rows_) TRY(insert(row));
    // Left to the commit, it would take the other requests of the batch with
    // it.
    if (writer_.connection().has_unresolved_references())
      return query::refuse(query::broken_reference(write_.table_->name));
    if (write_.returns(Returned::kRows)) row_writer_.end(body_);
    if (result_.rows != 1) result_.key.clear();
    return std::move(result_);
  }

 private:
  Outcome<void> insert(const NewRow& row) {
    const Form& form = write_.forms_[row.shape];
    TRY_ASSIGN(const bool taken, is_taken(form, row));
    // The row that RETURNING gives is then another one.
    if (taken) TRY(judge_.judge_proposed(form, row.values));
    const uint64_t before = result_.rows;
    TRY(run_form(form, form.plain && !taken ? *form.plain : form.query, row.values));
    result_.inserted = result_.inserted || (!taken && result_.rows > before);
    return {};
  }

  // Whether there is a row of the same key, when that matters.
  Outcome<bool> is_taken(const Form& form, const NewRow& row) {
    const bool matters = !result_.inserted || !write_.check_.empty();
    if (form.taken_row.empty() || !matters) return false;
    const base::Result<db::RowStatement*> prepared =
        writer_.statements().get("SELECT 1" + form.taken_row);
    if (!prepared) return judge_.failed();
    const db::StatementUse use(**prepared);
    for (size_t i = 0; i < form.key.size(); ++i)
      row.values[form.key[i]].bind(**prepared, query::kFirstValue + static_cast<int>(i));
    const base::Result<bool> found = (*prepared)->step();
    if (!found) return judge_.failed();
    return *found;
  }

  // `query`: one of the statements of `form`. `row`: the values of one to insert.
  Outcome<void> run_form(const Form& form, const query::LoweredQuery& query,
                         const std::vector<query::Value>& row) {
    const base::Result<db::RowStatement*> prepared = writer_.statements().get(query.sql);
    if (!prepared) return judge_.failed();
    db::RowStatement& statement = **prepared;
    const db::StatementUse use(statement);
    judge_.bind(query, row, statement);
    uint64_t returned = 0;
    bool allowed = true;
    // To its end, whatever comes: a write that is given up half-way takes the
    // transaction with it where a virtual table is written.
    for (;;) {
      const base::Result<bool> stepped = statement.step();
      if (!stepped) return judge_.refused(form, row);
      if (!*stepped) break;
      ++returned;
      allowed = allowed && (form.query.lead_columns == 0 || statement.column_int(0) == 1);
      if (allowed) keep(form, statement);
    }
    if (too_large_) return query::refuse(returns_too_much());
    if (write_.ignores_ && returned == 0) TRY(judge_.judge_proposed(form, row));
    if (!allowed || (write_.must_return_ && returned == 0))
      return query::refuse(judge_.violation());
    const bool returns = !write_.returns(Returned::kNothing) || form.query.lead_columns > 0;
    result_.rows += returns ? returned : writer_.connection().changed_rows();
    return {};
  }

  void keep(const Form& form, const db::RowStatement& row) {
    if (write_.returns(Returned::kKey)) {
      result_.key.clear();
      int i = form.query.lead_columns;
      for (const query::OutputColumn& column : form.query.columns)
        result_.key.emplace_back(column.name, value_text(row, i++, column.kind));
    }
    if (!write_.returns(Returned::kRows)) return;
    // A second row of what must be one is not written: there will be an error.
    const bool second = write_.options_.format == RowFormat::kJsonObject && row_writer_.rows() > 0;
    if (!second && !too_large_) too_large_ = !row_writer_.add(body_, row);
  }

  const PreparedWrite& write_;
  db::BatchWriter& writer_;
  std::string& body_;
  const Judge judge_;
  RowWriter row_writer_;
  WriteResult result_;
  bool too_large_ = false;
};

Outcome<WriteResult> PreparedWrite::run(db::BatchWriter& writer, std::string& body) const {
  TRY(check_schema(writer, schema_->number));
  TRY(number_.check(writer.connection()));
  const db::CallerScope scope = caller_.scope(writer.connection());
  if (view_) return ViewRun(*this, writer, body).run();
  return Run(*this, writer, body).run();
}

}  // namespace prodev::records
