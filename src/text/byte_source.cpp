#include "text/byte_source.h"

#include <algorithm>

namespace prodev::text {

namespace {
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
}

base::Result<bool> ByteSource::ask() {
  buffer_.clear();
  at_ = 0;
  const size_t wanted = begun_ ? 1 : kByteOrderMark.size();
  while (buffer_.size() < wanted && !ended_) {
    TRY_ASSIGN(const bool more, refill_(buffer_));
    ended_ = !more;
  }
  if (!begun_ && buffer_.starts_with(kByteOrderMark)) buffer_.erase(0, kByteOrderMark.size());
  const bool only_a_mark = !begun_ && buffer_.empty() && !ended_;
  begun_ = true;
  return only_a_mark ? ask() : !buffer_.empty();
}

void ByteSource::take(size_t count) {
  const std::string_view run = rest().substr(0, count);
  at_ += count;
  const size_t last = run.rfind('\n');
  if (last == std::string_view::npos) {
    column_ += count;
    return;
  }
  line_ += static_cast<uint64_t>(std::count(run.begin(), run.end(), '\n'));
  column_ = count - last;
}

base::Error ByteSource::error(const std::string& what) const {
  return {base::Code::kBadInput,
          "line " + std::to_string(line_) + ", column " + std::to_string(column_) + ": " + what};
}

}  // namespace prodev::text
