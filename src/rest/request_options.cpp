#include "rest/request_options.h"

#include "http/head.h"
#include "rest/cursor.h"
#include "rest/grammar.h"
#include "rest/query_string.h"
#include "rest/scanner.h"
#include "rest/window.h"

namespace prodev::rest {

namespace {

using query::Outcome;

// A column in quotes is taken out of them, so that any name can be said, as in select= and order=.
std::string unquoted(std::string name) {
  Scanner scanner("column", name);
  Outcome<std::string> word = scanner.take_word({});
  return word && scanner.at_end() ? std::move(*word) : std::move(name);
}

Outcome<void> apply_filter(Parameter& parameter, RequestOptions& options) {
  using Kind = query::Condition::Kind;
  struct Row {
    std::string_view name;
    Kind kind;
    bool negated;
  };
  static constexpr Row kLogic[] = {{"and", Kind::kAll, false},
                                   {"or", Kind::kAny, false},
                                   {"not.and", Kind::kAll, true},
                                   {"not.or", Kind::kAny, true}};
  std::vector<query::Condition>& children = options.read.where.children;
  if (children.size() >= kMaxConditions)
    return query::refuse({400, "PGRST100", "the query string has too many filters"});
  for (const Row& row : kLogic) {
    if (parameter.name != row.name) continue;
    TRY_ASSIGN(query::Condition tree, parse_logic(row.kind, row.negated, parameter.value));
    children.push_back(std::move(tree));
    return {};
  }
  TRY_ASSIGN(query::Condition condition,
             parse_filter(unquoted(std::move(parameter.name)), parameter.value));
  children.push_back(std::move(condition));
  return {};
}

Outcome<void> apply_parameter(Parameter& parameter, RequestOptions& options) {
  const std::string& name = parameter.name;
  if (name == "select") {
    TRY_ASSIGN(options.read.select, parse_select(parameter.value));
  } else if (name == "order") {
    TRY_ASSIGN(options.read.order, parse_order(parameter.value));
    options.has_window = true;
  } else if (name == "limit") {
    TRY_ASSIGN(options.read.limit, parse_bound(name, parameter.value));
    options.has_window = true;
  } else if (name == "offset") {
    TRY_ASSIGN(options.read.offset, parse_bound(name, parameter.value));
    options.has_window = true;
  } else if (name == "columns") {
    TRY_ASSIGN(options.columns, parse_names(parameter.value));
  } else if (name == "on_conflict") {
    TRY_ASSIGN(options.on_conflict, parse_names(parameter.value));
  } else if (name == "cursor" && parameter.value.starts_with(kCursorPrefix)) {
    options.cursor = parameter.value.substr(kCursorPrefix.size());
    options.has_window = true;
  } else {
    return apply_filter(parameter, options);
  }
  return {};
}

Outcome<void> check_profile(const http::Request& request) {
  for (const std::string_view header : {"accept-profile", "content-profile"}) {
    const std::string_view profile = request.header(header);
    if (profile.empty() || profile == "public") continue;
    return query::refuse({406, "PGRST106", "Invalid schema: " + std::string(profile),
                          "Only the following schemas are exposed: public"});
  }
  return {};
}

}  // namespace

Outcome<RequestOptions> parse_request_options(const http::Request& request) {
  RequestOptions options;
  TRY(check_profile(request));
  std::string joined;
  TRY_ASSIGN(options.media, negotiate(request.head.find_list("accept", joined)));
  TRY_ASSIGN(options.preferences, parse_preferences(request));
  TRY_ASSIGN(std::vector<Parameter> parameters, parse_query_string(request.head.query));
  for (Parameter& parameter : parameters) TRY(apply_parameter(parameter, options));
  const bool reads =
      request.head.method == http::Method::kGet || request.head.method == http::Method::kHead;
  if (reads) TRY(apply_range(request.header("range"), options.read));
  return options;
}

}  // namespace prodev::rest
