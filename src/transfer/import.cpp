#include "transfer/import.h"

#include <sqlite3.h>

#include <algorithm>
#include <optional>

#include "config/nearest.h"
#include "db/statement_cache.h"
#include "db/transaction.h"
#include "query/value.h"
#include "text/ascii.h"
#include "transfer/file_start.h"
#include "transfer/row_source.h"
#include "transfer/separator.h"

namespace prodev::transfer {

namespace {

using base::Code;
using base::Result;
using catalog::Column;
using query::Outcome;
using query::Value;

constexpr uint64_t kProgressRows = 2'000;

base::Error at_line(uint64_t line, const std::string& reason, Code code = Code::kBadInput) {
  return {code, "line " + std::to_string(line) + ": " + reason};
}

// One line without control characters, which a terminal would obey: values come from the file.
std::string reason_of(const query::ApiError& error) {
  std::string reason = error.message;
  for (const std::string& more : {error.details, error.hint}) {
    if (!more.empty()) reason += " (" + more + ")";
  }
  for (char& c : reason) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return reason;
}

bool refers_to_itself(const catalog::Table& table) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const catalog::ForeignKey& key) {
                       return text::equal_ignoring_case(key.table, table.name);
                     });
}

class Importer {
 public:
  Importer(db::Connection& connection, const catalog::Table& table, const ImportOptions& options,
           ImportResult& result)
      : connection_(connection),
        table_(table),
        options_(options),
        result_(result),
        statements_(connection, 64),
        defers_(!options.skip_rejected && refers_to_itself(table)) {}

  // For a file whose names stand above its rows: that each is a column.
  Result<void> check_names(const std::vector<std::string>& names) {
    const Outcome<void> prepared = prepare(names);
    if (prepared) return {};
    return tl::make_unexpected(
        at_line(1, reason_of(prepared.error()) + ", with " + name_of_separator(result_.separator) +
                       " taken to stand between fields (--delimiter names another)"));
  }

  Result<void> run(RowSource& source) {
    TRY(begin());
    Result<void> outcome = take_all(source);
    if (outcome) outcome = end();
    transaction_.reset();
    return outcome;
  }

 private:
  bool in_transaction() const { return ::sqlite3_get_autocommit(connection_.handle()) == 0; }

