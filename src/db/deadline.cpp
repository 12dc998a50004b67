#include "db/deadline.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "db/statement_watch.h"

namespace prodev::db {

Deadline::Deadline(Connection& connection, int64_t deadline_ns)
    : connection_(connection), deadline_ns_(deadline_ns) {
  ::sqlite3_progress_handler(connection.handle(), kInstructionsBetweenChecks, check, this);
  watch_thread({connection.handle(), check, this});
}

Deadline::~Deadline() {
  ::sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
  unwatch_thread(connection_.handle());
}

int Deadline::check(void* deadline) noexcept {
  const bool over = base::monotonic_ns() > static_cast<Deadline*>(deadline)->deadline_ns_;
  return over || statements_end() ? 1 : 0;
}

}  // namespace prodev::db
