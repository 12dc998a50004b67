#include "http/router.h"

#include <algorithm>

namespace prodev::http {

Router::Router(std::vector<Route> routes, size_t first_id) : routes_(std::move(routes)) {
  for (Route& route : routes_) {
    route.id = first_id++;
    if (!route.path.ends_with("/*")) {
      exact_[route.path].push_back(&route);
      continue;
    }
    const std::string prefix = route.path.substr(0, route.path.size() - 1);
    const auto found = std::find_if(prefixes_.begin(), prefixes_.end(),
                                    [&](const auto& entry) { return entry.first == prefix; });
    if (found != prefixes_.end()) {
      found->second.push_back(&route);
    } else {
      prefixes_.push_back({prefix, {&route}});
    }
  }
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

Router::Match Router::choose(const Group& group, Method method) {
  Match match;
  for (const Route* route : group) {
    if (route->methods.contains(method)) match.route = route;
    match.allowed = match.allowed ? *match.allowed | route->methods : route->methods;
  }
  return match;
}

Router::Match Router::match(Method method, std::string_view path) const {
  const auto found = exact_.find(path);
  if (found != exact_.end()) return choose(found->second, method);
  for (const auto& [prefix, group] : prefixes_) {
    if (path.starts_with(prefix)) return choose(group, method);
  }
  return {};
}

}  // namespace prodev::http
