#include "base/budget.h"

#include <string_view>
#include <utility>

namespace prodev::base {

Budget::Lease::Lease(Lease&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      client_(other.client_),
      beside_(other.beside_),
      held_(std::exchange(other.held_, 0)) {}

Budget::Lease& Budget::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = std::exchange(other.budget_, nullptr);
  client_ = other.client_;
  beside_ = other.beside_;
  held_ = std::exchange(other.held_, 0);
  return *this;
}

Budget::Grant Budget::Lease::grow_to(uint64_t bytes) {
  if (budget_ == nullptr || bytes <= kStep || bytes <= held_) return Grant::kGranted;
  const uint64_t wanted = bytes > UINT64_MAX - kStep ? bytes : (bytes + kStep - 1) / kStep * kStep;
  const Grant grant = budget_->take(client_, held_with_others(), wanted - held_);
  if (grant == Grant::kGranted) held_ = wanted;
  return grant;
}

void Budget::Lease::release() {
  if (budget_ != nullptr && held_ > 0) budget_->give(client_, held_);
  held_ = 0;
}

uint64_t Budget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

size_t Budget::ClientHash::operator()(const Client& client) const {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(client.data()), client.size()});
}

Budget::Grant Budget::take(const Client& client, uint64_t held, uint64_t more) {
  if (more > limits_.of_one || held > limits_.of_one - more) return Grant::kTooMuch;
  const std::lock_guard lock(mutex_);
  const auto known = used_by_.find(client);
  const uint64_t own = known == used_by_.end() ? 0 : known->second;
  if (own > limits_.of_one - more) return Grant::kBusy;
  if (more > limits_.all || used_ > limits_.all - more) return Grant::kBusy;
  used_by_[client] = own + more;
  used_ += more;
  return Grant::kGranted;
}

void Budget::give(const Client& client, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  const auto known = used_by_.find(client);
  known->second -= bytes;
  if (known->second == 0) used_by_.erase(known);
}

}  // namespace prodev::base
