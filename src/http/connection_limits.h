// ConnectionLimits: how many connections may be open, in total and for one client.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/address.h"

namespace prodev::http {

// Thread-safe.
class ConnectionLimits {
 public:
  // `per_client` 0: no limit. `proxies` are many clients each, and only count in total.
  ConnectionLimits(size_t total, size_t per_client, std::vector<text::IpNetwork> proxies = {})
      : total_(total), per_client_(per_client), proxies_(std::move(proxies)) {}

  enum class Verdict { kAdmitted, kTooMany, kTooManyOfClient };
  // When admitted, call release() once with the same address.
  Verdict admit(const net::Address& peer);
  void release(const net::Address& peer);

  // Whether `peer` is one client, and not a proxy of many.
  bool is_one_client(const net::Address& peer) const;

  size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  bool is_counted(const net::Address& peer) const { return per_client_ > 0 && is_one_client(peer); }

  using Key = std::array<uint8_t, 16>;
  struct KeyHash {
    size_t operator()(const Key& key) const;
  };

  const size_t total_;
  const size_t per_client_;
  const std::vector<text::IpNetwork> proxies_;
  std::atomic<size_t> open_{0};
  std::mutex mutex_;
  std::unordered_map<Key, size_t, KeyHash> by_client_;  // guarded by mutex_
};

}  // namespace prodev::http
