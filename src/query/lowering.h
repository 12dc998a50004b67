// Lowering: the state of one lowering, shared by the files lower*.cpp.
//
// Every piece of SQL is appended to a string; values have numbered parameters, so that pieces may
// be put together in any order, and repeated.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "catalog/function.h"
#include "catalog/relationships.h"
#include "query/lower.h"
#include "query/text_query.h"

namespace prodev::query {

// Behind the parentheses around a WHERE. SQLite else takes "x = 5 AND CASE WHEN x = 5 THEN f(y)
// END" for "x = 5 AND CASE WHEN 5 = 5 THEN f(y) END", and may call f() first, for every row. It
// still finds the parts that indexes serve.
constexpr std::string_view kNoPropagation = " COLLATE BINARY";

// A table as it stands in one FROM, and what of it the caller may name.
struct Scope {
  const catalog::Table& table;
  Guard guard;
  const Read& read;       // for the names of its embeds
  std::string qualifier;  // what its columns are qualified with, in SQL
  bool qualifies = true;  // false: its own columns need no qualifier
  bool embedded = true;   // false: the guard's SQL can stand where the columns do
  bool spread = false;    // its columns become its parent's, and so do its aggregates
  bool derived = false;   // a subquery: its columns have derived_name()s
  bool fenced = false;    // its rows stand in a SELECT that filters which may fail do not enter

  bool hides_rows() const { return !guard.rows.empty() && !fenced; }
  // "CASE WHEN ... THEN ": what follows, up to END, is asked of rows that the caller may see.
  void when_seen(std::string& out) const;
};

// What SQL an expression is, and what its value means.
struct Typed {
  catalog::ValueKind kind = catalog::ValueKind::kAny;
  bool always_json = false;
};

// Which filters of a scope are meant: those that may_fail(), which stand outside of its fence, and
// those that stand within. Without a fence all of them stand in one place.
enum class Filters : uint8_t { kAll, kWithin, kOutside };

// Behind a SELECT of rows that all may be asked anything: SQLite neither takes it apart nor puts
// conditions from outside into it (sqlite.org/optoverview, 11 and 12).
constexpr std::string_view kFence = " LIMIT -1";

// The list of results of a SELECT.
struct Results {
  std::string sql;  // the expressions, with commas between them
  std::vector<OutputColumn> columns;
  std::vector<size_t> ends;  // of each expression in `sql`
  // Of a spread: the items whose aggregates its parent puts expressions into, by their places.
  std::map<size_t, SelectItem> aggregates;
  bool grouped = false;  // there are aggregates
  std::string grouping;  // then: the places of the others, "1,3"

  // Both around an expression that is appended to `sql`.
  void begin() {
    if (!columns.empty()) sql += ',';
  }
  void end(OutputColumn column, bool is_aggregate = false);
  // As end(), of an expression that is yet to be put into the aggregate of `item`.
  void end_unaggregated(OutputColumn column, const SelectItem& item);
  std::string_view expression(size_t i) const;
};

// What an embed reads: " FROM ... WHERE ..." and the scope of its table.
struct Source {
  Scope scope;
  std::string sql;
  bool to_one = false;
  bool may_repeat = false;  // nothing but the request can hold it to one row
  // Not empty: the row that it belongs to needs another name than it has. What reads the source
  // then stands in (SELECT ... FROM <row>).
  std::string row;

  // `read`, which reads the source, as an expression in parentheses.
  std::string in_its_row(const std::string& read) const;
};

// A field as an SQL expression before its path is walked: a column, or a computed one.
struct Base {
  std::string sql;
  const catalog::Column* column = nullptr;
};

// The left side of a comparison.
struct Compared {
  const catalog::Column* column = nullptr;
  std::string sql;
  Operator op = Operator::kEq;
};

// Whether values are compared by _time_key() (time_functions.h).
inline bool is_time(catalog::ValueKind kind) {
  return kind == catalog::ValueKind::kTimestamp || kind == catalog::ValueKind::kTime;
}

// The first rows in the order of one column.
struct FirstRows {
  std::string column;
  bool descending = false;
  uint64_t rows = 0;
};

class Lowering {
 public:
  explicit Lowering(const Context& context);

