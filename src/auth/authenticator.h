// Authenticator: who sent a request.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "auth/jwt.h"

namespace prodev::auth {

struct Identity {
  std::string role;
  std::string subject;       // empty: nobody in particular
  std::string claims_json;   // the payload of the token as sent
  int64_t expires_at_s = 0;  // Unix time; 0: never. For what outlives a request
};

// Verifies tokens and remembers the ones that were right, so that the next request with the same
// token costs a hash and a comparison, and no allocation. What is remembered is bounded: 1024
// tokens, of which the least recently used make room.
//
// Not thread-safe: one for each loop and each thread of a pool.
class Authenticator {
 public:
  Authenticator(const SigningKey& key, VerifyOptions options);

  // `authorization` and `apikey` are the values of those headers, empty when not sent; the first
  // wins. Neither: anon. `now_s`: Unix time. Never null; valid until the next call.
  tl::expected<const Identity*, TokenError> identify(std::string_view authorization,
                                                     std::string_view apikey, int64_t now_s);

 private:
  struct Entry {
    uint64_t hash = 0;
    uint64_t last_use = 0;  // 0: empty
    std::string token;
    Identity identity;
    Validity validity;
  };

  static constexpr size_t kSets = 256, kWays = 4;

  uint64_t hash(std::string_view token) const;
  // nullptr: not remembered.
  Entry* find(std::string_view token, uint64_t hash);
  // The least recently used of the places where a token of `hash` may be.
  Entry& place_for(uint64_t hash);
  tl::expected<const Identity*, TokenError> identify_token(std::string_view token, int64_t now_s);

  const SigningKey key_;
  const VerifyOptions options_;
  const Identity anonymous_;
  std::array<unsigned char, 16> hash_key_{};  // random: nobody can choose what shares a set
  std::vector<Entry> entries_;                // kWays for each set
  uint64_t uses_ = 0;
};

}  // namespace prodev::auth
