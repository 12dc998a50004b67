#include "auth/authenticator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/random.h"
#include "base/result.h"
#include "text/ascii.h"

namespace prodev::auth {
namespace {

using Found = tl::expected<const Identity*, TokenError>;

// What follows "Bearer" (RFC 6750 section 2.1); nullopt for another scheme.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  const std::string_view value = text::trim(authorization);
  if (!text::equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const std::string_view rest = value.substr(kScheme.size());
  if (!rest.empty() && rest.front() != ' ') return std::nullopt;
  return text::trim(rest);
}

}  // namespace

Authenticator::Authenticator(const SigningKey& key, VerifyOptions options)
    : key_(key),
      options_(std::move(options)),
      anonymous_{"anon", "", "{\"role\":\"anon\"}", 0},
      entries_(kSets * kWays) {
  static_assert(crypto_shorthash_KEYBYTES == sizeof hash_key_);
  static_assert(crypto_shorthash_BYTES == sizeof(uint64_t));
  base::random_bytes(hash_key_.data(), hash_key_.size());
}

Found Authenticator::identify(std::string_view authorization, std::string_view apikey,
                              int64_t now_s) {
  if (!authorization.empty()) {
    const auto token = bearer_token(authorization);
    if (token) return identify_token(*token, now_s);
    return tl::make_unexpected(
        TokenError{"PGRST301", "Authorization must use the scheme Bearer", {}});
  }
  if (apikey.empty()) return &anonymous_;
  return identify_token(text::trim(apikey), now_s);
}

uint64_t Authenticator::hash(std::string_view token) const {
  uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out),
                   reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                   hash_key_.data());
  return out;
}

Authenticator::Entry* Authenticator::find(std::string_view token, uint64_t hash) {
  Entry* const first = &entries_[hash % kSets * kWays];
  Entry* const found = std::find_if(first, first + kWays, [&](const Entry& entry) {
    return entry.last_use != 0 && entry.hash == hash && entry.token.size() == token.size() &&
           sodium_memcmp(entry.token.data(), token.data(), token.size()) == 0;
  });
  return found == first + kWays ? nullptr : found;
}

Authenticator::Entry& Authenticator::place_for(uint64_t hash) {
  Entry* const first = &entries_[hash % kSets * kWays];
  return *std::min_element(first, first + kWays,
                           [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; });
}

Found Authenticator::identify_token(std::string_view token, int64_t now_s) {
  const uint64_t token_hash = hash(token);
  Entry* entry = find(token, token_hash);
  if (entry != nullptr) {
    TRY(check_times(entry->validity, now_s, options_.clock_skew_s));
  } else {
    TRY_ASSIGN(Claims claims, verify(key_, token, now_s, options_));
    entry = &place_for(token_hash);
    entry->hash = token_hash;
    entry->token = token;
    entry->validity = claims.validity;
    entry->identity = {std::move(claims.role), std::move(claims.subject), std::move(claims.json),
                       claims.validity.expires_at_s};
  }
  entry->last_use = ++uses_;
  return &entry->identity;
}

}  // namespace prodev::auth
