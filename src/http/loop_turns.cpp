#include "http/loop_turns.h"

#include <cstring>
#include <string_view>

#include "base/keyed_hash.h"

namespace prodev::http {

LoopTurns::Key LoopTurns::key_of(const net::Address& peer, bool is_one_client) {
  std::array<uint8_t, 16> client{};
  if (is_one_client) {
    client = peer.client_key();
  } else {
    ++last_key_;
    client[8] = 1;  // no address has this
    std::memcpy(client.data(), &last_key_, sizeof last_key_);
  }
  const uint64_t hash =
      base::keyed_hash({reinterpret_cast<const char*>(client.data()), client.size()});
  return {client, static_cast<uint8_t>(hash)};
}

}  // namespace prodev::http
