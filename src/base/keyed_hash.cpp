#include "base/keyed_hash.h"

#include <sodium.h>

#include <array>

#include "base/random.h"

namespace prodev::base {

namespace {

using Key = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

const Key& process_key() {
  static const Key key = [] {
    Key drawn;
    random_bytes(drawn.data(), drawn.size());
    return drawn;
  }();
  return key;
}

}  // namespace

uint64_t keyed_hash(std::string_view bytes) {
  uint64_t hash = 0;
  static_assert(crypto_shorthash_BYTES == sizeof hash);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                   process_key().data());
  return hash;
}

}  // namespace prodev::base
