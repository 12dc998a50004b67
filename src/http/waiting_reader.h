// WaitingReader: a client that has yet to take a response which holds room.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/budget.h"
#include "net/loop.h"

namespace prodev::http {

class Connection;

// Belongs to the thread of its connection's loop, but for what the budget asks.
class WaitingReader final : public base::Budget::Yielder,
                            public std::enable_shared_from_this<WaitingReader> {
 public:
  // `taken`: bytes that the client has taken of its connection so far.
  WaitingReader(net::Loop& loop, Connection* connection, uint64_t taken);

  void note(uint64_t taken) { taken_.store(taken, std::memory_order_relaxed); }
  // The connection does not wait for it any more, and is not ended when room is needed.
  void forget() { connection_ = nullptr; }

  // What is taken in the first moments is little for everybody: a client is not slow until it has
  // had the time for kHeadStart_bytes.
  double pace(int64_t now_ns) const override;
  // Has the loop cut the connection.
  void yield() override;

 private:
  static constexpr double kHeadStart_bytes = 65'536;

  net::Loop& loop_;
  Connection* connection_;  // of the loop's thread; null: forgotten
  const int64_t began_ns_;
  const uint64_t taken_before_;
  std::atomic<uint64_t> taken_;
};

}  // namespace prodev::http
