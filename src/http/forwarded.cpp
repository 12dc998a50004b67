#include "http/forwarded.h"

#include <algorithm>
#include <array>
#include <optional>

#include "text/ascii.h"

namespace prodev::http {

namespace {

// What proxies add to requests that they pass on.
constexpr std::array<std::string_view, 4> kRelayFields = {"forwarded", "via", "x-forwarded-for",
                                                          "x-real-ip"};

bool has_relay_field(const Head& head) {
  return std::any_of(kRelayFields.begin(), kRelayFields.end(),
                     [&](std::string_view name) { return head.has(name); });
}

// Takes the last item off a list with `separator`. Commas within quotes are not told apart: no
// address has one.
std::string_view take_last(std::string_view& list, char separator) {
  const size_t at = list.rfind(separator);
  const std::string_view item = at == std::string_view::npos ? list : list.substr(at + 1);
  list = list.substr(0, at == std::string_view::npos ? 0 : at);
  return text::trim(item);
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// The node of for= in an element of Forwarded (RFC 7239 section 4); empty: none, or several.
std::string_view node_of(std::string_view element) {
  constexpr std::string_view kName = "for=";
  std::string_view node;
  while (!element.empty()) {
    const std::string_view pair = take_last(element, ';');
    if (!text::equal_ignoring_case(pair.substr(0, kName.size()), kName)) continue;
    if (!node.empty()) return {};
    node = without_quotes(text::trim(pair.substr(kName.size())));
  }
  return node;
}

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1" or "[2001:db8::1]:80".
std::optional<text::IpAddress> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    const size_t bracket = node.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    return text::parse_ip(node.substr(1, bracket - 1));
  }
  const size_t colon = node.find(':');
  const bool has_port = colon != std::string_view::npos && node.find('.') < colon;
  return text::parse_ip(has_port ? node.substr(0, colon) : node);
}

// The peer becomes the last hop that is not trusted, as far as the hops can be read.
void follow_hops(const ProxyOptions& options, Request& request) {
  const bool standard = options.field == ProxyOptions::Field::kForwarded;
  std::string joined;
  std::string_view hops =
      request.head.find_list(standard ? "forwarded" : "x-forwarded-for", joined);
  while (!hops.empty() && is_trusted(options.trusted, request.peer)) {
    const std::string_view last = take_last(hops, ',');
    const auto address = address_of(standard ? node_of(last) : last);
    if (!address) return;
    request.peer = net::address_of(*address);
  }
}

}  // namespace

bool is_trusted(const std::vector<text::IpNetwork>& trusted, const net::Address& address) {
  if (trusted.empty()) return false;
  const text::IpAddress ip = address.ip_bytes();
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const text::IpNetwork& network) { return network.contains(ip); });
}

void find_client(const ProxyOptions& options, Request& request) {
  const bool proxied = is_trusted(options.trusted, request.peer);
  if (proxied) follow_hops(options, request);
  // Whoever is behind these fields was not found: it is not the peer.
  const bool found = proxied && !is_trusted(options.trusted, request.peer);
  request.relayed = !found && has_relay_field(request.head);
}

}  // namespace prodev::http
