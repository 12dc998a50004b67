#include "records/call.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/clock.h"
#include "db/memory.h"
#include "db/sql_tokens.h"
#include "records/outdated.h"
#include "records/query_run.h"
#include "records/row_numbers.h"
#include "records/stored_value.h"

namespace prodev::records {

namespace {

using catalog::Column;
using catalog::Function;
using query::LoweredQuery;
using query::Outcome;
using query::Value;
using Returns = Function::Returns;

// SQLite's limit of parameters is 32,766.
constexpr size_t kMaxKeptValues = 32'000;

// Of the statement `sql` of its body. The table that a constraint is of, which SQLite names first:
// "UNIQUE constraint failed: a.b".
query::ApiError error_of(db::Connection& connection, const Function& function,
                         std::string_view sql) {
  sqlite3* handle = connection.handle();
  const std::string message = ::sqlite3_errmsg(handle);
  const size_t colon = message.find(": ");
  const size_t dot = message.find('.', colon);
  const bool names_table = (::sqlite3_errcode(handle) & 0xff) == SQLITE_CONSTRAINT &&
                           colon != std::string::npos && dot != std::string::npos;
  return write_error(connection,
                     names_table ? message.substr(colon + 2, dot - colon - 2) : function.name, sql);
}

bool asks_for_everything(const query::Read& read) {
  return read.select.empty() && read.embeds.empty() && read.where.children.empty() &&
         read.order.empty() && !read.limit && read.offset == 0;
}

std::vector<query::OutputColumn> output_columns(const Function& function) {
  std::vector<query::OutputColumn> columns;
  for (const Column& column : function.rows.columns)
    columns.push_back({column.name, column.kind, column.always_json});
  return columns;
}

// Brings one call to an end, on the connection of `target`.
class Run {
 public:
  Run(const Schema& schema, const auth::Identity& identity, const Call& call,
      const query::Read& read, const ReadOptions& options, QueryTarget target, std::string& body)
      : schema_(schema),
        role_(identity.role),
        caller_(identity),
        call_(call),
        function_(*call.function),
        read_(read),
        options_(options),
        target_(target),
        scope_(caller_.scope(target.connection)),
        body_(body) {}

  Outcome<ReadResult> run_reading() {
    TRY(complete_arguments());
    if (function_.returns == Returns::kNothing) {
      if (!is_skipped()) TRY(run_statement(function_.body.back().sql));
      return ReadResult();
    }
    return read_source(is_skipped() ? no_rows() : function_.body.back().sql);
  }

  Outcome<ReadPlan> explain_reading(bool run) {
    const int64_t begun_ns = base::monotonic_ns();
    TRY(complete_arguments());
    std::string sql = is_skipped() ? no_rows() : function_.body.back().sql;
    ReadPlan plan;
    if (function_.returns == Returns::kNothing) {
      TRY_ASSIGN(plan.steps, explain(target_.connection, sql, function_.name));
      if (run) TRY(run_statement(sql));
      if (run) plan.rows = 0;
      plan.sql = std::move(sql);
    } else {
      TRY_ASSIGN(const LoweredRead lowered, lower_rows_of(source_of(sql), arguments_));
      TRY_ASSIGN(plan.steps, explain(target_.connection, lowered.rows.sql, function_.name));
      if (run) {
        TRY_ASSIGN(const ReadResult result,
                   QueryRun(options_, target_, caller_, body_).run(lowered));
        plan.rows = result.rows;
      }
      plan.sql = lowered.rows.sql;
    }
    if (run) plan.run_ns = base::monotonic_ns() - begun_ns;
    return plan;
  }

  Outcome<ReadResult> run_writing() {
    TRY(complete_arguments());
    if (is_skipped())
      return function_.returns == Returns::kNothing ? ReadResult() : read_source(no_rows());
    for (size_t i = 0; i + 1 < function_.body.size(); ++i)
      TRY(run_statement(function_.body[i].sql));
    const catalog::FunctionStatement& last = function_.body.back();
    if (function_.returns == Returns::kNothing) {
      TRY(run_statement(last.sql));
      return ReadResult();
    }
    if (last.reads_only) return read_source(last.sql);
    if (asks_for_everything(read_) && options_.count == Count::kNone) return write_rows(last.sql);
    return keep_rows(last.sql);
  }

 private:
  // STRICT: with NULL for an argument there is no result.
  bool is_skipped() const {
    return function_.strict &&
           std::any_of(arguments_.begin(), arguments_.end(),
                       [](const Value& v) { return v.type == db::StorageClass::kNull; });
  }

  std::string no_rows() const {
    std::string sql = "SELECT NULL";
    for (size_t i = 1; i < function_.rows.columns.size(); ++i) sql += ",NULL";
    return sql + " WHERE 0";
  }

