#include "transfer/file_start.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace prodev::transfer {

namespace {

constexpr size_t kMostLooked = 65'536;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

enum class Encoding { kUtf8, kUtf16Little, kUtf16Big };

// Appends to `buffer` until it has `bytes` bytes or the source ends.
base::Result<void> fill(const text::Refill& source, std::string& buffer, size_t bytes) {
  for (bool more = true; more && buffer.size() < bytes;) {
    TRY_ASSIGN(more, source(buffer));
  }
  return {};
}

// Names of columns begin with a letter, in UTF-16 a zero beside it.
Encoding encoding_of(std::string_view start) {
  if (start.starts_with("\xff\xfe")) return Encoding::kUtf16Little;
  if (start.starts_with("\xfe\xff")) return Encoding::kUtf16Big;
  if (start.size() < 4) return Encoding::kUtf8;
  if (start[1] == '\0' && start[3] == '\0' && start[0] != '\0') return Encoding::kUtf16Little;
  if (start[0] == '\0' && start[2] == '\0' && start[1] != '\0') return Encoding::kUtf16Big;
  return Encoding::kUtf8;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
    return;
  }
  const int followers = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr unsigned char kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out.push_back(static_cast<char>(kLead[followers] | (c >> (6 * followers))));
  for (int i = followers - 1; i >= 0; --i)
    out.push_back(static_cast<char>(0x80 | ((c >> (6 * i)) & 0x3f)));
}

// UTF-16 from `source` as UTF-8 (RFC 2781).
class FromUtf16 {
 public:
  FromUtf16(text::Refill source, std::string looked, bool big)
      : source_(std::move(source)), bytes_(std::move(looked)), big_(big) {}

  base::Result<bool> operator()(std::string& out) {
    const size_t before = out.size();
    while (out.size() == before) {
      TRY(convert(out));
      if (out.size() > before) break;
      TRY_ASSIGN(const bool more, source_(bytes_));
      if (!more) {
        if (!bytes_.empty()) return malformed();
        return false;
      }
    }
    return true;
  }

 private:
  char32_t unit(size_t at) const {
    const char32_t first = static_cast<unsigned char>(bytes_[at]);
    const char32_t second = static_cast<unsigned char>(bytes_[at + 1]);
    return big_ ? first << 8 | second : second << 8 | first;
  }

  // All whole characters of bytes_.
  base::Result<void> convert(std::string& out) {
    size_t at = 0;
    for (; at + 2 <= bytes_.size(); at += 2) {
      const char32_t high = unit(at);
      if (high < 0xd800 || high > 0xdfff) {
        append_utf8(out, high);
        continue;
      }
      if (high > 0xdbff) return malformed();
      if (at + 4 > bytes_.size()) break;
      const char32_t low = unit(at + 2);
      if (low < 0xdc00 || low > 0xdfff) return malformed();
      append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      at += 2;
    }
    bytes_.erase(0, at);
    return {};
  }

  static tl::unexpected<base::Error> malformed() {
    return base::fail(base::Code::kBadInput,
                      "the file is UTF-16 with half a character in it, or cut short");
  }

  text::Refill source_;
  std::string bytes_;  // that were not converted yet
  const bool big_;
};

// `looked`, and then what is left of `source`.
text::Refill continued(text::Refill source, std::string looked) {
  return [source = std::move(source), looked = std::move(looked),
          given = false](std::string& out) mutable -> base::Result<bool> {
    if (std::exchange(given, true) || looked.empty()) return source(out);
    out += std::exchange(looked, {});
    return true;
  };
}

}  // namespace

base::Result<FileStart> look_at_start(text::Refill source) {
  FileStart start;
  std::string looked;
  TRY(fill(source, looked, 4));
  const Encoding encoding = encoding_of(looked);
  start.utf16 = encoding != Encoding::kUtf8;
  if (start.utf16) {
    source =
        FromUtf16(std::move(source), std::exchange(looked, {}), encoding == Encoding::kUtf16Big);
  }
  for (bool more = true;
       more && looked.size() < kMostLooked && looked.find('\n') == std::string::npos;) {
    TRY_ASSIGN(more, source(looked));
  }
  std::string_view line = std::string_view(looked).substr(0, looked.find('\n'));
  if (line.starts_with(kUtf8Mark)) line.remove_prefix(kUtf8Mark.size());
  start.first_line = line.substr(0, line.find('\r'));
  start.refill = continued(std::move(source), std::move(looked));
  return start;
}

}  // namespace prodev::transfer
