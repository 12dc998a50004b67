#include "rest/timing.h"

#include <cstdio>

#include "base/clock.h"

namespace prodev::rest {

void Timing::end(Phase phase) {
  if (enabled_) end(phase, base::monotonic_ns());
}

void Timing::end(Phase phase, int64_t now_ns) {
  if (!enabled_) return;
  spent_ns_[phase] += now_ns - last_ns_;
  last_ns_ = now_ns;
}

std::string Timing::header() const {
  static constexpr const char* kNames[] = {"jwt", "parse", "plan", "transaction", "response"};
  std::string header;
  for (size_t i = 0; i < spent_ns_.size(); ++i) {
    char part[64];
    (void)std::snprintf(part, sizeof part, "%s%s;dur=%.3f", i == 0 ? "" : ", ", kNames[i],
                        static_cast<double>(spent_ns_[i]) / 1e6);
    header += part;
  }
  return header;
}

}  // namespace prodev::rest
