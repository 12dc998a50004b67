// Writing rows: authorize and lower on the caller's thread, run on the write
// lane.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/batch_writer.h"
#include "query/ast.h"
#include "query/lower_view.h"
#include "query/made_up_rows.h"
#include "records/authorize.h"
#include "records/row_numbers.h"
#include "records/row_writer.h"

namespace prodev::records {

// Rows to insert. Those of the same columns share a shape, which becomes one
// statement.
struct NewRow {
  size_t shape = 0;
  std::vector<query::Value> values;  // one for each column of the shape
};
struct NewRows {
  std::vector<std::vector<const catalog::Column*>> shapes;
  // What a merge sets, whatever a row has: what it has not, to the DEFAULT.
  // Empty: what it has.
  std::vector<const catalog::Column*> merged;
  std::vector<NewRow> rows;
};

enum class Returned : uint8_t {
  kNothing,
  kKey,   // of an insert: the primary key of the row, when there is one of each
  kRows,  // what WriteOptions::select says of each row
};

struct WriteOptions {
  Returned returned = Returned::kNothing;
  query::Read read;  // its select and embeds are of what is returned
  RowFormat format = RowFormat::kJsonArray;
  bool strips_nulls = false;
};

struct WriteResult {
  uint64_t rows = 0;
  bool inserted = false;  // of an insert: at least one of the rows is new
  // Of Returned::kKey: column and value_text(); empty when not exactly one row
  // was written.
  std::vector<std::pair<std::string, std::string>> key;
};

// A write that is ready to run. Keeps all that it refers to.
class PreparedWrite {
 public:
  // Each 42501 when the caller may not, before anything is looked at. `schema`
  // is kept.
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

  // Runs it within the transaction of `writer`, on its thread, and appends what
  // it returns to `body`. After an error the caller must undo the whole
  // request: a part of it may have been done.
  query::Outcome<WriteResult> run(db::BatchWriter& writer, std::string& body) const;

  // Its statement; of rows of different shapes that of the first.
  const std::string& sql() const { return forms_.front().query.sql; }

 private:
  PreparedWrite(SchemaPointer schema, const auth::Identity& identity, const catalog::Table& table,
                access::Verb verb)
      : schema_(std::move(schema)), caller_(identity), table_(&table), verb_(verb) {}

  // One statement, and what it makes of which rows.
  struct Form {
    query::LoweredQuery query;
    std::vector<const catalog::Column*> shape;  // of an insert: the columns that have values
    // Of an insert that merges: " FROM ... WHERE ...", the row whose key is taken. Empty: it cannot
    // be told before.
    std::string taken_row;
    // Of an insert that merges under policies: the statement for a row whose
    // key is free, which those of UPDATE do not concern.
    std::optional<query::LoweredQuery> plain;
    std::vector<size_t> key;    // which values of a row `taken_row` takes
    query::MadeUpRows updated;  // of an update: what it makes of the rows
  };
  // Of a view: what is read around the write (view_write.h).
  struct ViewParts {
    query::ViewKey key;
    query::LoweredQuery meant;   // of an update the rows' keys, or their number; of a delete the
                                 // rows as they are returned, or their number
    query::LoweredQuery by_key;  // judges and returns a row; empty: there is neither to do
  };
  class Judge;
  class Run;
  class ViewRun;

  static query::Outcome<ViewParts> view_parts(const query::Context& context,
                                              const catalog::Table& view,
                                              const query::Returning& returning);
  // `changeable`: the rows that the caller may read. It becomes those that a merge may change,
  // which `conflict` refers to.
  void prepare_merge(const access::Rights& update, std::string& changeable,
                     query::OnConflict& conflict);
  void note_numbers(const NewRows& rows);
  query::Outcome<Form> insert_form(const query::Context& context,
                                   const std::vector<const catalog::Column*>& shape,
                                   const query::OnConflict& conflict,
                                   query::Returning returning) const;
  bool returns(Returned what) const { return options_.returned == what; }

  SchemaPointer schema_;
  Caller caller_;
  const catalog::Table* table_;
  std::vector<Form> forms_;   // of an insert: by shape
  std::string check_;         // what a written row must fulfil: the forms refer to it
  std::string proposal_;      // of an insert: what a row must fulfil whether or not
                              // its key is taken
  std::string merged_check_;  // of an insert that merges: what the changed row must fulfil
  std::vector<const catalog::Column*> merged_;  // of an insert that merges: what it sets
  std::vector<NewRow> rows_;                    // of an insert: one run for each
  SentNumber number_;                           // of an insert or update
  std::optional<ViewParts> view_;
  access::Verb verb_;
  bool ignores_ = false;      // leaves the row of a taken key alone
  bool merges_ = false;       // changes it
  bool must_return_ = false;  // a row that is not written breaks a policy
  WriteOptions options_;
};

// The columns that the caller may set, by name, for parsing what is to be
// written: 42501 when the caller may not `verb` (kInsert or kUpdate) at all.
query::Outcome<query::Guard> writable(const Schema& schema, const auth::Identity& identity,
                                      const catalog::Table& table, access::Verb verb);

}  // namespace prodev::records
