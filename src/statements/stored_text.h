// StoredText: SQL that the system tables keep: expressions of policies, bodies of functions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/function_definition.h"
#include "db/connection.h"

namespace prodev::statements {

struct StoredText {
  enum class Kind : uint8_t { kUsing, kCheck, kBody };

  Kind kind = Kind::kUsing;
  int64_t id = 0;     // of the policy or function
  std::string rule;   // for people: "policy own on note", "function latest(integer)"
  std::string table;  // of the policy
  std::string text;
  catalog::FunctionDefinition function;  // of kBody

  using Key = std::pair<Kind, int64_t>;
  Key key() const { return {kind, id}; }
};

// All of them, by policy and function. Empty without system tables.
base::Result<std::vector<StoredText>> load_stored_texts(db::Connection& connection);

base::Result<void> save(db::Connection& connection, const StoredText& text);

// Whether `text` has `name` as a token, quoted or not: whatever may refer to something of that
// name.
bool mentions(std::string_view text, std::string_view name);

// Why the expression cannot be used on its table; empty: it can. REQUIRES: not a body.
base::Result<std::string> problem_of_expression(db::Connection& connection, const StoredText& text);

// Those of `texts` that do not fit the schema, with the reason.
struct Unfit {
  StoredText text;
  std::string problem;
};
base::Result<std::vector<Unfit>> find_unfit(db::Connection& connection,
                                            const std::vector<StoredText>& texts);

}  // namespace prodev::statements
