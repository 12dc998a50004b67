// Where a handler runs.
#pragma once

#include <cstdint>

namespace prodev::http {

enum class Lane : uint8_t {
  kInline,    // on the loop: microseconds only, never blocks
  kWrite,     // on the one writing thread, in batches that commit together
  kBlocking,  // on the pool: hashes, outbound HTTP, disk, slow reads
};

}  // namespace prodev::http
