#include "base/budget.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace prodev::base {

Budget::Lease::Lease(Lease&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), hold_(std::exchange(other.hold_, {})) {}

Budget::Lease& Budget::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = std::exchange(other.budget_, nullptr);
  hold_ = std::exchange(other.hold_, {});
  return *this;
}

Budget::Grant Budget::Lease::grow_to(uint64_t bytes, const Patience* patience) {
  assert(!hold_.yielding);
  if (budget_ == nullptr || bytes <= kStep || bytes <= hold_.held) return Grant::kGranted;
  const uint64_t wanted = bytes > UINT64_MAX - kStep ? bytes : (bytes + kStep - 1) / kStep * kStep;
  return budget_->take(hold_, wanted, patience);
}

void Budget::Lease::yield_to_others(std::shared_ptr<Yielder> who) {
  if (hold_.order != 0) budget_->let_yield(hold_, std::move(who));
}

void Budget::Lease::release() {
  if (hold_.order != 0 || hold_.yielding) budget_->give(hold_);
  hold_.held = 0;
  hold_.order = 0;
  hold_.yielding.reset();
}

uint64_t Budget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

size_t Budget::ClientHash::operator()(const Client& client) const {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(client.data()), client.size()});
}

Budget::Grant Budget::take(Hold& hold, uint64_t wanted, const Patience* patience) {
  if (wanted > limits_.of_one || hold.beside > limits_.of_one - wanted) return Grant::kTooMuch;
  const uint64_t more = wanted - hold.held;
  std::unique_lock lock(mutex_);
  const bool has_room =
      patience != nullptr ? get_room(hold, more, *patience, lock) : make_room(hold.client, more);
  if (!has_room) return Grant::kBusy;
  if (hold.order == 0) {
    holders_.emplace(last_order_ + 1, hold.client);
    hold.order = ++last_order_;
  }
  used_by_[hold.client] += more;
  used_ += more;
  hold.held = wanted;
  return Grant::kGranted;
}

void Budget::give(Hold& hold) {
  const std::lock_guard lock(mutex_);
  if (!hold.yielding) {
    holders_.erase(hold.order);
    subtract(hold.client, hold.held);
  } else if (const auto place = *hold.yielding; place->ended) {
    ended_.erase(place);
  } else {
    yielding_bytes_ -= place->held;
    subtract(hold.client, place->held);
    yielding_.erase(place);
  }
  tell_waiting();
}

void Budget::let_yield(Hold& hold, std::shared_ptr<Yielder> who) {
  const std::lock_guard lock(mutex_);
  yielding_.push_front({std::move(who), hold.client, hold.held});
  hold.yielding = yielding_.begin();
  yielding_bytes_ += hold.held;
  holders_.erase(hold.order);
  hold.order = 0;
  tell_waiting();
}

uint64_t Budget::used_by(const Client& client) const {
  const auto known = used_by_.find(client);
  return known == used_by_.end() ? 0 : known->second;
}

bool Budget::fits_share(const Client& client, uint64_t more) const {
  return more <= limits_.of_one && used_by(client) <= limits_.of_one - more;
}

uint64_t Budget::may_yield() const {
  return yielding_bytes_ - std::min(yielding_bytes_, limits_.yielding);
}

// Ends nobody in vain: only when that is enough.
bool Budget::make_room(const Client& client, uint64_t more) {
  if (!fits_share(client, more) || more > limits_.all) return false;
  const uint64_t most = limits_.all - more;
  if (used_ > most && used_ - most > may_yield()) return false;
  const int64_t now_ns = used_ > most ? monotonic_ns() : 0;
  while (used_ > most) end_slowest(now_ns);
  return true;
}

