#include "rest/resource.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/url.h"

namespace prodev::rest {

namespace {

// What follows the prefix, as it was sent. Empty where slashes of the prefix were sent encoded.
std::string_view below(const http::Request& request, std::string_view prefix) {
  std::string_view sent = request.head.path;
  for (auto slashes = std::count(prefix.begin(), prefix.end(), '/'); slashes > 0; --slashes)
    sent.remove_prefix(std::min(sent.find('/'), sent.size() - 1) + 1);
  const std::string_view path = std::string_view(request.path).substr(prefix.size());
  if (sent == path) return sent;
  std::string decoded;
  return text::percent_decode(sent, decoded) && decoded == path ? sent : std::string_view();
}

}  // namespace

Resource resource_of(const http::Request& request, std::string_view prefix) {
  constexpr std::string_view kFunctions = "rpc/";
  if (request.path.size() <= prefix.size()) return {};
  std::string_view sent = below(request, prefix);
  Resource resource;
  resource.is_function = sent.starts_with(kFunctions) && sent.size() > kFunctions.size();
  if (resource.is_function) {
    sent.remove_prefix(kFunctions.size());
  } else {
    if (sent.ends_with('/')) sent.remove_suffix(1);
    if (sent.find('/') != std::string_view::npos) return {};
  }
  if (!text::percent_decode(sent, resource.name)) return {};
  return resource;
}

std::string canonical_location(std::string_view path, std::string_view query) {
  std::string location;
  text::append_url_text(location, text::relative_to_itself(path));
  if (query.empty()) return location;
  if (query.find('&') == std::string_view::npos) {
    text::append_url_text(location += '?', query);
    return location;
  }
  std::vector<std::string_view> parameters;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    if (!one.empty()) parameters.push_back(one);
  }
  const auto name_of = [](std::string_view one) { return one.substr(0, one.find('=')); };
  std::stable_sort(parameters.begin(), parameters.end(),
                   [&](std::string_view a, std::string_view b) { return name_of(a) < name_of(b); });
  char glue = '?';
  for (const std::string_view one : parameters) {
    location.push_back(std::exchange(glue, '&'));
    text::append_url_text(location, one);
  }
  return location;
}

}  // namespace prodev::rest
