// What a client asks of a table and what is related to it, as any surface says it: names and values
// as they came, not yet checked against the catalog.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prodev::query {

// One step into a JSON value.
struct JsonStep {
  std::string key;        // a member's name, or the digits of an index
  bool is_index = false;  // of an array, from 0; below 0: from its end

  bool operator==(const JsonStep&) const = default;
};

// A column, or a value within its JSON.
struct Field {
  std::string column;
  std::vector<JsonStep> path;  // empty: the column itself
  bool as_text = false;        // ->>: a JSON string without its quotes

  bool is_plain() const { return path.empty(); }
  bool operator==(const Field&) const = default;
};

enum class Operator : uint8_t {
  kEq,
  kNeq,
  kGt,
  kGte,
  kLt,
  kLte,
  kLike,         // % and _, the case matters
  kIlike,        // the case of ASCII letters does not
  kMatch,        // a regular expression
  kImatch,       // the same, in any case
  kIn,           // any of the operands
  kIs,           // null, not_null, true, false or unknown
  kIsDistinct,   // not equal, with NULL as a value
  kTextQuery,    // fts: a full-text query with & | ! <-> and :*
  kPlainText,    // plfts: all of the words
  kPhrase,       // phfts: the words in this order
  kWebSearch,    // wfts: words, "phrases", or, -not
  kContains,     // cs: a JSON value holds another one
  kContainedIn,  // cd
  kOverlaps,     // ov: two JSON arrays have an element in common
};

// How a comparison takes several operands.
enum class Quantifier : uint8_t { kNone, kAny, kAll };

// A tree of conditions.
struct Condition {
  enum class Kind : uint8_t { kAll, kAny, kComparison };
  Kind kind = Kind::kAll;
  bool negated = false;

  std::vector<Condition> children;  // kAll, kAny; kAll of none is true

  // kComparison. `is null` of an embed's name asks whether it has no rows.
  Field field;
  Operator op = Operator::kEq;
  Quantifier quantifier = Quantifier::kNone;
  std::vector<std::string> operands;  // one, but for kIn and with a quantifier
  bool has_null = false;              // with a quantifier: NULL is among them, too
  bool as_stored = false;             // the operand was read from the column (stored_operand.h)
};

enum class Aggregate : uint8_t { kNone, kCount, kSum, kAvg, kMin, kMax };

struct SelectItem {
  Field field;        // "*": every column that the caller may see; empty: count() of rows
  std::string alias;  // empty: the name of the column, aggregate or last step
  std::string cast;   // PostgreSQL's name of a type; empty: none
  Aggregate aggregate = Aggregate::kNone;
  std::string aggregate_cast;  // of the aggregate's result

  // An embed: its index in Read::embeds. The other members but `alias` are unused then.
  std::optional<size_t> embed;
};

struct OrderItem {
  std::string relation;  // an embed of one row whose column it is; empty: the table's own
  Field field;
  bool descending = false;
  std::optional<bool> nulls_first;  // PostgreSQL's default: last ascending, first descending
};

struct Embed;

struct Read {
  std::vector<SelectItem> select;  // empty: "*"
  std::vector<Embed> embeds;       // those that `select` refers to
  Condition where;
  Condition after;         // where a page begins: as `where`, but not a part of counts
  bool with_keys = false;  // the values of `order` follow each row, beside its result
  std::vector<OrderItem> order;
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
};

// Related rows as a member of a row: an object of a to-one relationship, else an array.
struct Embed {
  std::string target;   // a table, or a constraint or column of a foreign key
  std::string alias;    // empty: `target`
  std::string hint;     // a constraint, column or junction that chooses between relationships
  bool inner = false;   // rows without any are left out
  bool spread = false;  // its members become the row's own
  Read read;            // an empty select here is "no columns"

  const std::string& name() const { return alias.empty() ? target : alias; }
};

}  // namespace prodev::query