  // lower.cpp: "SELECT ... FROM ... WHERE ... GROUP BY ...", then " ORDER BY ..." and " LIMIT ..."
  Outcome<Results> add_select(const Scope& scope, std::string& out);
  // " FROM ... WHERE ..." of Read::where: whether it wrote a WHERE; and the same with Read::after.
  // `more_rows` as in add_where().
  Outcome<bool> add_from_where(const Scope& scope, std::string_view more_rows, std::string& out);
  Outcome<void> add_rows_from(const Scope& scope, std::string_view more_rows, std::string& out);
  // lower_order.cpp
  Outcome<std::string> nearest_times(const Scope& scope, bool grouped);
  Outcome<void> add_order(const Scope& scope, bool grouped, std::string& out);
  // `most`: rows, whatever the limit; 0: any number.
  void add_window(const Read& read, uint64_t most, std::string& out);
  // ",column" for each of the order, noted in query.keys.
  Outcome<void> add_keys(const Scope& scope, std::string& out);

  // lower_results.cpp. `star`: an empty select is every column, else none.
  Outcome<Results> results_of(const Scope& scope, bool star);

  // lower_field.cpp: a column, or a value in it: for a result, and to be compared.
  Outcome<Typed> add_field(const Scope& scope, const Field& field, std::string& out);
  // The column that it is, of the catalog or, where it has none, one that lives as long as this.
  Outcome<const catalog::Column*> add_operand(const Scope& scope, const Field& field,
                                              std::string& out);
  // lower_compare.cpp: the same to be sorted by.
  Outcome<const catalog::Column*> add_order_operand(const Scope& scope, const Field& field,
                                                    std::string& out);
  Outcome<const catalog::Column*> readable_column(const Scope& scope, std::string_view name) const;
  // The function called `name` of a row of the scope's table; nullptr: there is none. 42501 when
  // the caller may not use it.
  Outcome<const catalog::Function*> computed(const Scope& scope, std::string_view name) const;
  static void add_column(const Scope& scope, const catalog::Column& column, std::string& out);

  // lower_fence.cpp. Whether the scope is a view, or a function's result, which hides rows that its
  // filters may fail on; and of a junction, which hides pairs.
  bool fences(const Scope& scope) const;
  bool fences_pairs(const Scope& scope, const Scope& junction) const;
  // "(SELECT ... LIMIT -1) AS v": the rows that `scope`, which is fenced, shows.
  Outcome<void> add_fence(const Scope& scope, std::string_view more_rows, std::string& out);
  // " WHERE ..." of a write.
  Outcome<void> add_write_where(const catalog::Table& table, const Condition& where,
                                std::string_view more_rows, const Guard& readable,
                                std::string& out);

  // lower_condition.cpp: " WHERE ..." of the filters, the guard's rows, embeds that are !inner, and
  // `more_rows` (an expression; may be empty); nothing when every row passes.
  Outcome<void> add_where(const Scope& scope, const Condition& where, std::string_view more_rows,
                          std::string& out);
  // Each filter as " AND ...", without the guard.
  Outcome<void> add_filters(const Scope& scope, Filters which, std::string& out);

  // lower_embed.cpp
  // Each filter and order on an embed reads its rows again, and theirs again at every level.
  Outcome<Source> source_of(const Scope& parent, const Embed& embed);
  Outcome<void> add_embed(const Scope& parent, const Embed& embed, Results& results);
  Outcome<void> add_spread(const Scope& parent, const Embed& embed, Results& results);
  Outcome<void> add_spread_columns(const Scope& parent, const Source& source, const Read& read,
                                   Results& results);
  Outcome<void> add_exists(const Scope& parent, const Embed& embed, std::string& out);
  Outcome<void> add_related_operand(const Scope& scope, const OrderItem& item, std::string& out);

  // A parameter for `value`.
  void add_value(Value value, std::string& out);
  // A parameter for the shape of `columns`.
  void add_shape(const std::vector<OutputColumn>& columns, bool bare, std::string& out);

  Scope root(const catalog::Table& table, const Read& read, const Guard& guard) const;

  // lower_size.cpp: counts SQL that was written; 413 (54001) once the request has become too much.
  // What a request can repeat asks for each piece, as it may be repeated at every level.
  Outcome<void> count_written(size_t bytes);

  LoweredQuery query;

