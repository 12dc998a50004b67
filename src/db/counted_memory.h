// Memory of containers that work for a statement, counted with what SQLite takes (memory.h).
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "db/memory.h"

namespace prodev::db {

// An allocator: std::bad_alloc where the statement may take no more. What it gave is given back on
// the same thread.
template <class T>
struct CountedAllocator {
  using value_type = T;
  // NOLINTNEXTLINE(bugprone-sizeof-expression): containers have arrays of pointers, too
  static constexpr size_t kBytes = sizeof(T);

  CountedAllocator() = default;
  template <class Other>
  explicit CountedAllocator(const CountedAllocator<Other>&) {}

  T* allocate(size_t count) {
    if (!take_memory(count * kBytes)) throw std::bad_alloc();
    try {
      return std::allocator<T>().allocate(count);
    } catch (...) {
      give_memory(count * kBytes);
      throw;
    }
  }
  void deallocate(T* memory, size_t count) {
    std::allocator<T>().deallocate(memory, count);
    give_memory(count * kBytes);
  }
  bool operator==(const CountedAllocator&) const = default;
};

template <class T>
using CountedVector = std::vector<T, CountedAllocator<T>>;

}  // namespace prodev::db
