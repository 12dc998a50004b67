#include "text/json_string.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "text/utf8.h"

namespace prodev::text {
namespace {

// Bytes that stand for themselves: printable ASCII but for the quote and the backslash.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x7F; ++byte) plain[byte] = true;
  plain['"'] = false;
  plain['\\'] = false;
  return plain;
}
constexpr std::array<bool, 256> kPlain = make_plain();

void append_escaped(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
  }
}

// The first byte of `text` that does not stand for itself; its size: there is none.
size_t find_special(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kTops = 0x8080808080808080;
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    // The top bit of a byte: it is below 0x20, a quote, a backslash, or from 0x7F up. Carries and
    // borrows begin at such bytes, so the lowest is found for certain.
    const uint64_t quotes = bytes ^ (kOnes * '"');
    const uint64_t backslashes = bytes ^ (kOnes * '\\');
    const uint64_t special =
        (bytes - kOnes * 0x20) | (quotes - kOnes) | (backslashes - kOnes) | (bytes + kOnes) | bytes;
    if ((special & kTops) != 0) break;
  }
  while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const size_t plain = find_special(text);
  if (plain == text.size()) {
    const size_t start = out.size();
    out.resize(start + plain + 2, '"');
    text.copy(out.data() + start + 1, plain);
    return;
  }
  out += '"';
  append_json_characters(out, text);
  out += '"';
}

void append_json_characters(std::string& out, std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t run = find_special(text.substr(at));
    out.append(text, at, run);
    at += run;
    if (at == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      append_escaped(out, byte);
      ++at;
    } else if (const size_t length = utf8_character_length(text.substr(at)); length > 0) {
      out.append(text, at, length);
      at += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
}

}  // namespace prodev::text
