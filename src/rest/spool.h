// Spool: a response body that is too large for memory, in an unnamed temporary file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "http/response.h"

namespace prodev::rest {

// Blocks on the disk: for the read lane. Belongs to one thread.
class Spool {
 public:
  // kUnavailable when no file can be made in `directory`.
  static base::Result<Spool> make(const std::string& directory);

  // Appends `bytes`. kUnavailable when the disk is full or fails.
  base::Result<void> write(std::string_view bytes);
  uint64_t size() const { return size_; }

  // What was written, to be sent; the file lives as long as the segment.
  http::Segment segment() &&;

 private:
  explicit Spool(base::UniqueFd file) : file_(std::move(file)) {}

  base::UniqueFd file_;
  uint64_t size_ = 0;
};

}  // namespace prodev::rest
