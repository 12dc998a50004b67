// Router: finds the route of a path and method.
//
// A route is one declarative row; the table of them is the source of truth for routing, lanes,
// access checks, body limits, metrics labels and docs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/lane.h"
#include "http/method.h"
#include "http/request.h"
#include "http/response.h"

namespace prodev::http {

// Who may call a route, checked before the body is read.
enum class Access : uint8_t {
  kPublic,
  kLoopback,  // clients on this machine
};

// Judges a request by its head, while its body has yet to come. False: it filled in the answer, and
// the body is not wanted. On the loop; the same is judged again once the body is there.
using HeadCheck = std::function<bool(const Request&, Response&)>;

struct Route {
  std::string path;   // "/healthz", or a prefix and everything below it: "/files/*"
  MethodSet methods;  // HEAD must be named to be served
  Lane lane = Lane::kInline;
  Access access = Access::kPublic;
  std::string label;                       // of metrics and logs
  std::string summary;                     // one line for people
  std::optional<uint64_t> max_body_bytes;  // instead of the server's limit; 0: no body
  Handler handler;
  bool ignores_body = false;  // answers without waiting for it; inline lane only
  HeadCheck check_head = {};  // none: every body is taken
  bool takes_gzip = false;    // a body with Content-Encoding: gzip, which is the handler's to undo
  size_t id = 0;              // index into the metrics of a loop; given by the Router
};

class Router {
 public:
  // `first_id`: the id of the first route; the others follow.
  Router(std::vector<Route> routes, size_t first_id);

  struct Match {
    const Route* route = nullptr;      // nullptr: no route for this path and method
    std::optional<MethodSet> allowed;  // the methods of the path, when there is one
  };
  // Exact paths win over prefixes, longer prefixes over shorter ones. `path` is decoded.
  Match match(Method method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct PathHash {
    using is_transparent = void;
    size_t operator()(std::string_view path) const { return std::hash<std::string_view>()(path); }
  };
  using Group = std::vector<const Route*>;  // routes of one path, for different methods

  static Match choose(const Group& group, Method method);

  std::vector<Route> routes_;
  std::unordered_map<std::string, Group, PathHash, std::equal_to<>> exact_;
  std::vector<std::pair<std::string, Group>> prefixes_;  // longest first, with the last slash
};

}  // namespace prodev::http
