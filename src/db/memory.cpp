#include "db/memory.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>

#include "db/statement_watch.h"

namespace prodev::db {

namespace {

using Grant = base::Budget::Grant;

constexpr int64_t kUnlimited = INT64_MAX;
constexpr int64_t kLeaseStep = 1 << 20;  // so that the lease, which takes a lock, is asked rarely

struct Count {
  int64_t used = 0;              // below 0 where others' memory was given back
  int64_t begin = 0;             // `used` when the limit began
  int64_t granted = kUnlimited;  // `used` may come to this before anybody is asked
  int64_t limit = kUnlimited;
  base::Budget::Lease* lease = nullptr;
  Grant refusal = Grant::kGranted;
  bool timed_out = false;
};
thread_local Count count;

// The page of a full-text index, or longer.
constexpr int64_t kLongPiece = 2'048;
// Others may need the turn to give back.
constexpr base::Budget::Patience kPatience{1'000'000'000, give_turn_of_thread};
// SQLite asks for short pieces under locks that all threads share: nobody waits then. They may go
// so far beyond what is granted, until a long one asks.
constexpr int64_t kShortPieces = 256 << 10;

bool ask_for_more(int64_t wanted, bool is_long) {
  Count& own = count;
  if (wanted > own.limit) {
    own.refusal = Grant::kTooMuch;
    return false;
  }
  const int64_t with_room = std::min(own.limit, wanted + kLeaseStep);
  if (own.lease != nullptr) {
    const Grant grant = own.lease->grow_to(static_cast<uint64_t>(with_room - own.begin),
                                           is_long ? &kPatience : nullptr);
    if (grant == Grant::kBusy && !is_long && wanted <= own.granted + kShortPieces) return true;
    if (grant != Grant::kGranted) {
      own.refusal = grant;
      return false;
    }
  }
  own.granted = with_room;
  return true;
}

bool may_take(int64_t bytes) {
  const bool is_long = bytes >= kLongPiece;
  if (is_long && must_end_thread()) {
    count.refusal = Grant::kBusy;
    count.timed_out = true;
    return false;
  }
  const int64_t wanted = count.used + bytes;
  return wanted <= count.granted || ask_for_more(wanted, is_long);
}

// Before each piece stands its size: to ask the allocator for it costs more. SQLite wants pieces
// aligned to 8 bytes (sqlite.org, c3ref/mem_methods).
using Size = int64_t;

Size* size_of(void* piece) { return static_cast<Size*>(piece) - 1; }

void* count_block(void* block, int bytes) {
  auto* size = static_cast<Size*>(block);
  *size = bytes;
  count.used += bytes;
  return size + 1;
}

void* take(int bytes) noexcept {
  if (!may_take(bytes)) return nullptr;
  void* block = std::malloc(sizeof(Size) + static_cast<size_t>(bytes));
  return block == nullptr ? nullptr : count_block(block, bytes);
}

void give(void* piece) noexcept {
  if (piece == nullptr) return;
  Size* size = size_of(piece);
  count.used -= *size;
  std::free(size);
}

void* resize(void* piece, int bytes) noexcept {
  Size* size = size_of(piece);
  const int64_t before = *size;
  if (bytes > before && !may_take(bytes - before)) return nullptr;
  void* block = std::realloc(size, sizeof(Size) + static_cast<size_t>(bytes));
  if (block == nullptr) return nullptr;
  count.used -= before;
  return count_block(block, bytes);
}

int usable_size(void* piece) noexcept {
  return piece == nullptr ? 0 : static_cast<int>(*size_of(piece));
}
int round_up(int bytes) noexcept { return (bytes + 7) & ~7; }
int start(void*) noexcept { return SQLITE_OK; }
void stop(void*) noexcept {}

void begin_limit(int64_t bytes, base::Budget::Lease* lease) {
  Count& own = count;
  own.begin = own.used;
  own.limit = bytes > kUnlimited - std::max<int64_t>(own.used, 0) ? kUnlimited : own.used + bytes;
  own.granted = own.used;
  own.lease = lease;
  own.refusal = Grant::kGranted;
  own.timed_out = false;
}

}  // namespace

void count_memory() {
  static const sqlite3_mem_methods kMethods = {take,     give,  resize, usable_size,
                                               round_up, start, stop,   nullptr};
  [[maybe_unused]] static const int kCounted = ::sqlite3_config(SQLITE_CONFIG_MALLOC, &kMethods);
}

MemoryLimit::MemoryLimit(base::Budget::Lease& lease) { begin_limit(kUnlimited, &lease); }

MemoryLimit::MemoryLimit(uint64_t bytes) {
  begin_limit(static_cast<int64_t>(std::min<uint64_t>(bytes, INT64_MAX)), nullptr);
}

MemoryLimit::~MemoryLimit() {
  count.granted = count.limit = kUnlimited;
  count.lease = nullptr;
}

Grant memory_refusal() { return count.refusal; }

bool memory_timed_out() { return count.timed_out; }

bool take_memory(size_t bytes) {
  if (!may_take(static_cast<int64_t>(bytes))) return false;
  count.used += static_cast<int64_t>(bytes);
  return true;
}

void give_memory(size_t bytes) { count.used -= static_cast<int64_t>(bytes); }

}  // namespace prodev::db
