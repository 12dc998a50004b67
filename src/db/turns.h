// Turns: how many reads work at the same time. The others wait, so that cores are left to those
// who ask for little.
//
// Clients share the time of turns fairly, whatever the number of their reads: next is who has had
// least of it, as measured against a client that has had its share of all that was given meanwhile.
// A client that comes anew begins some time before that one, so that a short read need not wait for
// long ones. Of one client's reads those that begin are before those that go on, for a while.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace prodev::db {

// Any thread.
class Turns {
 public:
  using Client = std::array<uint8_t, 16>;  // net::Address::client_key

  static constexpr int64_t kTurn_ns = 5'000'000;  // after which who has it asks for another one

  // `patience_ns`: for how long reads that go on let others of their client begin before them.
  explicit Turns(size_t at_once, int64_t patience_ns = 50'000'000)
      : patience_ns_(patience_ns), free_(at_once) {}

  enum class Read : uint8_t { kBegins, kGoesOn };

  // Waits for a turn. False: there was none before `deadline_ns` (base::monotonic_ns; 0: no limit).
  bool take(const Client& client, Read read, int64_t deadline_ns);
  // `worked_ns`: how long the turn was.
  void give(const Client& client, int64_t worked_ns);
  // How many wait for one.
  size_t waiting() const;

 private:
  // How far a client is before the one that has had its share, at most, and how far behind it.
  static constexpr int64_t kMostBefore_ns = 2 * kTurn_ns;
  static constexpr int64_t kMostBehind_ns = 20 * kTurn_ns;

  struct Share {
    int64_t had_ns = 0;  // of shared_ns_
    size_t reads = 0;    // that wait, or have a turn
  };
  struct Waiter {
    Client client;
    int64_t due_ns;
    std::condition_variable changed;
    bool has_turn = false;
  };

  // With mutex_ held.
  Share& enter(const Client& client);
  void leave(const Client& client);
  bool wait(Waiter& waiter, std::unique_lock<std::mutex>& lock, int64_t deadline_ns);
  std::vector<Waiter*>::iterator find_next();

  const int64_t patience_ns_;
  mutable std::mutex mutex_;
  size_t free_;                     // guarded by mutex_; 0 while somebody waits
  std::vector<Waiter*> waiting_;    // guarded by mutex_; those due first first
  std::map<Client, Share> shares_;  // guarded by mutex_; whose reads are here, or were just now
  size_t clients_ = 0;              // guarded by mutex_; whose reads are here
  int64_t shared_ns_ = 0;           // guarded by mutex_; what each has had that always was here
};

}  // namespace prodev::db
