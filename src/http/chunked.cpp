#include "http/chunked.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::http {

namespace {

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

ChunkedDecoder::Progress ChunkedDecoder::malformed(const char* error) {
  error_ = error;
  return Progress::kMalformed;
}

ChunkedDecoder::Progress ChunkedDecoder::next(std::string_view& input, std::string_view& data) {
  while (!input.empty()) {
    if (state_ == State::kData) {
      data = input.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, input.size())));
      input.remove_prefix(data.size());
      left_ -= data.size();
      if (left_ == 0) state_ = State::kDataCr;
      return Progress::kData;
    }
    const char c = input.front();
    input.remove_prefix(1);
    const Progress progress = step(c);
    if (progress != Progress::kIncomplete) return progress;
  }
  return Progress::kIncomplete;
}

ChunkedDecoder::Progress ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::kSize:
      return read_size(c);
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeLf;
      } else if (is_control(c)) {
        return malformed("a chunk extension has a control character");
      } else if (++overhead_ > kMaxOverhead) {
        return malformed("the chunk extensions are too large");
      }
      return Progress::kIncomplete;
    case State::kSizeLf:
      if (c != '\n') return malformed("a chunk size does not end with CRLF");
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      digits_ = 0;
      return Progress::kIncomplete;
    case State::kDataCr:
      if (c != '\r') return malformed("a chunk is longer than its size says");
      state_ = State::kDataLf;
      return Progress::kIncomplete;
    case State::kDataLf:
      if (c != '\n') return malformed("a chunk does not end with CRLF");
      state_ = State::kSize;
      return Progress::kIncomplete;
    case State::kTrailer:
    case State::kTrailerLf:
      return read_trailer(c);
    case State::kData:
    case State::kDone:
      break;
  }
  return malformed("bytes follow the end of the body");
}

ChunkedDecoder::Progress ChunkedDecoder::read_size(char c) {
  const int digit = text::hex_value(c);
  if (digit >= 0) {
    if (++digits_ > 15) return malformed("a chunk size is too large");
    left_ = left_ * 16 + static_cast<uint64_t>(digit);
    return left_ > limit_ - announced_ ? Progress::kTooLarge : Progress::kIncomplete;
  }
  if (digits_ == 0) return malformed("a chunk size is not a hexadecimal number");
  announced_ += left_;
  if (c == '\r') {
    state_ = State::kSizeLf;
  } else if (c == ';') {
    state_ = State::kExtension;
  } else {
    return malformed("a chunk size is not a hexadecimal number");
  }
  return Progress::kIncomplete;
}

ChunkedDecoder::Progress ChunkedDecoder::read_trailer(char c) {
  if (state_ == State::kTrailerLf) {
    if (c != '\n') return malformed("a trailer field has a bare CR");
    const bool last = trailer_line_ == 0;
    trailer_line_ = 0;
    state_ = last ? State::kDone : State::kTrailer;
    return last ? Progress::kDone : Progress::kIncomplete;
  }
  if (c == '\r') {
    state_ = State::kTrailerLf;
    return Progress::kIncomplete;
  }
  if (is_control(c)) return malformed("a trailer field has a control character");
  ++trailer_line_;
  if (++overhead_ > kMaxOverhead) return malformed("the trailer fields are too large");
  return Progress::kIncomplete;
}

}  // namespace prodev::http
