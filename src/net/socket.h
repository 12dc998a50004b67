// Socket: a connected, non-blocking stream, plain or TLS, behind one set of calls.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>

#include "base/unique_fd.h"
#include "net/tls.h"

namespace prodev::net {

enum class IoStatus {
  kOk,
  kWantRead,   // try again when the descriptor is readable
  kWantWrite,  // try again when the descriptor is writable
  kClosed,     // read: the peer ended its direction in order
  kFailed,     // reset, or a TLS violation
};

struct IoResult {
  IoStatus status = IoStatus::kOk;
  size_t bytes = 0;  // meaningful with kOk only, then at least 1
};

class Socket {
 public:
  explicit Socket(base::UniqueFd fd) : fd_(std::move(fd)), session_(nullptr, &SSL_free) {}
  Socket(base::UniqueFd fd, const TlsContext& tls)
      : fd_(std::move(fd)), session_(tls.make_session(fd_.get())) {}

  int fd() const { return fd_.get(); }
  bool is_tls() const { return session_ != nullptr; }
  // A plain socket has none to make: true at once.
  bool handshake_done() const {
    return session_ == nullptr || SSL_is_init_finished(session_.get());
  }

  // On a TLS socket the first calls make the handshake.
  IoResult read(char* out, size_t size);
  // True when decrypted bytes wait inside the session, where epoll cannot see them.
  bool has_buffered_input() const { return session_ && SSL_has_pending(session_.get()) == 1; }

  // `more`: further bytes follow at once, so that a short head need not travel alone.
  IoResult write(std::span<const iovec> parts, bool more);
  // Sends from `file` at `offset`; through the kernel alone when plain.
  IoResult send_file(int file, off_t offset, size_t size);

  // Bytes written that the peer has not acknowledged yet.
  size_t unacknowledged_bytes() const;

  // At the end of the connection the peer sees a reset, and what it has not taken is dropped.
  void drop_unsent();

  // Ends our direction: close_notify, then FIN.
  void shut_write();

 private:
  IoResult tls_status(int result);

  base::UniqueFd fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> session_;
};

}  // namespace prodev::net
