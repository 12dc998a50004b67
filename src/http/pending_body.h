// A request whose body is still arriving.
#pragma once

#include <cstdint>

#include "http/body.h"
#include "http/chunked.h"
#include "http/connection.h"
#include "http/request.h"

namespace prodev::http {

struct Connection::PendingBody {
  Request request;  // detached
  BodyLimits limits;
  ChunkedDecoder chunks;
  uint64_t left = 0;  // of a body with a stated length
  int64_t started_ms = 0;

  // A sender must keep up this rate after the body timeout's head start, so that a trickle cannot
  // hold a connection for ever.
  static constexpr uint64_t kMinBytesPerSecond = 1'024;
  int64_t deadline_ms(int64_t timeout_ms) const {
    return started_ms + timeout_ms +
           static_cast<int64_t>(request.body.size() * 1'000 / kMinBytesPerSecond);
  }
};

}  // namespace prodev::http
