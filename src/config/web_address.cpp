#include "config/web_address.h"

#include <algorithm>

#include "text/ascii.h"
#include "text/authority.h"

namespace prodev::config {

namespace {

using base::Code;
using base::fail;
using base::Result;

bool is_scheme(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string lower(std::string_view text) {
  std::string out(text);
  out = text::lowered(out);
  return out;
}

// Browsers leave out the port that goes without saying, and zeros in front.
std::string port_suffix(std::string_view scheme, std::string_view port) {
  port.remove_prefix(std::min(port.find_first_not_of('0'), port.size()));
  const bool own = (scheme == "http" && port == "80") || (scheme == "https" && port == "443");
  return port.empty() || own ? "" : ":" + std::string(port);
}

struct SplitAddress {
  std::string_view scheme;
  std::string_view authority;
  std::string_view rest;  // from the first of / ? #
};

Result<SplitAddress> split(std::string_view text) {
  constexpr std::string_view kMark = "://";
  const size_t end = text.find(kMark);
  if (end == std::string_view::npos)
    return fail(Code::kUsage, "it has no scheme; write it like https://app.example");
  SplitAddress parts{text.substr(0, end), text.substr(end + kMark.size()), {}};
  const size_t slash = parts.authority.find_first_of("/?#");
  if (slash != std::string_view::npos) {
    parts.rest = parts.authority.substr(slash);
    parts.authority = parts.authority.substr(0, slash);
  }
  return parts;
}

Result<text::Authority> host_and_port(std::string_view authority) {
  const auto parsed = text::parse_authority(authority);
  if (!parsed || parsed->host.empty()) {
    return fail(Code::kUsage,
                "behind :// it needs a host, and perhaps a port from 1 to 65535, and nothing else");
  }
  if (parsed->host.find('*') != std::string_view::npos)
    return fail(Code::kUsage, "a host cannot have a *; list each one");
  return *parsed;
}

}  // namespace

Result<std::string> parse_origin(std::string_view text) {
  if (text == "*") return std::string(text);
  if (text == "null")
    return fail(Code::kUsage, "every page that hides its origin says it; serve the page instead");
  TRY_ASSIGN(const SplitAddress parts, split(text));
  if (lower(text) != text) {
    return fail(Code::kUsage, "browsers send it in lower case; write " +
                                  lower(text.substr(0, text.size() - parts.rest.size())));
  }
  if (!is_scheme(parts.scheme)) return fail(Code::kUsage, "its scheme cannot be one");
  if (!parts.rest.empty()) {
    return fail(Code::kUsage, "browsers send it without a path; write " +
                                  std::string(text.substr(0, text.size() - parts.rest.size())));
  }
  constexpr std::string_view kAnyPort = ":*";
  const bool any_port = parts.authority.ends_with(kAnyPort);
  std::string_view authority = parts.authority;
  if (any_port) authority.remove_suffix(kAnyPort.size());
  TRY_ASSIGN(const text::Authority host, host_and_port(authority));
  if (any_port && !host.port.empty()) return fail(Code::kUsage, "it has two ports");
  std::string origin(parts.scheme);
  origin.append("://").append(host.host);
  return origin += any_port ? kAnyPort : port_suffix(parts.scheme, host.port);
}

Result<std::string> parse_site_address(std::string_view text) {
  TRY_ASSIGN(const SplitAddress parts, split(text));
  const std::string scheme = lower(parts.scheme);
  if (scheme != "http" && scheme != "https")
    return fail(Code::kUsage, "its scheme is neither http nor https");
  TRY_ASSIGN(const text::Authority host, host_and_port(parts.authority));
  std::string_view path = parts.rest;
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.find_first_of("?#\"<>\\ ") != std::string_view::npos ||
      (!path.empty() && path.front() != '/'))
    return fail(Code::kUsage, "it may have a path, but nothing behind it");
  std::string address = scheme + "://" + lower(host.host) + port_suffix(scheme, host.port);
  return address.append(path);
}

}  // namespace prodev::config
