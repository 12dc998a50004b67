#include "rest/resource.h"

#include <algorithm>

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

}  // namespace prodev::rest
