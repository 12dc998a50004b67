// Timing: where the time of a request went, for Server-Timing (docs.postgrest.org, Observability).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace prodev::rest {

class Timing {
 public:
  enum Phase : uint8_t { kJwt, kParse, kPlan, kTransaction, kResponse };

  // `begin_ns`: when the request was complete (base::monotonic_ns). When not `enabled` all of this
  // does nothing.
  Timing(bool enabled, int64_t begin_ns) : enabled_(enabled), last_ns_(begin_ns) {}

  bool enabled() const { return enabled_; }
  // What has passed since the last call belongs to `phase`.
  void end(Phase phase);
  // The same, as of `now_ns`.
  void end(Phase phase, int64_t now_ns);

  // The value of Server-Timing: "jwt;dur=0.012, parse;dur=0.050, ...", in milliseconds.
  std::string header() const;

 private:
  bool enabled_;
  int64_t last_ns_;
  std::array<int64_t, 5> spent_ns_{};
};

}  // namespace prodev::rest
