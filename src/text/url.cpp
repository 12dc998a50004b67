#include "text/url.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace prodev::text {

namespace {

// The byte that the escape at the beginning of `text` stands for; -1: it begins with none.
int escaped_byte(std::string_view text) {
  if (text.size() < 3) return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

// RFC 3986, appendix A.
constexpr std::array<bool, 256> kMayStand = [] {
  std::array<bool, 256> may{};
  for (size_t byte = '!'; byte < 0x7F; ++byte) may[byte] = true;
  for (const char c : std::string_view("\"<>\\^`{|}")) may[static_cast<unsigned char>(c)] = false;
  return may;
}();

bool may_stand_in_url(char c) { return kMayStand[static_cast<unsigned char>(c)]; }

}  // namespace

bool percent_decode(std::string_view encoded, std::string& out) {
  size_t percent = encoded.find('%');
  out.assign(encoded.substr(0, percent));
  while (percent != std::string_view::npos) {
    const int byte = escaped_byte(encoded.substr(percent));
    if (byte < 0) return false;
    out.push_back(static_cast<char>(byte));
    const size_t next = encoded.find('%', percent + 3);
    out.append(encoded.substr(percent + 3, std::min(next, encoded.size()) - percent - 3));
    percent = next;
  }
  return true;
}

std::string percent_decode_leniently(std::string_view encoded) {
  std::string out;
  while (!encoded.empty()) {
    const int byte = encoded.front() == '%' ? escaped_byte(encoded) : -1;
    out.push_back(byte < 0 ? encoded.front() : static_cast<char>(byte));
    encoded.remove_prefix(byte < 0 ? 1 : 3);
  }
  return out;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
    } else {
      append_escape(out, c);
    }
  }
}

void append_url_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto* end = std::find_if_not(text.begin(), text.end(), may_stand_in_url);
    const auto run = static_cast<size_t>(end - text.begin());
    out.append(text.substr(0, run));
    if (run < text.size()) append_escape(out, text[run]);
    text.remove_prefix(std::min(run + 1, text.size()));
  }
}

std::string relative_to_itself(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  // "a:b" alone would be a URL of the scheme a.
  const bool like_scheme = name.find(':') != std::string_view::npos;
  return (like_scheme ? "./" : "") + std::string(name);
}

}  // namespace prodev::text
