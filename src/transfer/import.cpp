#include "transfer/import.h"

#include "config/nearest.h"
#include "db/statement_cache.h"
#include "query/value.h"
#include "transfer/row_source.h"

namespace prodev::transfer {

namespace {

using base::Result;
using catalog::Column;
using query::Outcome;
using query::Value;

constexpr uint64_t kProgressRows = 2'000;

base::Error at_line(uint64_t line, const std::string& reason) {
  return {base::Code::kBadInput, "line " + std::to_string(line) + ": " + reason};
}

std::string reason_of(const query::ApiError& error) {
  std::string reason = error.message;
  for (const std::string& more : {error.details, error.hint}) {
    if (!more.empty()) reason += " (" + more + ")";
  }
  return reason;
}

class Importer {
 public:
  Importer(db::Connection& connection, const catalog::Table& table, const ImportOptions& options)
      : connection_(connection), table_(table), options_(options), statements_(connection, 64) {}

  Result<ImportResult> run(RowSource& source) {
    TRY(begin());
    Result<void> outcome = take_all(source);
    if (outcome) outcome = end();
    if (outcome) return result_;
    (void)connection_.execute("ROLLBACK");  // the first error is the one to tell
    return tl::make_unexpected(outcome.error());
  }

 private:
  Result<void> begin() {
    TRY(connection_.execute("BEGIN IMMEDIATE"));
    if (options_.skip_rejected) return {};
    return connection_.execute("PRAGMA defer_foreign_keys = ON");
  }

  Result<void> end() {
    if (options_.dry_run) {
      TRY(check_foreign_keys());
      return connection_.execute("ROLLBACK");
    }
    const Result<void> committed = connection_.execute("COMMIT");
    if (committed || committed.error().code != base::Code::kConflict) return committed;
    return check_foreign_keys();
  }

  // What COMMIT refuses without saying where.
  Result<void> check_foreign_keys() {
    std::string sql = "SELECT rowid, parent FROM pragma_foreign_key_check(?)";
    TRY_ASSIGN(db::Statement rows, connection_.prepare(sql));
    rows.bind_text(1, table_.name);
    TRY_ASSIGN(const bool broken, rows.step());
    if (!broken) return {};
    return base::fail(base::Code::kConflict,
                      "a row (rowid " + std::to_string(rows.column_int(0)) +
                          ") refers to a row of " + std::string(rows.column_text(1)) +
                          " that is not there: import that table first, or mend the file");
  }

  Result<void> take_all(RowSource& source) {
    for (;;) {
      TRY_ASSIGN(const bool more, source.next());
      if (!more) return {};
      const Outcome<void> taken = take(source);
      if (taken) {
        TRY(count_row());
        continue;
      }
      const Rejected rejected{source.line(), reason_of(taken.error())};
      ++result_.rejected;
      if (options_.on_rejected) options_.on_rejected(rejected);
      if (!options_.skip_rejected)
        return tl::make_unexpected(at_line(rejected.line, rejected.reason));
    }
  }

  Result<void> count_row() {
    ++result_.rows;
    if (options_.on_progress && result_.rows % kProgressRows == 0)
      options_.on_progress(result_.rows);
    if (options_.batch_rows == 0 || options_.dry_run || result_.rows % options_.batch_rows != 0)
      return {};
    TRY(end());
    return begin();
  }

  // nullptr: a name to pass over.
  Outcome<const Column*> find_column(const std::string& name) const {
    const auto mapped = options_.column_names.find(name);
    const std::string& wanted = mapped == options_.column_names.end() ? name : mapped->second;
    Outcome<const Column*> column = query::writable_column(table_, wanted, {});
    if (column) return column;
    if (options_.ignore_unknown && table_.find_column(wanted) == nullptr) return nullptr;
    return column;
  }

  Outcome<void> take(RowSource& source) {
    if (source.names_changed()) TRY(prepare(source.names()));
    TRY(source.read_values(columns_, values_));
    const db::StatementUse use(*statement_);
    int parameter = query::kFirstValue;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] != nullptr) values_[i].bind(*statement_, parameter++);
    }
    const Result<bool> done = statement_->step();
    if (!done) return query::refuse(query::sqlite_error(connection_.handle(), table_.name));
    return {};
  }

  Outcome<void> prepare(const std::vector<std::string>& names) {
    columns_.clear();
    std::vector<const Column*> written;
    for (const std::string& name : names) {
      TRY_ASSIGN(const Column* column, find_column(name));
      columns_.push_back(column);
      if (column == nullptr) continue;
      if (std::find(written.begin(), written.end(), column) != written.end())
        return query::refuse({400, "42701", "column " + column->name + " is given twice"});
      written.push_back(column);
    }
    query::OnConflict conflict;
    conflict.action = options_.on_conflict;
    TRY_ASSIGN(const query::LoweredQuery insert,
               query::lower_insert(table_, written, conflict, {}));
    const Result<db::Statement*> statement = statements_.get(insert.sql);
    if (!statement) return query::refuse(query::sqlite_error(connection_.handle(), table_.name));
    statement_ = *statement;
    return {};
  }

  db::Connection& connection_;
  const catalog::Table& table_;
  const ImportOptions& options_;
  db::StatementCache statements_;
  std::vector<const Column*> columns_;  // of the names in the file; nullptr: passed over
  std::vector<Value> values_;
  db::Statement* statement_ = nullptr;
  ImportResult result_;
};

}  // namespace

Result<ImportResult> import_rows(db::Connection& connection, const catalog::Table& table,
                                 text::Refill source, const ImportOptions& options) {
  Importer importer(connection, table, options);
  if (options.format == Format::kCsv) {
    CsvRows rows(std::move(source));
    TRY(rows.read_names());
    return importer.run(rows);
  }
  JsonRows rows(std::move(source), options.format == Format::kJsonArray
                                       ? text::JsonSplitter::Form::kArray
                                       : text::JsonSplitter::Form::kLines);
  return importer.run(rows);
}

}  // namespace prodev::transfer
