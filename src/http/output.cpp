#include "http/output.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace prodev::http {

namespace {
constexpr size_t kWriteSize = 1 << 20;  // at most this much in one call
}

void Output::set_body(std::vector<Segment> segments) {
  segments_ = std::move(segments);
  next_segment_ = 0;
}

void Output::set_body(std::unique_ptr<BodyStream> stream, bool chunked) {
  stream_ = std::move(stream);
  chunked_ = chunked;
}

void Output::exchange_buffer(std::string& buffer) {
  if (text_size() == 0) {
    text_.clear();
    sent_ = 0;
  }
  if (text_.empty()) text_.swap(buffer);
}

void Output::drop_buffer() {
  if (text_.capacity() > std::string().capacity()) std::string().swap(text_);
}

Output::Progress Output::flush(net::Socket& socket, size_t budget, size_t& sent) {
  const size_t end = sent + budget;
  for (;;) {
    if (empty()) {
      text_.clear();
      sent_ = 0;
      return Progress::kDone;
    }
    if (sent >= end) return Progress::kYield;
    if (text_size() == 0 && stream_ && !pull()) return Progress::kFailed;
    if (text_size() == 0 && stream_) return Progress::kYield;  // it has nothing yet
    Progress progress = Progress::kDone;
    if (text_size() > 0) {
      progress = send_text(socket, sent);
    } else if (next_segment_ < segments_.size()) {
      progress = send_segment(socket, sent);
    }
    if (progress != Progress::kDone) return progress;
  }
}

Output::Progress Output::advance(const net::IoResult& result, size_t& sent) {
  switch (result.status) {
    case net::IoStatus::kOk:
      break;
    case net::IoStatus::kWantRead:
      return Progress::kWantsRead;
    case net::IoStatus::kWantWrite:
      return Progress::kBlocked;
    case net::IoStatus::kClosed:
    case net::IoStatus::kFailed:
      return Progress::kFailed;
  }
  sent += result.bytes;
  const size_t of_text = std::min(result.bytes, text_size());
  sent_ += of_text;
  size_t of_segment = result.bytes - of_text;
  if (of_segment > 0) {
    Segment& segment = segments_[next_segment_];
    segment.size -= of_segment;
    if (segment.file < 0) segment.bytes.remove_prefix(of_segment);
    segment.offset += static_cast<off_t>(of_segment);
  }
  while (next_segment_ < segments_.size() && segments_[next_segment_].size == 0) ++next_segment_;
  if (next_segment_ == segments_.size()) {
    segments_.clear();
    next_segment_ = 0;
  }
  return Progress::kDone;
}

Output::Progress Output::send_text(net::Socket& socket, size_t& sent) {
  std::array<iovec, 2> parts{};
  parts[0] = {text_.data() + sent_, text_size()};
  size_t count = 1;
  bool more = false;
  if (next_segment_ < segments_.size()) {
    const Segment& segment = segments_[next_segment_];
    if (segment.file >= 0) {
      more = true;
    } else if (!socket.is_tls()) {
      parts[1] = {const_cast<char*>(segment.bytes.data()),
                  std::min(segment.bytes.size(), kWriteSize)};
      count = 2;
    }
  }
  return advance(socket.write({parts.data(), count}, more), sent);
}

Output::Progress Output::send_segment(net::Socket& socket, size_t& sent) {
  const Segment& segment = segments_[next_segment_];
  const size_t size = static_cast<size_t>(std::min<uint64_t>(segment.size, kWriteSize));
  if (segment.file >= 0) return advance(socket.send_file(segment.file, segment.offset, size), sent);
  const iovec part{const_cast<char*>(segment.bytes.data()), size};
  return advance(socket.write({&part, 1}, false), sent);
}

// Fills the empty text with the stream's next piece. False: the stream failed.
bool Output::pull() {
  text_.clear();
  sent_ = 0;
  constexpr size_t kSizeLine = 10;  // eight hex digits and CRLF, filled in afterwards
  if (chunked_) text_.append(kSizeLine, '0');
  const base::Result<bool> more = stream_->next(text_);
  if (!more) return false;
  if (chunked_) {
    const size_t size = text_.size() - kSizeLine;
    if (size == 0) {
      text_.clear();
    } else {
      std::array<char, kSizeLine + 1> line{};
      std::snprintf(line.data(), line.size(), "%08x\r\n", static_cast<unsigned>(size));
      text_.replace(0, kSizeLine, line.data(), kSizeLine);
      text_ += "\r\n";
    }
    if (!*more) text_ += "0\r\n\r\n";
  }
  if (!*more) stream_.reset();
  return true;
}

}  // namespace prodev::http
