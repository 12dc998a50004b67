#include "db/memory.h"

#include <malloc.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>

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
};
thread_local Count count;

bool ask_for_more(int64_t wanted) {
  Count& own = count;
  if (wanted > own.limit) {
    own.refusal = Grant::kTooMuch;
    return false;
  }
  const int64_t with_room = std::min(own.limit, wanted + kLeaseStep);
  if (own.lease != nullptr) {
    const Grant grant = own.lease->grow_to(static_cast<uint64_t>(with_room - own.begin));
    if (grant != Grant::kGranted) {
      own.refusal = grant;
      return false;
    }
  }
  own.granted = with_room;
  return true;
}

bool may_take(int64_t bytes) {
  const int64_t wanted = count.used + bytes;
  return wanted <= count.granted || ask_for_more(wanted);
}

int64_t size_of(void* piece) { return static_cast<int64_t>(::malloc_usable_size(piece)); }

void* take(int bytes) {
  if (!may_take(bytes)) return nullptr;
  void* piece = std::malloc(static_cast<size_t>(bytes));
  if (piece != nullptr) count.used += size_of(piece);
  return piece;
}

void give(void* piece) {
  if (piece == nullptr) return;
  count.used -= size_of(piece);
  std::free(piece);
}

void* resize(void* piece, int bytes) {
  const int64_t before = size_of(piece);
  if (bytes > before && !may_take(bytes - before)) return nullptr;
  void* resized = std::realloc(piece, static_cast<size_t>(bytes));
  if (resized != nullptr) count.used += size_of(resized) - before;
  return resized;
}

int usable_size(void* piece) { return piece == nullptr ? 0 : static_cast<int>(size_of(piece)); }
int round_up(int bytes) { return (bytes + 7) & ~7; }
int start(void*) { return SQLITE_OK; }
void stop(void*) {}

void begin_limit(int64_t bytes, base::Budget::Lease* lease) {
  Count& own = count;
  own.begin = own.used;
  own.limit = bytes > kUnlimited - std::max<int64_t>(own.used, 0) ? kUnlimited : own.used + bytes;
  own.granted = own.used;
  own.lease = lease;
  own.refusal = Grant::kGranted;
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

bool take_memory(size_t bytes) {
  if (!may_take(static_cast<int64_t>(bytes))) return false;
  count.used += static_cast<int64_t>(bytes);
  return true;
}

void give_memory(size_t bytes) { count.used -= static_cast<int64_t>(bytes); }

}  // namespace prodev::db
