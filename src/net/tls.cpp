#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/ticket_keys.h"

namespace prodev::net {

namespace {

std::string last_openssl_reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* reason = ::ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "unknown reason" : reason;
  ::ERR_clear_error();
  return text;
}

base::Result<void> check_readable(const std::string& what, const std::string& path) {
  if (::access(path.c_str(), R_OK) == 0) return {};
  return base::fail(base::Code::kUnavailable,
                    "cannot read the TLS " + what + " file " + path + ": " + std::strerror(errno));
}

// RFC 7301: the server picks; a client that offers only other protocols is refused.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  static const unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int status = ::SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1,
                                             offered, offered_length);
  *out = chosen;
  return status == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// An encrypted key cannot be asked for without a terminal: refuse instead of prompting.
int no_passphrase(char*, int, int, void*) { return -1; }

void configure(SSL_CTX* context) {
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  // One read(2) for what has arrived, instead of two for each record.
  ::SSL_CTX_set_read_ahead(context, 1);
  // Forward-secret AEAD suites only; TLS 1.3 has no others.
  ::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets resume statelessly
  TicketKeys::make_for(context);
  ::SSL_CTX_set_num_tickets(context, 1);
  ::SSL_CTX_set_alpn_select_cb(context, &select_protocol, nullptr);
  ::SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
}

}  // namespace

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
  TRY(check_readable("certificate", files.certificate));
  TRY(check_readable("key", files.key));
  ::ERR_clear_error();
  SSL_CTX* context = ::SSL_CTX_new(::TLS_server_method());
  if (context == nullptr) {
    return base::fail(base::Code::kInternal, "cannot make a TLS context: " + last_openssl_reason());
  }
  std::shared_ptr<const TlsContext> owner(new TlsContext(context));
  configure(context);
  if (::SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return base::fail(base::Code::kBadInput,
                      "no PEM certificate in " + files.certificate + " (" + last_openssl_reason() +
                          "): give the server's certificate chain with --tls-cert");
  }
  if (::SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return base::fail(base::Code::kBadInput, "no usable PEM private key in " + files.key + " (" +
                                                 last_openssl_reason() +
                                                 "): give the unencrypted key of " +
                                                 files.certificate + " with --tls-key");
  }
  if (::SSL_CTX_check_private_key(context) != 1) {
    return base::fail(
        base::Code::kBadInput,
        "the key in " + files.key + " does not belong to the certificate in " + files.certificate);
  }
  return owner;
}

std::unique_ptr<SSL, decltype(&SSL_free)> TlsContext::make_session(int fd) const {
  std::unique_ptr<SSL, decltype(&SSL_free)> session(::SSL_new(context_.get()), &SSL_free);
  if (session) {
    ::SSL_set_fd(session.get(), fd);
    ::SSL_set_accept_state(session.get());
  }
  return session;
}

}  // namespace prodev::net
