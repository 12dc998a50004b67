// Whom a request is for when proxies stand between its client and the server.
#pragma once

#include <vector>

#include "http/request.h"
#include "text/ip_network.h"

namespace prodev::http {

// A field that everybody may send counts only when a trusted proxy sent it, and of two such fields
// the one that the proxies write: they pass the other on as it came from the client.
struct ProxyOptions {
  enum class Field { kXForwardedFor, kForwarded };

  std::vector<text::IpNetwork> trusted;
  Field field = Field::kXForwardedFor;
};

bool is_trusted(const std::vector<text::IpNetwork>& trusted, const net::Address& address);

// Makes request.peer, which is whom the connection is with, the client: the last address that no
// trusted proxy has (each appends whom it was asked by, so that all before it may be made up).
// What is not an address ends the search: then the proxy that wrote it is the client. Notes in
// request.relayed when others have passed the request on and the client is not known.
void find_client(const ProxyOptions& options, Request& request);

}  // namespace prodev::http
