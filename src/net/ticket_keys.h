// TicketKeys: the keys that TLS session tickets are sealed with, which change by the hour.
//
// Who learns a ticket key can read the traffic of every session that was resumed under it (with TLS
// 1.2 also of the one that the ticket is for), however long after: so no key lives for longer than
// the tickets that it has sealed may be used. They are in memory only, and of one process.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

namespace prodev::net {

class TicketKeys {
 public:
  static constexpr int64_t kLifetime_s = 3'600;  // of a ticket, and of a key as the one that seals

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};  // AES-256-CBC
    std::array<unsigned char, 32> mac{};     // HMAC-SHA-256
    int64_t made_s = 0;
  };

  // The key to seal with at `now_s` (monotonic): a new one when that is over kLifetime_s old.
  // Nothing when there are no random bytes to be had. Any thread.
  std::optional<Key> sealing(int64_t now_s);
  // The key called `name`, while a ticket that it has sealed may be good. Any thread.
  std::optional<Key> opening(const unsigned char* name, int64_t now_s);

  // Gives `context` keys of its own, which live as long as it does: longer than its owner, where a
  // session still refers to it.
  static void make_for(SSL_CTX* context);

  TicketKeys() = default;
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

 private:
  bool renew(int64_t now_s);

  std::mutex mutex_;
  std::optional<Key> current_, previous_;  // guarded by mutex_
};

}  // namespace prodev::net
