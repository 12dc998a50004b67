// A request whose body is still arriving.
#pragma once

#include <cstdint>

#include "http/body.h"
#include "http/chunked.h"
#include "http/connection.h"
#include "http/request.h"
#include "http/transfer_pace.h"

namespace prodev::http {

struct Connection::PendingBody {
  Request request;  // detached
  BodyLimits limits;
  ChunkedDecoder chunks;
  uint64_t left = 0;  // of a body with a stated length
  TransferPace pace;
};

}  // namespace prodev::http
