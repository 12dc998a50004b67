// The Prefer header (RFC 7240; docs.postgrest.org, Preferences).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"
#include "query/api_error.h"

namespace prodev::rest {

enum class ReturnPreference : uint8_t { kMinimal, kHeadersOnly, kRepresentation };
enum class ResolutionPreference : uint8_t { kMerge, kIgnore };
enum class CountPreference : uint8_t { kExact, kPlanned, kEstimated };
enum class MissingPreference : uint8_t { kDefault, kNull };
enum class HandlingPreference : uint8_t { kStrict, kLenient };
enum class TransactionPreference : uint8_t { kCommit, kRollback };

struct Preferences {
  std::optional<ResolutionPreference> resolution;
  std::optional<MissingPreference> missing;
  std::optional<ReturnPreference> returning;
  std::optional<CountPreference> count;
  std::optional<TransactionPreference> transaction;
  std::optional<HandlingPreference> handling;
  std::string timezone;                  // empty: none that is kept
  std::optional<uint64_t> max_affected;  // in force with handling=strict only

  bool represents() const { return returning == ReturnPreference::kRepresentation; }
  bool rolls_back() const { return transaction == TransactionPreference::kRollback; }
  // The most rows that a write may change.
  std::optional<uint64_t> affected_limit() const {
    return handling == HandlingPreference::kStrict ? max_affected : std::nullopt;
  }

  // The value of Preference-Applied: those that have a meaning for `method`. Empty: none.
  std::string applied(http::Method method) const;
};

// Of a preference that comes twice the first counts. Those that are not known are passed over or,
// with handling=strict, PGRST122. Times are in UTC here, so every other time zone is unknown.
query::Outcome<Preferences> parse_preferences(const http::Request& request);
query::Outcome<Preferences> parse_preferences(std::string_view list);

}  // namespace prodev::rest
