#include "text/utf8.h"

namespace prodev::text {
namespace {

bool in(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

}  // namespace

// The rows of table 3-7 of the Unicode standard: the second byte's range depends on the first.
size_t utf8_character_length(std::string_view text) {
  if (text.empty()) return 0;
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (in(first, 0xC2, 0xDF)) return in(byte(1), 0x80, 0xBF) ? 2 : 0;
  if (in(first, 0xE0, 0xEF)) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : 0xBF;
    return in(byte(1), low, high) && in(byte(2), 0x80, 0xBF) ? 3 : 0;
  }
  if (in(first, 0xF0, 0xF4)) {
    const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
    const bool whole = in(byte(1), low, high) && in(byte(2), 0x80, 0xBF) && in(byte(3), 0x80, 0xBF);
    return whole ? 4 : 0;
  }
  return 0;
}

size_t utf8_prefix_length(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = utf8_character_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool is_utf8(std::string_view text) { return utf8_prefix_length(text) == text.size(); }

std::string_view well_formed(std::string_view text, std::string& room) {
  size_t good = utf8_prefix_length(text);
  if (good == text.size()) return text;
  room.clear();
  while (good < text.size()) {
    room.append(text, 0, good).append("\xEF\xBF\xBD");
    text.remove_prefix(good + 1);
    good = utf8_prefix_length(text);
  }
  return room.append(text);
}

}  // namespace prodev::text
