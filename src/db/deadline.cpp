#include "db/deadline.h"

#include <sqlite3.h>

#include "base/clock.h"

namespace prodev::db {

namespace {
constexpr int kInstructionsBetweenChecks = 4'000;  // some tens of microseconds

struct ThreadDeadline {
  const sqlite3* handle = nullptr;
  int64_t at_ns = 0;
};
thread_local ThreadDeadline thread_deadline;
}  // namespace

Deadline::Deadline(Connection& connection, int64_t deadline_ns)
    : connection_(connection), deadline_ns_(deadline_ns) {
  ::sqlite3_progress_handler(connection.handle(), kInstructionsBetweenChecks, check, this);
  set_thread_deadline(connection.handle(), deadline_ns);
}

Deadline::~Deadline() {
  ::sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
  set_thread_deadline(nullptr, 0);
}

int Deadline::check(void* deadline) {
  return base::monotonic_ns() > static_cast<Deadline*>(deadline)->deadline_ns_ ? 1 : 0;
}

bool is_past_deadline(const sqlite3* handle) {
  return thread_deadline.handle == handle && thread_deadline.at_ns != 0 &&
         base::monotonic_ns() > thread_deadline.at_ns;
}

void set_thread_deadline(const sqlite3* handle, int64_t deadline_ns) {
  thread_deadline = {handle, deadline_ns};
}

}  // namespace prodev::db
