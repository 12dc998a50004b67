#include "http/waiting_reader.h"

#include <algorithm>

#include "base/clock.h"
#include "http/connection.h"

namespace prodev::http {

WaitingReader::WaitingReader(net::Loop& loop, Connection* connection, uint64_t taken)
    : loop_(loop),
      connection_(connection),
      began_ns_(base::monotonic_ns()),
      taken_before_(taken),
      taken_(taken) {}

double WaitingReader::pace(int64_t now_ns) const {
  const auto passed_ns = static_cast<double>(std::max<int64_t>(now_ns - began_ns_, 1));
  const uint64_t taken = taken_.load(std::memory_order_relaxed);
  return (static_cast<double>(taken - std::min(taken, taken_before_)) + kHeadStart_bytes) * 1e9 /
         passed_ns;
}

void WaitingReader::yield() {
  loop_.post([self = shared_from_this()] {
    if (self->connection_ != nullptr) self->connection_->cut();
  });
}

}  // namespace prodev::http
