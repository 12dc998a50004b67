// Output: what a connection has yet to send: text first, then the body of one response.
//
// While a body (segments or a stream) is on its way no further response is made, so that memory
// per connection is bounded by the text limit and one piece of a stream.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "http/response.h"
#include "net/socket.h"

namespace prodev::http {

class Output {
 public:
  enum class Progress {
    kDone,
    kBlocked,    // until the socket is writable
    kWantsRead,  // until it is readable: TLS has to hear from the peer first
    kYield,      // others wait for their turn
    kFailed,     // the connection is lost, or a stream or a file could not go on
  };

  // The text that goes out before any body; append to it freely while !has_body().
  std::string& text() { return text_; }
  size_t text_size() const { return text_.size() - sent_; }
  bool has_body() const { return next_segment_ < segments_.size() || stream_ != nullptr; }
  // What is to be sent next holds this of memory or disk until it is; null: nothing.
  base::Budget::Lease* room() const {
    return next_segment_ < segments_.size() ? segments_[next_segment_].room : nullptr;
  }
  bool empty() const { return text_size() == 0 && !has_body(); }

  void set_body(std::vector<Segment> segments);
  void set_body(std::unique_ptr<BodyStream> stream, bool chunked);

  // Sends until all is sent, the socket blocks, or `budget` bytes have gone. `sent` grows by what
  // was sent.
  Progress flush(net::Socket& socket, size_t budget, size_t& sent);

  // Swaps the text's buffer with `buffer`, so that connections without output hold none.
  void exchange_buffer(std::string& buffer);
  // Frees the text's buffer, if it has one of its own; only when empty().
  void drop_buffer();

 private:
  Progress send_text(net::Socket& socket, size_t& sent);
  Progress send_segment(net::Socket& socket, size_t& sent);
  Progress advance(const net::IoResult& result, size_t& sent);
  bool pull();

  std::string text_;
  size_t sent_ = 0;  // of text_
  std::vector<Segment> segments_;
  size_t next_segment_ = 0;
  std::unique_ptr<BodyStream> stream_;
  bool chunked_ = false;
};

}  // namespace prodev::http
