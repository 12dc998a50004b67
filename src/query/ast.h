// What a client asks of one table, as any surface says it: names and values as they came, not yet
// checked against the catalog.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace prodev::query {

enum class Operator : uint8_t {
  kEq,
  kNeq,
  kGt,
  kGte,
  kLt,
  kLte,
  kLike,        // % and _, the case matters
  kIlike,       // the case of ASCII letters does not
  kIn,          // any of the operands
  kIs,          // null, not_null, true, false or unknown
  kIsDistinct,  // not equal, with NULL as a value
};

// A tree of conditions.
struct Condition {
  enum class Kind : uint8_t { kAll, kAny, kComparison };
  Kind kind = Kind::kAll;
  bool negated = false;

  std::vector<Condition> children;  // kAll, kAny; kAll of none is true

  std::string column;  // kComparison
  Operator op = Operator::kEq;
  std::vector<std::string> operands;  // one, but for kIn
};

struct SelectItem {
  std::string column;  // "*": every column that the caller may see
  std::string alias;   // empty: the column's name
  std::string cast;    // PostgreSQL's name of a type; empty: none
};

struct OrderItem {
  std::string column;
  bool descending = false;
  std::optional<bool> nulls_first;  // PostgreSQL's default: last ascending, first descending
};

struct Read {
  std::vector<SelectItem> select;  // empty: "*"
  Condition where;
  Condition after;         // where a page begins: as `where`, but not a part of counts
  bool with_keys = false;  // the values of `order` follow each row, beside its result
  std::vector<OrderItem> order;
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
};

}  // namespace prodev::query
