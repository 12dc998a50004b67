#include "db/deadline.h"

#include <sqlite3.h>

#include "base/clock.h"

namespace prodev::db {

namespace {
constexpr int kInstructionsBetweenChecks = 4'000;  // some tens of microseconds
}

Deadline::Deadline(Connection& connection, int64_t deadline_ns)
    : connection_(connection), deadline_ns_(deadline_ns) {
  ::sqlite3_progress_handler(connection.handle(), kInstructionsBetweenChecks, check, this);
}

Deadline::~Deadline() { ::sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr); }

int Deadline::check(void* deadline) {
  return base::monotonic_ns() > static_cast<Deadline*>(deadline)->deadline_ns_ ? 1 : 0;
}

}  // namespace prodev::db
