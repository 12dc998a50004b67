#include "db/interruption.h"

#include <sqlite3.h>

#include "db/statement_watch.h"

namespace prodev::db {

Interruption::Interruption(Connection& connection, const std::atomic<bool>* flag)
    : connection_(connection), flag_(flag) {
  if (flag_ == nullptr) return;
  ::sqlite3_progress_handler(connection_.handle(), kInstructionsBetweenChecks, is_over,
                             const_cast<std::atomic<bool>*>(flag));
}

Interruption::~Interruption() {
  if (flag_ == nullptr) return;
  ::sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
}

int Interruption::is_over(void* flag) noexcept {
  const bool raised = static_cast<const std::atomic<bool>*>(flag)->load(std::memory_order_relaxed);
  return raised || statements_end() ? 1 : 0;
}

}  // namespace prodev::db