  Outcome<void> complete_arguments() {
    for (size_t i = 0; i < function_.arguments.size(); ++i) {
      if (call_.arguments[i]) {
        arguments_.push_back(*call_.arguments[i]);
        continue;
      }
      TRY_ASSIGN(Value value, default_of(function_.arguments[i]));
      arguments_.push_back(std::move(value));
    }
    return {};
  }

  Outcome<Value> default_of(const catalog::Argument& argument) {
    TRY_ASSIGN(db::RowStatement * statement, prepare("SELECT (" + *argument.default_sql + ")"));
    const db::StatementUse use(*statement);
    TRY_ASSIGN(const bool row, step(*statement));
    return row ? stored_value(*statement, 0) : Value();
  }

  // With the caller bound.
  Outcome<db::RowStatement*> prepare(const std::string& sql) {
    const base::Result<db::RowStatement*> statement = target_.statements.get(sql);
    if (!statement) return query::refuse(error_of(target_.connection, function_, sql));
    caller_.bind(**statement);
    return *statement;
  }

  Outcome<bool> step(db::RowStatement& statement) {
    const base::Result<bool> row = statement.step();
    if (!row) {
      const char* sql = ::sqlite3_sql(statement.handle());
      return query::refuse(error_of(target_.connection, function_, sql));
    }
    return *row;
  }

  // Prepares a statement of the body.
  Outcome<db::RowStatement*> begin(const std::string& sql) {
    TRY_ASSIGN(db::RowStatement * statement, prepare(sql));
    for (size_t i = 0; i < arguments_.size(); ++i)
      arguments_[i].bind(*statement, query::kFirstValue + static_cast<int>(i));
    return statement;
  }

  Outcome<void> run_statement(const std::string& sql) {
    TRY_ASSIGN(db::RowStatement * statement, begin(sql));
    const db::StatementUse use(*statement);
    for (;;) {
      TRY_ASSIGN(const bool row, step(*statement));
      if (!row) return {};
    }
  }

  // What the caller asks of the rows of `sql`, a SELECT of the body.
  Outcome<ReadResult> read_source(const std::string& sql) {
    return read_rows_of(source_of(sql), arguments_, target_);
  }

  std::string source_of(const std::string& sql) const {
    return function_.returns_set ? sql : "SELECT * FROM (" + sql + ") LIMIT 1";
  }

  Outcome<ReadResult> read_rows_of(const std::string& sql, std::vector<Value> values,
                                   QueryTarget target) {
    TRY_ASSIGN(const LoweredRead lowered, lower_rows_of(sql, std::move(values)));
    return QueryRun(options_, target, caller_, body_).run(lowered);
  }

  Outcome<LoweredRead> lower_rows_of(const std::string& sql, std::vector<Value> values) {
    query::Context context = context_of(schema_, role_);
    context.embedded_rows = options_.embedded_rows;
    context.with_sql = "WITH ";
    db::append_name(context.with_sql, function_.name);
    char glue = '(';
    for (const Column& column : function_.rows.columns) {
      context.with_sql += glue;
      glue = ',';
      db::append_name(context.with_sql, query::derived_name(column.name));
    }
    context.with_sql += ") AS (" + sql + ") ";
    context.with_values = std::move(values);
    LoweredRead lowered{function_.rows, read_, {}, {}, {}, schema_.number};
    TRY_ASSIGN(lowered.rows, query::lower_read(context, function_.rows, read_, {}));
    if (options_.count != Count::kNone) {
      TRY_ASSIGN(lowered.count, query::lower_count(context, function_.rows, read_, {}));
    }
    return lowered;
  }

  // What a statement that writes gives back, as it is.
  Outcome<ReadResult> write_rows(const std::string& sql) {
    ReadResult result;
    TRY_ASSIGN(db::RowStatement * statement, begin(sql));
    const db::StatementUse use(*statement);
    RowWriter writer(options_.format, output_columns(function_), 0, options_.strips_nulls,
                     options_.bare);
    writer.drain_at(options_.body_bytes, options_.overflow);
    writer.begin(body_);
    for (;;) {
      TRY_ASSIGN(const bool row, step(*statement));
      if (!row) break;
      if (!function_.returns_set && result.rows > 0) continue;  // it is to be run to its end
      ++result.rows;
      if (!writer.add(body_, *statement)) {
        result.over_budget = true;
        return result;
      }
    }
    writer.end(body_);
    return result;
  }

