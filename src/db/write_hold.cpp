#include "db/write_hold.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "db/statement_watch.h"

namespace prodev::db {

WriteHold::WriteHold(BatchWriter& writer, const WriteTime& time)
    : writer_(writer),
      hold_until_ns_(base::monotonic_ns() + time.hold_ns),
      last_ns_(hold_until_ns_ - time.hold_ns + time.most_ns) {
  sqlite3* handle = writer.connection().handle();
  ::sqlite3_progress_handler(handle, kInstructionsBetweenChecks, check, this);
  watch_thread({handle, check, this});
}

WriteHold::~WriteHold() {
  sqlite3* handle = writer_.connection().handle();
  ::sqlite3_progress_handler(handle, 0, nullptr, nullptr);
  unwatch_thread(handle);
}

int WriteHold::check(void* hold) noexcept {
  const auto& self = *static_cast<const WriteHold*>(hold);
  const int64_t now_ns = base::monotonic_ns();
  const bool over =
      now_ns > self.last_ns_ || (now_ns > self.hold_until_ns_ && self.writer_.is_awaited());
  return over || statements_end() ? 1 : 0;
}

}  // namespace prodev::db
