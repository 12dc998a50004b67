// Budget: an amount of something, in bytes, that all clients share and of which one has a part at
// most, so that nobody can take it from all the others.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace prodev::base {

// Thread-safe.
class Budget {
 public:
  using Client = std::array<uint8_t, 16>;  // net::Address::client_key

  struct Limits {
    uint64_t all = UINT64_MAX;
    uint64_t of_one = UINT64_MAX;
  };

  enum class Grant {
    kGranted,
    kTooMuch,  // more than one client may ever have
    kBusy,     // others, or other work of this client, hold it at the moment
  };

  // What one piece of work holds. Belongs to one thread at a time; gives back at its end. The
  // budget outlives it.
  class Lease {
   public:
    Lease() = default;
    // `beside`: what other leases of the same work hold meanwhile: what it can never have with
    // these is kTooMuch.
    Lease(Budget& budget, const Client& client, uint64_t beside = 0)
        : budget_(&budget), client_(client), beside_(beside) {}
    ~Lease() { release(); }
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;

    // Holds at least `bytes` from now on, or, refused, what it held before. Taken in steps of
    // kStep, the first of which costs nothing: a lease that stays small takes no lock.
    Grant grow_to(uint64_t bytes);
    void release();
    // What it holds, and what those beside it do: for the next one of the same work.
    uint64_t held_with_others() const { return held_ + beside_; }

   private:
    Budget* budget_ = nullptr;  // none: everything is granted
    Client client_{};
    uint64_t beside_ = 0;
    uint64_t held_ = 0;
  };

  static constexpr uint64_t kStep = 65'536;

  explicit Budget(Limits limits) : limits_(limits) {}

  // What all leases hold.
  uint64_t used() const;
  const Limits& limits() const { return limits_; }

 private:
  struct ClientHash {
    size_t operator()(const Client& client) const;
  };

  Grant take(const Client& client, uint64_t held, uint64_t more);
  void give(const Client& client, uint64_t bytes);

  const Limits limits_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  uint64_t used_ = 0;
  std::unordered_map<Client, uint64_t, ClientHash> used_by_;  // no entry: nothing
};

}  // namespace prodev::base
