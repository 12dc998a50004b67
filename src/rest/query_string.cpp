#include "rest/query_string.h"

#include <algorithm>

#include "text/url.h"

namespace prodev::rest {

namespace {

constexpr size_t kMaxParameters = 200;

query::Outcome<void> decode(std::string_view encoded, std::string& out) {
  if (encoded.find_first_of("%+") == std::string_view::npos) {
    out = encoded;
    return {};
  }
  std::string spaced(encoded);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  if (text::percent_decode(spaced, out)) return {};
  return query::refuse({400, "PGRST100", "failed to parse the query string",
                        "A '%' must be followed by two hex digits."});
}

}  // namespace

query::Outcome<std::vector<Parameter>> parse_query_string(std::string_view query) {
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
    TRY(decode(pair.substr(0, equals), parameter.name));
    if (equals != std::string_view::npos) TRY(decode(pair.substr(equals + 1), parameter.value));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace prodev::rest
