// ChunkedDecoder: the chunked transfer coding (RFC 9112 section 7.1), fed as bytes arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prodev::http {

// Chunk extensions and trailer fields are read and dropped, up to a limit.
class ChunkedDecoder {
 public:
  enum class Progress { kIncomplete, kData, kDone, kTooLarge, kMalformed };

  // A chunk that would bring the body over `bytes` is kTooLarge as soon as its size says so.
  void set_limit(uint64_t bytes) { limit_ = bytes; }

  // Takes bytes from the front of `input` (advancing it) until there is a run of data, the body
  // ends, or the input does. With kData, `data` is a view into `input`'s bytes.
  Progress next(std::string_view& input, std::string_view& data);

  // What was wrong, once kMalformed.
  const char* error() const { return error_; }

 private:
  enum class State {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailer,
    kTrailerLf,
    kDone
  };
  static constexpr size_t kMaxOverhead = 16'384;  // extensions and trailers, all together

  Progress malformed(const char* error);
  Progress step(char c);
  Progress read_size(char c);
  Progress read_trailer(char c);

  State state_ = State::kSize;
  uint64_t limit_ = UINT64_MAX;
  uint64_t announced_ = 0;  // in the chunks before the current one
  uint64_t left_ = 0;       // of the current chunk
  int digits_ = 0;          // of the current chunk size
  size_t overhead_ = 0;
  size_t trailer_line_ = 0;  // bytes in the current trailer line
  const char* error_ = "";
};

}  // namespace prodev::http
