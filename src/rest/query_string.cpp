#include "rest/query_string.h"

#include <algorithm>

#include "text/url.h"

namespace prodev::rest {

namespace {

constexpr size_t kMaxParameters = 200;

enum class Escapes : uint8_t { kLenient, kStrict };

query::Outcome<void> decode(std::string_view encoded, Escapes escapes, std::string& out) {
  if (encoded.find_first_of("%+") == std::string_view::npos) {
    out = encoded;
    return {};
  }
  std::string spaced(encoded);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  if (escapes == Escapes::kLenient) {
    out = text::percent_decode_leniently(spaced);
    return {};
  }
  if (text::percent_decode(spaced, out)) return {};
  return query::refuse(
      {400, "PGRST100", "failed to parse the form", "A '%' must be followed by two hex digits."});
}

query::Outcome<std::vector<Parameter>> parse(std::string_view query, Escapes escapes) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    if (parameters.size() >= kMaxParameters) {
      return query::refuse(
          {400, "PGRST100",
           "the query string has more than " + std::to_string(kMaxParameters) + " parameters"});
    }
    const size_t equals = pair.find('=');
    Parameter parameter;
    TRY(decode(pair.substr(0, equals), escapes, parameter.name));
    if (equals != std::string_view::npos)
      TRY(decode(pair.substr(equals + 1), escapes, parameter.value));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace

query::Outcome<std::vector<Parameter>> parse_query_string(std::string_view query) {
  return parse(query, Escapes::kLenient);
}

query::Outcome<std::vector<Parameter>> parse_form(std::string_view body) {
  return parse(body, Escapes::kStrict);
}

}  // namespace prodev::rest
