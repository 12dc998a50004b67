// Budget: an amount of something, in bytes, that all clients share and of which one has a part at
// most, so that nobody can take it from all the others.
//
// Two things could still keep it from everybody. Answers that wait for clients who read slowly: the
// slowest of them lose their room to whoever needs it (Yielder). And work that holds a part and
// wants more, if all of it does: it may wait for others (Patience). A quarter is kept for who holds
// something longest, and when nobody is left who could give back, the youngest is refused.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace prodev::base {

// Thread-safe.
class Budget {
 public:
  using Client = std::array<uint8_t, 16>;  // net::Address::client_key

  struct Limits {
    uint64_t all = UINT64_MAX;
    uint64_t of_one = UINT64_MAX;
    uint64_t yielding = 0;  // what leases that yield keep together, whoever needs it
  };

  enum class Grant {
    kGranted,
    kTooMuch,  // more than one client may ever have
    kBusy,     // others, or other work of this client, hold it at the moment
  };

  struct Patience {
    int64_t ns;  // how long to wait at most
    // Called before it waits, under the lock: must return at once. False: it may not wait.
    bool (*begin)();
  };

  // What holds room only until its client has fetched what is in it. The budget calls these under
  // its lock, from any thread: they must not call it, and must return at once.
  class Yielder {
   public:
    virtual ~Yielder() = default;
    // How fast it is fetched, in bytes a second: the slowest yields first. `now_ns`:
    // base::monotonic_ns.
    virtual double pace(int64_t now_ns) const = 0;
    // Its room is others' from now on: it is to end. Called once.
    virtual void yield() = 0;
  };

 private:
  // Holds room, and yields it.
  struct Yielding {
    std::shared_ptr<Yielder> who;  // shared with who made it
    Client client;
    uint64_t held;
    bool ended = false;  // others have its room
  };
  // Waits for `more`.
  struct Waiting {
    Client client;
    uint64_t more;
  };
  // What a lease has of the budget.
  struct Hold {
    Client client{};
    uint64_t beside = 0;
    uint64_t held = 0;
    uint64_t order = 0;  // among those who hold something; 0: it holds nothing, or yields
    std::optional<std::list<Yielding>::iterator> yielding;
  };

 public:
  // What one piece of work holds. Belongs to one thread at a time; gives back at its end. The
  // budget outlives it.
  class Lease {
   public:
    Lease() = default;
    // `beside`: what other leases of the same work hold meanwhile: what it can never have with
    // these is kTooMuch.
    Lease(Budget& budget, const Client& client, uint64_t beside = 0) : budget_(&budget) {
      hold_.client = client;
      hold_.beside = beside;
    }
    ~Lease() { release(); }
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;

    // Holds at least `bytes` from now on, or, refused, what it held before. Taken in steps of
    // kStep, the first of which costs nothing: a lease that stays small takes no lock.
    // With `patience` it waits for others to give back, before kBusy.
    // REQUIRES: it does not yield.
    Grant grow_to(uint64_t bytes, const Patience* patience = nullptr);
    // What it holds may be given to others from now on, who then call yield().
    void yield_to_others(std::shared_ptr<Yielder> who);
    void release();
    // What it holds, and what those beside it do: for the next one of the same work.
    uint64_t held_with_others() const { return hold_.held + hold_.beside; }

   private:
    Budget* budget_ = nullptr;  // none: everything is granted
    Hold hold_;
  };

  static constexpr uint64_t kStep = 65'536;

  explicit Budget(Limits limits) : limits_(limits) {}

  // What all leases hold, but for what they have yielded.
  uint64_t used() const;
  const Limits& limits() const { return limits_; }

 private:
  struct ClientHash {
    size_t operator()(const Client& client) const;
  };

  Grant take(Hold& hold, uint64_t wanted, const Patience* patience);
  void give(Hold& hold);
  void let_yield(Hold& hold, std::shared_ptr<Yielder> who);

  // With mutex_ held.
  uint64_t used_by(const Client& client) const;
  bool fits_share(const Client& client, uint64_t more) const;
  uint64_t may_yield() const;
  bool make_room(const Client& client, uint64_t more);
  void end_slowest(int64_t now_ns);
  bool get_room(const Hold& hold, uint64_t more, const Patience& patience,
                std::unique_lock<std::mutex>& lock);
  bool make_room_in_turn(const Hold& hold, uint64_t order, uint64_t more);
  bool is_next(uint64_t order, const Client& client) const;
  bool leaves_reserve(uint64_t order, const Client& client, uint64_t more) const;
  bool can_go_on(uint64_t order, const Client& client) const;
  bool must_give_up(const Hold& hold, uint64_t more) const;
  void subtract(const Client& client, uint64_t bytes);
  void tell_waiting();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // there may be room for those who wait
  // Guarded by mutex_.
  uint64_t used_ = 0;
  std::unordered_map<Client, uint64_t, ClientHash> used_by_;  // no entry: nothing
  uint64_t last_order_ = 0;
  std::map<uint64_t, Client> holders_;  // by order: who holds something and does not yield
  std::list<Yielding> yielding_;
  std::list<Yielding> ended_;            // until their leases end
  uint64_t yielding_bytes_ = 0;          // of yielding_
  std::map<uint64_t, Waiting> waiting_;  // by order, as holders_
};

}  // namespace prodev::base