void Budget::end_slowest(int64_t now_ns) {
  auto slowest = yielding_.begin();
  double least = slowest->who->pace(now_ns);
  for (auto other = std::next(slowest); other != yielding_.end(); ++other) {
    const double pace = other->who->pace(now_ns);
    if (pace >= least) continue;
    least = pace;
    slowest = other;
  }
  slowest->who->yield();
  slowest->ended = true;
  yielding_bytes_ -= slowest->held;
  subtract(slowest->client, slowest->held);
  ended_.splice(ended_.begin(), yielding_, slowest);
}

bool Budget::get_room(const Hold& hold, uint64_t more, const Patience& patience,
                      std::unique_lock<std::mutex>& lock) {
  const uint64_t order = hold.order != 0 ? hold.order : ++last_order_;
  if (make_room_in_turn(hold, order, more)) return true;
  // Of work that holds something in other leases nobody knows that it waits.
  const bool may_wait = hold.held > 0 || hold.beside == 0;
  if (!may_wait || !patience.begin()) return make_room(hold.client, more);
  const auto ends = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience.ns);
  waiting_.emplace(order, Waiting{hold.client, more});
  tell_waiting();
  bool in_time = true;
  bool has_room = false;
  while (in_time && !has_room && !must_give_up(hold, more)) {
    in_time = changed_.wait_until(lock, ends) == std::cv_status::no_timeout;
    has_room = make_room_in_turn(hold, order, more);
  }
  has_room = has_room || make_room(hold.client, more);
  waiting_.erase(order);
  tell_waiting();
  return has_room;
}

bool Budget::make_room_in_turn(const Hold& hold, uint64_t order, uint64_t more) {
  return is_next(order, hold.client) && leaves_reserve(hold.order, hold.client, more) &&
         make_room(hold.client, more);
}

// Who waits longer goes first; but not who waits for a share that is none of this client's.
bool Budget::is_next(uint64_t order, const Client& client) const {
  return std::none_of(waiting_.begin(), waiting_.lower_bound(order), [&](const auto& earlier) {
    const Waiting& other = earlier.second;
    return other.client == client || fits_share(other.client, other.more);
  });
}

// A quarter of all, and of a client's share, is for who holds something longest.
bool Budget::leaves_reserve(uint64_t order, const Client& client, uint64_t more) const {
  const auto is_oldest = [&](auto holder) {
    return holder == holders_.end() || holder->first == order;
  };
  const bool fits_all = used_ - may_yield() + more <= limits_.all - limits_.all / 4;
  if (!fits_all && !is_oldest(holders_.begin())) return false;
  if (used_by(client) + more <= limits_.of_one - limits_.of_one / 4) return true;
  return is_oldest(std::find_if(holders_.begin(), holders_.end(),
                                [&](const auto& holder) { return holder.second == client; }));
}

// A holder: it does not wait, or what it waits for is there.
bool Budget::can_go_on(uint64_t order, const Client& client) const {
  const auto waits = waiting_.find(order);
  if (waits == waiting_.end()) return true;
  const uint64_t more = waits->second.more;
  return is_next(order, client) && leaves_reserve(order, client, more) &&
         fits_share(client, more) && used_ - may_yield() + more <= limits_.all;
}

// Nobody is left who could give back, and it is the youngest of those who hold something: of its
// client when it wants that one's share, else of all. Who holds nothing is in nobody's way.
bool Budget::must_give_up(const Hold& hold, uint64_t more) const {
  const bool wants_share = !fits_share(hold.client, more);
  return std::none_of(holders_.begin(), holders_.end(), [&](const auto& holder) {
    const auto& [order, client] = holder;
    if (order == hold.order || (wants_share && client != hold.client)) return false;
    return hold.held == 0 || order > hold.order || can_go_on(order, client);
  });
}

void Budget::subtract(const Client& client, uint64_t bytes) {
  used_ -= bytes;
  const auto known = used_by_.find(client);
  known->second -= bytes;
  if (known->second == 0) used_by_.erase(known);
}

// All of them: one may be next, and another must give up.
void Budget::tell_waiting() {
  if (!waiting_.empty()) changed_.notify_all();
}

}  // namespace prodev::base
