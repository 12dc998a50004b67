// ByteSource: a text that arrives in pieces, read from its front, with the place for error
// messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prodev::text {

// Appends the next bytes of a source to `buffer`; false at its end.
using Refill = std::function<base::Result<bool>(std::string& buffer)>;

class ByteSource {
 public:
  // Passes over a byte order mark in front of the text.
  explicit ByteSource(Refill refill) : refill_(std::move(refill)) {}

  // Whether rest() has something, after asking the source if need be.
  base::Result<bool> has_more() {
    if (at_ < buffer_.size()) return true;
    return ask();
  }
  // What has arrived and was not taken; valid until has_more().
  std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
  char front() const { return buffer_[at_]; }
  // Steps over the next `count` bytes of rest().
  void take(size_t count);

  // Of front(), from 1; the column in bytes.
  uint64_t line() const { return line_; }
  uint64_t column() const { return column_; }
  // kBadInput: "line 3, column 7: <what>".
  base::Error error(const std::string& what) const;

 private:
  base::Result<bool> ask();

  Refill refill_;
  std::string buffer_;
  size_t at_ = 0;       // in buffer_
  bool begun_ = false;  // past a byte order mark
  bool ended_ = false;  // the source
  uint64_t line_ = 1;
  uint64_t column_ = 1;
};

}  // namespace prodev::text
