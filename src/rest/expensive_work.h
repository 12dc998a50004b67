// ExpensiveWork: whether a loop may answer one more request that may be expensive: to read its
// words, to make SQL of them and to run it. A leaky bucket: such work fills it, and time empties
// it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "http/request.h"

namespace prodev::rest {

// Belongs to its loop. Of what such requests take more than most, some is let happen at once, and
// then as much as a quarter of the time.
class ExpensiveWork {
 public:
  // Whether what may be expensive must go elsewhere, for the others to have their turn.
  bool is_enough(int64_t now_ns) const { return left_at(now_ns) > kMost_ns; }
  void add(int64_t begun_ns, int64_t ended_ns) {
    const int64_t more_ns = std::max<int64_t>(ended_ns - begun_ns - kUsual_ns, 0);
    // A loop may have had to wait for a core.
    work_ns_ = std::min(left_at(begun_ns) + more_ns, 4 * kMost_ns);
    at_ns_ = begun_ns;
  }

 private:
  static constexpr int64_t kUsual_ns = 150'000;  // of a request
  static constexpr int64_t kMost_ns = 5'000'000;

  int64_t left_at(int64_t now_ns) const {
    return std::max<int64_t>(work_ns_ - (now_ns - at_ns_) / 4, 0);
  }

  int64_t work_ns_ = 0;  // not made up for at at_ns_
  int64_t at_ns_ = 0;
};

// Whether `request` is more than a few words: what names rows by their keys is not.
bool may_be_expensive(const http::Request& request);

}  // namespace prodev::rest
