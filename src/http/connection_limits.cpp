#include "http/connection_limits.h"

#include <functional>
#include <string_view>

#include "http/forwarded.h"

namespace prodev::http {

size_t ConnectionLimits::KeyHash::operator()(const Key& key) const {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(key.data()), key.size()});
}

bool ConnectionLimits::is_one_client(const net::Address& peer) const {
  return !is_trusted(proxies_, peer);
}

ConnectionLimits::Verdict ConnectionLimits::admit(const net::Address& peer) {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= total_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return Verdict::kTooMany;
  }
  if (!is_counted(peer)) return Verdict::kAdmitted;
  std::lock_guard lock(mutex_);
  size_t& count = by_client_[peer.client_key()];
  if (count >= per_client_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return Verdict::kTooManyOfClient;
  }
  ++count;
  return Verdict::kAdmitted;
}

void ConnectionLimits::release(const net::Address& peer) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (!is_counted(peer)) return;
  std::lock_guard lock(mutex_);
  const auto found = by_client_.find(peer.client_key());
  if (found != by_client_.end() && --found->second == 0) by_client_.erase(found);
}

}  // namespace prodev::http
