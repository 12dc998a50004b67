#include "net/socket.h"

#include <linux/sockios.h>
#include <openssl/err.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace prodev::net {

namespace {

constexpr size_t kTlsRecord = 16'384;

IoResult failed_call(IoStatus would_block) {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {would_block, 0};
  return {IoStatus::kFailed, 0};
}

}  // namespace

IoResult Socket::tls_status(int result) {
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {IoStatus::kWantRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {IoStatus::kWantWrite, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::kClosed, 0};
    default:
      ::ERR_clear_error();
      return {IoStatus::kFailed, 0};
  }
}

IoResult Socket::read(char* out, size_t size) {
  if (session_) {
    ::ERR_clear_error();
    size_t bytes = 0;
    const int result = ::SSL_read_ex(session_.get(), out, size, &bytes);
    return result == 1 ? IoResult{IoStatus::kOk, bytes} : tls_status(result);
  }
  const ssize_t n = ::recv(fd_.get(), out, size, 0);
  if (n > 0) return {IoStatus::kOk, static_cast<size_t>(n)};
  if (n == 0) return {IoStatus::kClosed, 0};
  return failed_call(IoStatus::kWantRead);
}

IoResult Socket::write(std::span<const iovec> parts, bool more) {
  if (session_) {
    ::ERR_clear_error();
    size_t bytes = 0;
    const int result = ::SSL_write_ex(session_.get(), parts[0].iov_base, parts[0].iov_len, &bytes);
    return result == 1 ? IoResult{IoStatus::kOk, bytes} : tls_status(result);
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  const ssize_t n = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  return n >= 0 ? IoResult{IoStatus::kOk, static_cast<size_t>(n)}
                : failed_call(IoStatus::kWantWrite);
}

IoResult Socket::send_file(int file, off_t offset, size_t size) {
  if (session_) {
    std::array<char, kTlsRecord> buffer;
    const ssize_t n = ::pread(file, buffer.data(), std::min(size, buffer.size()), offset);
    if (n <= 0) return {IoStatus::kFailed, 0};  // shorter than it was when the head was sent
    const iovec part{buffer.data(), static_cast<size_t>(n)};
    return write({&part, 1}, false);
  }
  const ssize_t n = ::sendfile(fd_.get(), file, &offset, size);
  if (n > 0) return {IoStatus::kOk, static_cast<size_t>(n)};
  if (n == 0) return {IoStatus::kFailed, 0};
  return failed_call(IoStatus::kWantWrite);
}

size_t Socket::unacknowledged_bytes() const {
  int bytes = 0;
  return ::ioctl(fd_.get(), SIOCOUTQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

void Socket::drop_unsent() {
  const linger none{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void Socket::shut_write() {
  if (session_ && handshake_done()) {
    ::ERR_clear_error();
    ::SSL_shutdown(session_.get());
  }
  ::shutdown(fd_.get(), SHUT_WR);
}

}  // namespace prodev::net
