#include "text/url.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::text {

bool percent_decode(std::string_view encoded, std::string& out) {
  size_t percent = encoded.find('%');
  out.assign(encoded.substr(0, percent));
  while (percent != std::string_view::npos) {
    if (percent + 2 >= encoded.size()) return false;
    const int high = hex_value(encoded[percent + 1]);
    const int low = hex_value(encoded[percent + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    const size_t next = encoded.find('%', percent + 3);
    out.append(encoded.substr(percent + 3, std::min(next, encoded.size()) - percent - 3));
    percent = next;
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const char lower = to_lower(c);
    const bool unreserved = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace prodev::text
