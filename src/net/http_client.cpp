#include "net/http_client.h"

#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace prodev::net {
namespace {

using base::Code;
using base::fail;
using base::Result;

struct UrlParts {
  std::string server;  // scheme://host[:port]
  std::string path;
};

// The library throws on a port beyond int, so ports are checked before it sees them.
bool is_good_authority(std::string_view authority) {
  const size_t host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  const bool unclosed = authority.starts_with('[') && host_end == std::string_view::npos;
  if (authority.empty() || unclosed || host_end == 0) return false;
  if (authority.find_first_of("@ \t\r\n\\") != std::string_view::npos) return false;
  std::string_view rest = host_end == std::string_view::npos ? "" : authority.substr(host_end);
  if (rest.starts_with(']')) rest.remove_prefix(1);
  if (rest.empty()) return true;
  unsigned port = 0;
  const char* end = rest.data() + rest.size();
  const auto parsed = std::from_chars(rest.data() + 1, end, port);
  return rest.front() == ':' && parsed.ec == std::errc() && parsed.ptr == end && port >= 1 &&
         port <= 65'535;
}

Result<UrlParts> split_url(const std::string& url) {
  const size_t scheme_end = url.find("://");
  const std::string scheme = url.substr(0, scheme_end == std::string::npos ? 0 : scheme_end);
  if (scheme == "http" || scheme == "https") {
    const size_t host = scheme_end + 3;
    const size_t path = std::min(url.find_first_of("/?#", host), url.size());
    if (is_good_authority(std::string_view(url).substr(host, path - host))) {
      std::string rest = url.substr(path);
      return UrlParts{url.substr(0, path), rest.starts_with('/') ? rest : "/" + rest};
    }
  }
  return fail(Code::kUsage, "\"" + url +
                                "\" is not a URL to ask; give http://host:port or "
                                "https://host:port");
}

Result<HttpReply> get(const UrlParts& url, const HttpGetOptions& options) {
  constexpr size_t kMostBody = 64 * 1024;
  httplib::Client client(url.server);
  const auto timeout = std::chrono::milliseconds(options.timeout_ms);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
  client.enable_server_certificate_verification(options.verify_certificate);
  HttpReply reply;
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  const auto result = client.Get(
      url.path,
      [&](const httplib::Response& head) {
        reply.status = head.status;
        return true;
      },
      [&](const char* bytes, size_t size) {
        reply.body.append(bytes, std::min(size, kMostBody - reply.body.size()));
        return reply.body.size() < kMostBody && std::chrono::steady_clock::now() < give_up;
      });
  // A body that was cut short on purpose is an answer all the same.
  if (reply.status != 0) return reply;
  return fail(Code::kUnavailable, url.server + " did not answer (" +
                                      httplib::to_string(result.error()) +
                                      "); check that it runs and that the address is right");
}

}  // namespace

Result<HttpReply> http_get(const std::string& url, const HttpGetOptions& options) {
  TRY_ASSIGN(const UrlParts parts, split_url(url));
  try {
    return get(parts, options);
  } catch (const std::exception& error) {
    return fail(Code::kUnavailable, parts.server + " could not be asked: " + error.what());
  }
}

}  // namespace prodev::net