  // SQLite has no RETURNING within a common table expression: the rows become values of one.
  Outcome<ReadResult> keep_rows(const std::string& sql) {
    const size_t columns = function_.rows.columns.size();
    std::vector<Value> values;
    std::string rows_sql = "VALUES ";
    TRY_ASSIGN(db::RowStatement * statement, begin(sql));
    {
      const db::StatementUse use(*statement);
      for (;;) {
        TRY_ASSIGN(const bool row, step(*statement));
        if (!row) break;
        if (!function_.returns_set && !values.empty()) continue;
        if (values.size() + columns > kMaxKeptValues) return too_many_rows();
        rows_sql += values.empty() ? "(" : "),(";
        for (size_t i = 0; i < columns; ++i) {
          if (i > 0) rows_sql += ',';
          rows_sql += '?' + std::to_string(static_cast<size_t>(query::kFirstValue) + values.size());
          values.push_back(stored_value(*statement, static_cast<int>(i)));
        }
      }
    }
    rows_sql = values.empty() ? no_rows() : rows_sql + ")";
    // Its text depends on how many rows there are: not one to keep prepared.
    db::StatementCache once(target_.connection, 2);
    QueryTarget target{target_.connection, once, target_.in_transaction};
    return read_rows_of(rows_sql, std::move(values), target);
  }

  tl::unexpected<query::ApiError> too_many_rows() const {
    return query::refuse({413,
                          "54000",
                          "function " + function_.name + " returns more than " +
                              std::to_string(kMaxKeptValues) + " values",
                          {},
                          "Leave out select, filters, order, limit and count."});
  }

  const Schema& schema_;
  const std::string& role_;
  const Caller caller_;
  const Call& call_;
  const Function& function_;
  const query::Read& read_;
  const ReadOptions& options_;
  QueryTarget target_;
  const db::CallerScope scope_;
  std::string& body_;
  std::vector<Value> arguments_;
};

}  // namespace

Outcome<ReadResult> read_call(const Schema& schema, const auth::Identity& identity,
                              const Call& call, const query::Read& read, const ReadOptions& options,
                              ReadSession session, std::string& body) {
  // What has rows is noted by what is asked of them (QueryRun).
  const std::string& sql = call.function->body.back().sql;
  const bool is_noted = call.returns_nothing();
  ReadResult slow;
  slow.over_budget = true;
  if (session.on_loop && is_noted && !session.quick.contains(sql)) return slow;
  const auto is_short = [](const auto& argument) { return !argument || loop_binds(*argument); };
  if (session.on_loop && !std::all_of(call.arguments.begin(), call.arguments.end(), is_short))
    return slow;
  session.reader.set_deadline(options.budget_ns == 0 ? 0
                                                     : base::monotonic_ns() + options.budget_ns);
  const int64_t begun_ns = base::monotonic_ns();
  Outcome<ReadResult> result = Run(schema, identity, call, read, options,
                                   {session.reader.connection(), session.reader.statements(), false,
                                    &session.quick, session.on_loop},
                                   body)
                                   .run_reading();
  if (session.on_loop && !result && ran_out(result.error())) session.quick.remove(sql);
  const bool quick = base::monotonic_ns() - begun_ns < kQuick_ns;
  const bool little = db::steps_taken(session.reader.connection().handle()) < db::kLoopLimits.steps;
  if (!session.on_loop && is_noted && result && quick && little) session.quick.add(sql);
  return checked_read(std::move(result), session, schema.number);
}

Outcome<ReadPlan> explain_call(const Schema& schema, const auth::Identity& identity,
                               const Call& call, const query::Read& read, bool run,
                               const ReadOptions& options, db::Reader& reader) {
  reader.set_deadline(options.budget_ns == 0 ? 0 : base::monotonic_ns() + options.budget_ns);
  ReadOptions figures = options;
  figures.want_rows = false;
  figures.count = Count::kNone;
  std::string nothing;
  Outcome<ReadPlan> plan = Run(schema, identity, call, read, figures,
                               {reader.connection(), reader.statements()}, nothing)
                               .explain_reading(run);
  return checked(std::move(plan), reader, schema.number);
}

Outcome<ReadResult> write_call(const Schema& schema, const auth::Identity& identity,
                               const Call& call, const query::Read& read,
                               const ReadOptions& options, db::BatchWriter& writer,
                               std::string& body) {
  TRY(check_schema(writer, schema.number));
  db::Connection& connection = writer.connection();
  ReadOptions own = options;
  own.overflow = [](std::string&) { return false; };
  TRY_ASSIGN(const ReadResult result,
             Run(schema, identity, call, read, own, {connection, writer.statements(), true}, body)
                 .run_writing());
  if (result.over_budget) {
    return query::refuse({413,
                          "54000",
                          "the result of function " + call.function->name + " is larger than " +
                              std::to_string(options.body_bytes) + " bytes",
                          {},
                          "Ask for less of it with select and limit."});
  }
  // Left to the commit, it would take the other requests of the batch with it.
  if (connection.has_unresolved_references())
    return query::refuse(query::broken_reference(call.function->name));
  return result;
}

}  // namespace prodev::records
