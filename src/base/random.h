// Random bytes from the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prodev::base {

// Fills `out` with bytes fit for secrets; aborts if the kernel cannot give any.
void random_bytes(void* out, size_t size);
uint64_t random_u64();

}  // namespace prodev::base
