// Where a handler runs.
#pragma once

#include <cstdint>

namespace prodev::http {

enum class Lane : uint8_t {
  kInline,    // on the loop: microseconds only, never blocks
  kWrite,     // on the one writing thread, in batches that commit together
  kRead,      // on threads that clients share fairly: reads that may last
  kBlocking,  // on the pool: hashes, outbound HTTP, disk
};

}  // namespace prodev::http
