// Calling functions: bind the arguments, lower what the caller asks of the result, run.
//
// A function that only reads runs where reads do, under the same limits. One that writes runs on
// the write lane, within the request's savepoint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/function.h"
#include "db/batch_writer.h"
#include "query/ast.h"
#include "records/authorize.h"
#include "records/read.h"

namespace prodev::records {

// The values of a function's arguments, in their order; nullopt: not given, so that the default
// counts.
using ArgumentValues = std::vector<std::optional<query::Value>>;

// A call, found and allowed.
struct Call {
  const catalog::Function* function = nullptr;  // of the request's schema
  ArgumentValues arguments;

  bool returns_nothing() const { return function->returns == catalog::Function::Returns::kNothing; }
  // Values rather than objects.
  bool returns_values() const { return function->returns == catalog::Function::Returns::kScalar; }
};

// As read_rows(), of the result of a function that only reads. RETURNS void has no rows.
query::Outcome<ReadResult> read_call(const Schema& schema, const auth::Identity& identity,
                                     const Call& call, const query::Read& read,
                                     const ReadOptions& options, ReadSession session,
                                     std::string& body);

// As explain_read(), of a call of a function that only reads.
query::Outcome<ReadPlan> explain_call(const Schema& schema, const auth::Identity& identity,
                                      const Call& call, const query::Read& read, bool run,
                                      const ReadOptions& options, db::Reader& reader);

// Runs a function that writes, within the transaction of `writer`, on its thread. After an error
// the caller must undo the whole request. A response over `options.body_bytes` is an error (54000).
query::Outcome<ReadResult> write_call(const Schema& schema, const auth::Identity& identity,
                                      const Call& call, const query::Read& read,
                                      const ReadOptions& options, db::BatchWriter& writer,
                                      std::string& body);

}  // namespace prodev::records