 private:
  Outcome<void> count_source();
  Outcome<Base> base_of(const Scope& scope, std::string_view name);
  Outcome<Source> computed_source(const Scope& parent, const Embed& embed,
                                  const catalog::Function& function);
  Outcome<Source> related_source(const Scope& parent, const Embed& embed);
  // "<glue>a1.id = a2.city_id AND ...": what belongs to what of two tables.
  Outcome<void> join_on(const std::vector<catalog::ColumnPair>& pairs, const Scope& from,
                        const Scope& to, std::string_view glue, std::string& out);
  // The filters of an embed behind its rows.
  Outcome<void> add_embed_filters(Source& source);
  Outcome<void> add_condition(const Scope& scope, const Condition& condition, bool at_top,
                              std::string& out);
  bool is_computed(const catalog::Table& table, const std::string& name) const;
  // Whether a value may end it in an error.
  bool may_fail(const Scope& scope, const Condition& condition, bool with_embeds = true) const;
  // Whether asking for the rows of an embed may.
  bool may_fail(const Scope& parent, const Embed& embed) const;
  bool asks_what_may_fail(const Scope& scope, const Condition& where) const;
  // Whether a part of the WHERE of `scope` is to be asked of seen rows alone.
  bool asks_seen(const Scope& scope, const Condition& where) const;
  bool is_among(const Scope& scope, const Condition& condition, Filters which) const;
  // Of a view that is fenced.
  Outcome<void> add_view_where(const Scope& scope, std::string_view more_rows, std::string& out);
  // " AND ..." of all that narrows the rows within its fence.
  Outcome<void> add_fence_filters(const Scope& within, std::string_view more_rows,
                                  std::string& out);
  Outcome<void> add_comparison(const Scope& scope, const Condition& condition, bool at_top,
                               std::string& out);
  Outcome<void> add_is(const Scope& scope, const Condition& condition, std::string& out);
  Outcome<void> add_list(const Scope& scope, const Condition& condition, std::string& out);
  Outcome<void> add_one(const Scope& scope, const Condition& condition, const std::string& operand,
                        std::string& out);
  // lower_order.cpp
  Outcome<std::string> first_by_text(const Scope& scope, const std::string& name,
                                     const FirstRows& first);
  // lower_compare.cpp
  Outcome<void> add_compared(const Compared& left, const std::string& operand, std::string& out);
  Outcome<size_t> add_operands(const Compared& left, const std::string& operand, bool all,
                               std::string& out);
  Outcome<void> add_time(const Compared& left, const std::string& operand, std::string& out);
  Outcome<void> add_no_time(const Compared& left, const std::string& operand, std::string& out);
  Outcome<void> add_stored(const Compared& left, Value value, std::string& out);
  Outcome<void> add_pattern(const Scope& scope, const Condition& condition,
                            const std::string& pattern, std::string& out);
  Outcome<void> add_prefix_range(const Scope& scope, const Field& field, bool any_case,
                                 std::string_view pattern, std::string& out);
  Outcome<void> add_regular(const Scope& scope, const Condition& condition, Value pattern,
                            std::string& out);
  Outcome<void> add_json(const Scope& scope, const Condition& condition, std::string& out);
  Outcome<void> add_text_query(const Scope& scope, const Condition& condition, bool at_top,
                               std::string& out);
  void add_result_search(const Scope& scope, TextQuery words, std::string& out);
  Outcome<void> add_item(const Scope& scope, const SelectItem& item, Results& results);
  void add_rows(const Source& source, const Results& results, const std::string& tail, bool bare,
                std::string& out);
  std::string one_row(const Source& source, const std::string& expression, const std::string& from,
                      bool has_window);
  Outcome<std::string> tail_of(const Source& source, const Results& results);
  std::string next_alias() { return "_" + std::to_string(++aliases_); }

  const Context& context_;
  std::deque<catalog::Column> values_;  // of computed columns, and within JSON
  int aliases_ = 0;
  size_t sources_ = 0;
  size_t written_bytes_ = 0;         // a piece that is put into another one counts in both
  size_t regular_instructions_ = 0;  // of all regular expressions so far
};

// "sum": of SQL, and the name of its result.
std::string_view aggregate_name(Aggregate aggregate);
// Puts `sql`, whose value is `typed`, into the aggregate of `item` and its cast.
Outcome<void> apply_aggregate(const SelectItem& item, Typed& typed, std::string& sql);

// The same value many times over would multiply the memory of a row, whose size nothing else
// bounds.
Outcome<void> check_repetition(const catalog::Table& table, const Read& read);
// Before more is added: nested spreads multiply columns.
Outcome<void> check_columns(const Results& results);

tl::unexpected<ApiError> permission_denied(const catalog::Table& table,
                                           const catalog::Column& column);

// ",column AS derived_name" of each column that * does not give under this name.
void add_derived_names(const catalog::Table& table, std::string& out);

// The embed of `read` called `name`; nullptr: there is none.
const Embed* find_embed(const Read& read, std::string_view name);

// PostgreSQL's name of a type, and what it is here; nullptr: unknown.
struct Cast {
  std::string_view name;
  std::string_view sql;
  catalog::ValueKind kind;
};
Outcome<const Cast*> find_cast(std::string_view name);
// `expression`, of kind `from`, cast.
std::string cast_to(const Cast& cast, std::string_view expression, catalog::ValueKind from);

}  // namespace prodev::query
