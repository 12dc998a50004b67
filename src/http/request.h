// Request: what a handler is given.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/head.h"
#include "net/address.h"

namespace prodev::http {

struct Route;

// On the inline lane the views point into the connection's input and are valid until the handler
// returns. On the other lanes the request owns all of its bytes (detach()).
struct Request {
  Head head;
  std::string path;              // percent-decoded; never holds a NUL
  RequestBody body;              // complete
  std::string id;                // X-Request-Id as sent when well formed, else made here
  const Route* route = nullptr;  // of the matched path; nullptr before and without a match
  net::Address peer;             // the client, as far as trusted proxies tell who it is
  bool relayed = false;          // has passed a proxy that is not trusted, as its fields tell
  bool secure = false;           // came over TLS
  size_t loop = 0;               // index of the serving loop: for state kept per loop
  int64_t started_ns = 0;        // monotonic: when the head was complete

  std::string_view header(std::string_view lower_name) const { return head.find(lower_name); }

  // Copies the bytes that the views point into, so that the request may leave its loop.
  // `head_bytes`: the bytes that `head` was parsed from.
  void detach(std::string_view head_bytes);
  void clear();

 private:
  std::unique_ptr<char[]> head_storage_;  // on the heap, so that a move leaves the views valid
};

}  // namespace prodev::http
