#include "rest/query_parameters.h"

#include <algorithm>
#include <array>

#include "rest/cursor.h"
#include "rest/grammar.h"
#include "rest/select_grammar.h"
#include "rest/window.h"

namespace prodev::rest {

namespace {

using query::Condition;
using query::Outcome;
using query::Read;
using Kind = query::Condition::Kind;

// A parameter's name: the embeds it goes through, and what it is about there. Refers to the name.
struct Target {
  std::vector<std::string> path;
  query::Field field;
  std::string_view word;  // the field when it may be a word such as order: not one in quotes
};

Outcome<Target> parse_target(const std::string& name) {
  Scanner scanner("query parameter", name);
  Target target;
  for (;;) {
    const std::string_view word = scanner.rest();
    TRY_ASSIGN(target.field, parse_field(scanner, "."));
    if (scanner.at_end()) {
      target.word = word;
      break;
    }
    if (!target.field.is_plain() || !scanner.take(".") || target.path.size() > kMaxEmbedDepth)
      return scanner.fail("a column, or the name of an embedded resource and '.'");
    target.path.push_back(std::move(target.field.column));
  }
  return target;
}

// With PostgREST's hint for a relation that has an alias.
tl::unexpected<query::ApiError> not_embedded(const Read& read, const std::string& name) {
  query::ApiError error;
  error.status = 400;
  error.code = "PGRST108";
  error.message = "'" + name + "' is not an embedded resource in this request";
  error.hint = "Verify that '" + name + "' is included in the 'select' query parameter.";
  const auto aliased = std::find_if(read.embeds.begin(), read.embeds.end(),
                                    [&](const query::Embed& one) { return one.target == name; });
  if (aliased != read.embeds.end()) {
    error.details = "Target names are not allowed in filters if they have an alias";
    error.hint = "Change '" + name + "' to '" + aliased->alias + "' in filters, orders or limits.";
  }
  return query::refuse(std::move(error));
}

class Reader {
 public:
  explicit Reader(QueryParameters& out) : out_(out) {}

  Outcome<void> parse(std::vector<Parameter> parameters) {
    // What is embedded must be known before the parameters about it.
    for (const Parameter& parameter : parameters) {
      if (parameter.name == "select") TRY(parse_select(parameter.value, out_.read));
    }
    for (Parameter& parameter : parameters) TRY(apply(parameter));
    return {};
  }

 private:
  Outcome<void> apply(Parameter& parameter) {
    const std::string& name = parameter.name;
    if (name == "select") return {};
    if (name == "columns") {
      TRY_ASSIGN(out_.columns, parse_names(parameter.value));
      return {};
    }
    if (name == "on_conflict") {
      TRY_ASSIGN(out_.on_conflict, parse_names(parameter.value));
      return {};
    }
    if (name == "cursor" && parameter.value.starts_with(kCursorPrefix)) {
      out_.cursor = parameter.value.substr(kCursorPrefix.size());
      out_.has_window = true;
      return {};
    }
    TRY_ASSIGN(Target target, parse_target(name));
    const bool is_logic = target.word == "and" || target.word == "or";
    const bool negated = is_logic && !target.path.empty() && target.path.back() == "not";
    if (negated) target.path.pop_back();
    TRY_ASSIGN(Read * read, find(target.path));
    if (is_logic) return add_logic(*read, target.word, negated, parameter.value);
    return apply_to(*read, std::move(target), parameter.value);
  }

  Outcome<void> apply_to(Read& read, Target target, const std::string& value) {
    const std::string_view word = target.word;
    if (word == "order") {
      TRY_ASSIGN(read.order, parse_order(value));
    } else if (word == "limit") {
      TRY_ASSIGN(read.limit, parse_bound(word, value));
    } else if (word == "offset") {
      TRY_ASSIGN(read.offset, parse_bound(word, value));
    } else {
      TRY_ASSIGN(Condition condition, parse_filter(std::move(target.field), value));
      return add(read, std::move(condition));
    }
    out_.has_window = out_.has_window || target.path.empty();
    return {};
  }

  Outcome<void> add_logic(Read& read, std::string_view word, bool negated,
                          const std::string& value) {
    const Kind kind = word == "or" ? Kind::kAny : Kind::kAll;
    TRY_ASSIGN(Condition tree, parse_logic(kind, negated, value));
    return add(read, std::move(tree));
  }

  Outcome<void> add(Read& read, Condition condition) {
    if (++conditions_ > kMaxConditions)
      return query::refuse({400, "PGRST100", "the query string has too many filters"});
    read.where.children.push_back(std::move(condition));
    return {};
  }

  Outcome<Read*> find(const std::vector<std::string>& path) {
    Read* read = &out_.read;
    for (const std::string& name : path) {
      const auto embed = std::find_if(read->embeds.begin(), read->embeds.end(),
                                      [&](const query::Embed& one) { return one.name() == name; });
      if (embed == read->embeds.end()) return not_embedded(*read, name);
      read = &embed->read;
    }
    return read;
  }

  QueryParameters& out_;
  size_t conditions_ = 0;
};

}  // namespace

Outcome<void> parse_query_parameters(std::vector<Parameter> parameters, QueryParameters& out) {
  return Reader(out).parse(std::move(parameters));
}

std::string filter_name(std::string_view column) {
  constexpr std::array<std::string_view, 9> kWords = {
      "and", "columns", "cursor", "limit", "offset", "on_conflict", "or", "order", "select"};
  const bool plain = std::all_of(column.begin(), column.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  if (plain && std::find(kWords.begin(), kWords.end(), column) == kWords.end())
    return std::string(column);
  std::string name = "\"";
  for (const char c : column) {
    if (c == '"' || c == '\\') name += '\\';
    name += c;
  }
  return name + '"';
}

}  // namespace prodev::rest
