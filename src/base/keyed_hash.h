// Hashes of what clients send, by a key that is drawn when the process starts: nobody can choose
// what shares a place in a table with what.
#pragma once

#include <cstdint>
#include <string_view>

namespace prodev::base {

// SipHash-2-4. Not to be kept beyond the process.
uint64_t keyed_hash(std::string_view bytes);

}  // namespace prodev::base
