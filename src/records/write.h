// Writing rows: authorize and lower on the caller's thread, run on the write lane.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/batch_writer.h"
#include "query/ast.h"
#include "records/authorize.h"
#include "records/row_writer.h"

namespace prodev::records {

// Rows to insert: each has a value for every column.
struct NewRows {
  std::vector<const catalog::Column*> columns;
  std::vector<std::vector<query::Value>> rows;
};

struct WriteOptions {
  bool return_rows = false;
  query::Read read;  // its select and embeds are of what is returned
  RowFormat format = RowFormat::kJsonArray;
};

// A write that is ready to run. Keeps all that it refers to.
class PreparedWrite {
 public:
  // Each 42501 when the caller may not, before anything is looked at. `schema` is kept.
  static query::Outcome<PreparedWrite> insert(const SchemaPointer& schema,
                                              const auth::Identity& identity,
                                              const catalog::Table& table, NewRows rows,
                                              query::OnConflict conflict, WriteOptions options);
  static query::Outcome<PreparedWrite> update(const SchemaPointer& schema,
                                              const auth::Identity& identity,
                                              const catalog::Table& table,
                                              std::vector<query::Assignment> assignments,
                                              const query::Condition& where, WriteOptions options);
  static query::Outcome<PreparedWrite> remove(const SchemaPointer& schema,
                                              const auth::Identity& identity,
                                              const catalog::Table& table,
                                              const query::Condition& where, WriteOptions options);

  // Runs it within the transaction of `writer`, on its thread, and appends what it returns to
  // `body`. The number of rows written. After an error the caller must undo the whole request: a
  // part of it may have been done.
  query::Outcome<uint64_t> run(db::BatchWriter& writer, std::string& body) const;

 private:
  PreparedWrite(SchemaPointer schema, const auth::Identity& identity, const catalog::Table& table)
      : schema_(std::move(schema)), caller_(identity), table_(&table) {}

  query::Outcome<void> run_once(db::BatchWriter& writer, db::Statement& statement, RowWriter& rows,
                                std::string& body, uint64_t& written) const;

  SchemaPointer schema_;
  Caller caller_;
  const catalog::Table* table_;
  query::LoweredQuery query_;
  std::string check_;                            // the expression that query_ refers to
  std::vector<std::vector<query::Value>> rows_;  // of an insert: one run for each
  bool is_insert_ = false;
  bool must_return_ = false;  // a row that is not written breaks a policy
  WriteOptions options_;
};

// The columns that the caller may set, by name, for parsing what is to be written: 42501 when the
// caller may not `verb` (kInsert or kUpdate) at all.
query::Outcome<query::Guard> writable(const Schema& schema, const auth::Identity& identity,
                                      const catalog::Table& table, access::Verb verb);

}  // namespace prodev::records
