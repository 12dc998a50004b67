// TLS by OpenSSL: the server's context, made from certificate and key files, and one connection's
// session on a non-blocking socket.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace prodev::net {

struct TlsFiles {
  std::string certificate;  // PEM, the leaf first, then the chain
  std::string key;          // PEM
};

// Immutable once made, shared by all loops: a reload makes a new one, and each connection keeps
// the one that it began with.
class TlsContext {
 public:
  // TLS 1.2 and 1.3, ALPN http/1.1. The error names the file and what is wrong with it.
  static base::Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

  // A server session on `fd`, which it does not own.
  std::unique_ptr<SSL, decltype(&SSL_free)> make_session(int fd) const;

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context, &SSL_CTX_free) {}
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

}  // namespace prodev::net