  Result<void> begin() {
    Result<db::Transaction> begun = db::Transaction::begin(connection_);
    if (!begun && begun.error().code == Code::kBusy) {
      return base::fail(Code::kBusy,
                        "another program is writing to the database and did not finish in " +
                            std::to_string(db::Connection::kBusyTimeout_ms / 1'000) +
                            " seconds: try again");
    }
    TRY_ASSIGN(transaction_, std::move(begun));
    return defers_ ? connection_.execute("PRAGMA defer_foreign_keys = ON") : Result<void>();
  }

  Result<void> end() {
    if (connection_.has_unresolved_references()) return tl::make_unexpected(unresolved_error());
    if (options_.dry_run) return {};
    TRY(transaction_->commit());
    result_.kept = result_.rows;
    unresolved_.clear();
    return {};
  }

  // Remembers the rows after which a foreign key was broken, since the commit would not tell which.
  void note_unresolved(uint64_t line) {
    if (table_.foreign_keys.empty()) return;
    if (!connection_.has_unresolved_references()) {
      unresolved_.clear();
    } else if (unresolved_.size() < kMaxUnresolved) {
      unresolved_.push_back({::sqlite3_last_insert_rowid(connection_.handle()), line});
    }
  }

  std::optional<uint64_t> line_of(int64_t rowid) const {
    const auto found = std::find_if(unresolved_.begin(), unresolved_.end(),
                                    [&](const Unresolved& one) { return one.rowid == rowid; });
    return found == unresolved_.end() ? std::nullopt : std::optional(found->line);
  }

  base::Error unresolved_error() {
    const std::string elsewhere =
        "rows of other tables refer to what these rows would replace, or a trigger made rows that "
        "refer to none";
    auto rows = connection_.prepare("SELECT rowid, parent FROM pragma_foreign_key_check(?)");
    if (!rows) return rows.error();
    rows->bind_text(1, table_.name);
    for (;;) {
      const Result<bool> row = rows->step();
      if (!row) return row.error();
      if (!*row) return {Code::kConflict, elsewhere};
      const auto line = line_of(rows->column_int(0));
      if (!line) continue;  // it was there before
      return at_line(*line,
                     "refers to a row of " + std::string(rows->column_text(1)) +
                         " that neither the database nor the file has",
                     Code::kConflict);
    }
  }

  Result<void> take_all(RowSource& source) {
    for (;;) {
      TRY_ASSIGN(const bool more, source.next());
      if (!more) return {};
      const Outcome<void> taken = take(source);
      if (failure_) return tl::make_unexpected(*failure_);
      if (taken) {
        TRY(count_row());
      } else {
        TRY(reject({source.line(), reason_of(taken.error()), source.text(), &source.names()}));
      }
      if (options_.on_progress && (result_.rows + result_.rejected) % kProgressRows == 0)
        options_.on_progress(result_.rows + result_.rejected);
    }
  }

  Result<void> reject(const Rejected& rejected) {
    ++result_.rejected;
    if (options_.on_rejected) TRY(options_.on_rejected(rejected));
    if (options_.skip_rejected) return {};
    return tl::make_unexpected(at_line(rejected.line, rejected.reason));
  }

  Result<void> count_row() {
    ++result_.rows;
    if (options_.batch_rows == 0 || options_.dry_run || result_.rows % options_.batch_rows != 0)
      return {};
    TRY(end());
    return begin();
  }

  // nullptr: a name to pass over.
  Outcome<const Column*> find_column(const std::string& name) const {
    const auto mapped = options_.column_names.find(name);
    const std::string& wanted = mapped == options_.column_names.end() ? name : mapped->second;
    const Column* known = table_.find_column(wanted);
    // An export has generated columns too; SQLite computes them again.
    if (known == nullptr ? options_.ignore_unknown : known->generated) return nullptr;
    Outcome<const Column*> column = query::writable_column(table_, wanted, {});
    if (!column && known == nullptr) column.error().hint += way_out(name, column.error().hint);
    return column;
  }

  // For a name in the file that is no column: which options there are.
  std::string way_out(const std::string& name, const std::string& hint) const {
    std::vector<std::string> columns;
    for (const Column& column : table_.columns) columns.push_back(column.name);
    std::string near = config::nearest(name, columns);
    if (near.empty()) near = "COLUMN";
    return std::string(hint.empty() ? "" : " ") + "--map " + name + "=" + near +
           " gives it the name of a column, and --ignore-unknown passes over names that are none";
  }

  Outcome<void> take(RowSource& source) {
    if (source.names_changed()) prepared_ = prepare(source.names());
    if (!prepared_) return prepared_;
    TRY(source.read_values(columns_, values_));
    const db::StatementUse use(*statement_);
    int parameter = query::kFirstValue;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] != nullptr) values_[i].bind(*statement_, parameter++);
    }
    const Result<bool> done = statement_->step();
    if (!done) return refuse_row(done.error(), source.line());
    const bool unchanged = options_.on_conflict == query::OnConflict::Action::kIgnore &&
                           ::sqlite3_changes(connection_.handle()) == 0;
    if (unchanged) ++result_.unchanged;
    note_unresolved(source.line());
    return {};
  }

  // Sets failure_ when it is not the row that is wrong: the rows after it would fare no better, or
  // would be kept although the transaction is gone.
  Outcome<void> refuse_row(const base::Error& error, uint64_t line) {
    const bool row_is_wrong = error.code == Code::kConflict || error.code == Code::kBadInput ||
                              error.code == Code::kTooLarge;
    if (!row_is_wrong) failure_ = at_line(line, error.message, error.code);
    if (row_is_wrong && !in_transaction())
      failure_ = at_line(line, "a trigger rolled everything back: " + error.message);
    return query::refuse(query::sqlite_error(connection_.handle(), table_.name));
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
               query::lower_insert(query::no_context(), table_, written, conflict, {}));
    const Result<db::RowStatement*> statement = statements_.get(insert.sql);
    if (!statement) return query::refuse(query::sqlite_error(connection_.handle(), table_.name));
    statement_ = *statement;
    return {};
  }

  struct Unresolved {
    int64_t rowid;
    uint64_t line;
  };
  static constexpr size_t kMaxUnresolved = 1'000'000;

  db::Connection& connection_;
  const catalog::Table& table_;
  const ImportOptions& options_;
  ImportResult& result_;
  std::optional<db::Transaction> transaction_;
  db::StatementCache statements_;
  const bool defers_;                   // foreign keys, to the commit
  std::vector<const Column*> columns_;  // of the names in the file; nullptr: passed over
  std::vector<Value> values_;
  Outcome<void> prepared_;  // columns_ and statement_, for the names of the last row
  db::RowStatement* statement_ = nullptr;
  std::vector<Unresolved> unresolved_;
  std::optional<base::Error> failure_;
};

char separator_of(const FileStart& start, const catalog::Table& table,
                  const ImportOptions& options) {
  if (options.separator) return *options.separator;
  if (options.format == Format::kTsv) return '\t';
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  for (const auto& [name, column] : options.column_names) names.push_back(name);
  return guess_separator(start.first_line, names);
}

}  // namespace

Result<void> import_rows(db::Connection& connection, const catalog::Table& table,
                         text::Refill source, const ImportOptions& options, ImportResult& result) {
  Importer importer(connection, table, options, result);
  TRY_ASSIGN(FileStart start, look_at_start(std::move(source)));
  result.utf16 = start.utf16;
  if (options.format == Format::kCsv || options.format == Format::kTsv) {
    result.separator = separator_of(start, table, options);
    CsvRows rows(std::move(start.refill), result.separator);
    TRY(rows.read_names());
    TRY(importer.check_names(rows.names()));
    return importer.run(rows);
  }
  JsonRows rows(std::move(start.refill), options.format == Format::kJsonArray
                                             ? text::JsonSplitter::Form::kArray
                                             : text::JsonSplitter::Form::kLines);
  return importer.run(rows);
}

}  // namespace prodev::transfer
