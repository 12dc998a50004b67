#include "db/interruption.h"

#include <sqlite3.h>

namespace prodev::db {

namespace {

int is_raised(void* flag) noexcept {
  return static_cast<const std::atomic<bool>*>(flag)->load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace

Interruption::Interruption(Connection& connection, const std::atomic<bool>* flag)
    : connection_(connection) {
  constexpr int kInstructions = 10'000;  // between two looks: a fraction of a millisecond
  if (flag == nullptr) return;
  ::sqlite3_progress_handler(connection_.handle(), kInstructions, is_raised,
                             const_cast<std::atomic<bool>*>(flag));
}

Interruption::~Interruption() {
  ::sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
}

}  // namespace prodev::db
