// A small outbound HTTP client for the server's own questions: is somebody there, and well?
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace prodev::net {

struct HttpReply {
  int status = 0;
  std::string body;  // its first 64 KiB
};

struct HttpGetOptions {
  int64_t timeout_ms = 3'000;      // for connecting, and for each wait for bytes
  bool verify_certificate = true;  // false only for questions to this machine
};

// GETs an http:// or https:// URL; does not follow redirects. Blocking, resolves names.
// kUsage for a URL that cannot be asked, kUnavailable when no HTTP answer came.
base::Result<HttpReply> http_get(const std::string& url, const HttpGetOptions& options = {});

}  // namespace prodev::net
