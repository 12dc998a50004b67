#include "db/statement_watch.h"

#include <atomic>

namespace prodev::db {

namespace {
thread_local Watch thread_watch;
thread_local uint64_t thread_steps = 0;
std::atomic<bool> ending = false;
}  // namespace

bool must_end(const sqlite3* handle, uint64_t steps) {
  if (thread_watch.handle != handle) return false;
  if (steps > thread_watch.most_steps - thread_steps) {
    thread_steps = thread_watch.most_steps;
    return true;
  }
  thread_steps += steps;
  return thread_watch.is_over(thread_watch.self) != 0;
}

bool must_end_thread() {
  return thread_watch.handle != nullptr && thread_watch.is_over(thread_watch.self) != 0;
}

bool give_turn_of_thread() {
  if (thread_watch.handle == nullptr || thread_watch.give_turn == nullptr) return false;
  thread_watch.give_turn(thread_watch.self);
  return true;
}

uint64_t steps_taken(const sqlite3* handle) {
  return thread_watch.handle == handle ? thread_steps : 0;
}

void end_statements() { ending.store(true, std::memory_order_relaxed); }

bool statements_end() { return ending.load(std::memory_order_relaxed); }

void watch_thread(const Watch& watch) {
  thread_watch = watch;
  thread_steps = 0;
}

void unwatch_thread(const sqlite3* handle) {
  if (thread_watch.handle == handle) watch_thread({});
}

}  // namespace prodev::db
