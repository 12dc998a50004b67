// TransferPace: whether a client that holds room keeps up a rate, so that a trickle cannot hold it
// for ever.
#pragma once

#include <cstdint>

namespace prodev::http {

// Looks at spans of time one after the other: in each, so much must have gone over.
class TransferPace {
 public:
  void start(int64_t now_ms, uint64_t bytes) {
    span_began_ms_ = now_ms;
    bytes_before_ = bytes;
  }
  // When keeps_up() is to be asked next.
  int64_t ends_ms(int64_t span_ms) const { return span_began_ms_ + span_ms; }

  // `bytes`: all that has gone over so far. True: the span is not over, or it was fast enough and
  // the next one has begun. A span in which nothing went over is too slow whatever the rate.
  bool keeps_up(int64_t now_ms, int64_t span_ms, uint64_t bytes, uint64_t bytes_per_s) {
    const int64_t passed_ms = now_ms - span_began_ms_;
    if (passed_ms < span_ms) return true;
    if (bytes <= bytes_before_) return false;
    if ((bytes - bytes_before_) * 1'000 < bytes_per_s * static_cast<uint64_t>(passed_ms))
      return false;
    start(now_ms, bytes);
    return true;
  }

 private:
  int64_t span_began_ms_ = 0;
  uint64_t bytes_before_ = 0;
};

}  // namespace prodev::http
