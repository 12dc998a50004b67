// Lowering: from what a client asks to one SQL statement with bound values.
//
// Identifiers come from the catalog only, values are always parameters. Parameters ?1, ?2 and ?3
// are the caller's id, role and claims, which policies refer to; the values of the statement follow
// from kFirstValue on. The functions of sql_functions.h must be registered where it runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/ast.h"
#include "query/json_shape.h"
#include "query/value.h"

namespace prodev::query {

constexpr int kFirstValue = 4;

// Which rows and columns of a table the caller may touch. Views of what outlives the lowering.
struct Guard {
  std::string_view rows;                              // an SQL expression; empty: every row
  const std::vector<std::string>* columns = nullptr;  // null: every column

  bool allows(const catalog::Column& column) const;
};

// What a column of a subquery is called in SQL: SQLite calls those that would be true and false
// something of its own, quoted or not.
std::string derived_name(const std::string& column);

// What surrounds the table that is read.
struct Context {
  const catalog::Catalog& catalog;
  // What the caller may see of a table that is embedded; an error (42501) when nothing.
  std::function<Outcome<Guard>(const catalog::Table&)> guard_of;
  // Whether the caller may use a computed column or relationship.
  std::function<bool(const catalog::Function&)> may_execute;
  uint64_t embedded_rows = 0;  // the most of each embedded array; 0: no limit
  // A table that the statement makes itself: "WITH name(a) AS (...) ", with derived_name()s, and
  // the values that its parameters stand for, from kFirstValue on.
  std::string with_sql = {};
  std::vector<Value> with_values = {};
};

// For a table by itself: nothing can be embedded.
const Context& no_context();

struct OutputColumn {
  std::string name;  // in the response
  catalog::ValueKind kind = catalog::ValueKind::kAny;
  bool always_json = false;  // as catalog::Column
};

struct LoweredQuery {
  std::string sql;
  std::vector<Value> values;
  std::vector<BoundShape> shapes;     // their places in `values` are empty
  std::vector<OutputColumn> columns;  // of each row, after `lead_columns` others
  // Columns in front of `columns`: whether the new row passes its check (1, else 0 or NULL).
  int lead_columns = 0;
  size_t keys = 0;        // of Read::with_keys: how many columns are behind `columns`
  bool searches = false;  // a full-text index

  // Binds values and shapes; the statement must be reset before the query goes away.
  void bind(db::RowStatement& statement) const;
};

// SELECT of the rows that `guard` and `read.where` let through, with what is embedded in them.
Outcome<LoweredQuery> lower_read(const Context& context, const catalog::Table& table,
                                 const Read& read, const Guard& guard);

// Whether rows of the result stand for several of the table: there are aggregates.
bool is_grouped(const catalog::Table& table, const Read& read);

// SELECT count(*) of the same rows, without limit and offset. Counts no further than `at_most`.
Outcome<LoweredQuery> lower_count(const Context& context, const catalog::Table& table,
                                  const Read& read, const Guard& guard,
                                  std::optional<uint64_t> at_most = {});

// Whether and how a write gives back the rows that it wrote.
struct Returning {
  bool rows = false;
  Read read;               // its select and embeds count
  Guard readable;          // what the caller may see of them
  std::string_view check;  // an SQL expression that a new row must pass; empty: none
};

// What to do with a row whose key is taken.
struct OnConflict {
  enum class Action : uint8_t { kFail, kMerge, kIgnore };
  Action action = Action::kFail;
  std::vector<std::string> columns;  // the key; empty: the primary key
  // What a merge sets; empty: the columns of the row. What the row does not have becomes the
  // DEFAULT.
  std::vector<const catalog::Column*> merged;
  Guard readable;   // columns that the key may be of: a conflict tells of their values
  Guard updatable;  // rows and columns that a merge may change
};

// INSERT of one row with values for `columns`, in that order, from parameter kFirstValue on; the
// caller binds them after LoweredQuery::bind() (writable_column() tells which may be set).
Outcome<LoweredQuery> lower_insert(const Context& context, const catalog::Table& table,
                                   const std::vector<const catalog::Column*>& columns,
                                   const OnConflict& conflict, const Returning& returning);

// " FROM ... WHERE ...": the row of `table` by the columns of a key: parameters from kFirstValue
// on, in the same order.
std::string row_of_key_sql(const catalog::Table& table,
                           const std::vector<const catalog::Column*>& key);

struct Assignment {
  const catalog::Column* column = nullptr;
  Value value;
  bool to_default = false;  // instead of `value`
};

// UPDATE of the rows that `where` and `guard.rows` let through.
Outcome<LoweredQuery> lower_update(const Context& context, const catalog::Table& table,
                                   std::vector<Assignment> assignments, const Condition& where,
                                   const Guard& guard, const Returning& returning);

// DELETE of the rows that `where` and `guard.rows` let through.
Outcome<LoweredQuery> lower_delete(const Context& context, const catalog::Table& table,
                                   const Condition& where, const Guard& guard,
                                   const Returning& returning);

// The column called `name`, when a write may set it: 428C9 for a generated one, 42501 for one that
// `guard` leaves out, PGRST204 when there is none.
Outcome<const catalog::Column*> writable_column(const catalog::Table& table, std::string_view name,
                                                const Guard& guard);

}  // namespace prodev::query
