#include "telemetry/log_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "text/json_string.h"
#include "text/utf8.h"

namespace prodev::telemetry {
namespace {

void append_number(std::string& out, int64_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<size_t>(end - digits.data()));
}

// "2026-11-23T20:00:00" is made once a second for each thread.
void append_time(std::string& out, int64_t wall_ms) {
  thread_local int64_t cached_second = -1;
  thread_local std::array<char, 24> cached{};
  thread_local size_t cached_size = 0;
  const int64_t second = wall_ms / 1000;
  if (second != cached_second) {
    const auto when = static_cast<time_t>(second);
    tm parts{};
    gmtime_r(&when, &parts);
    cached_size = strftime(cached.data(), cached.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    cached_second = second;
  }
  out.append(cached.data(), cached_size);
  const auto ms = static_cast<int>(wall_ms % 1000);
  const char fraction[] = {'.', static_cast<char>('0' + ms / 100),
                           static_cast<char>('0' + ms / 10 % 10), static_cast<char>('0' + ms % 10),
                           'Z'};
  out.append(fraction, sizeof fraction);
}

// kBare: what needs no quotes in a text line, as it neither separates nor quotes.
// kPlain: what stands for itself between quotes.
constexpr unsigned char kBare = 1, kPlain = 2;
constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  for (size_t byte = ' '; byte < 0x7F; ++byte) classes[byte] = kBare | kPlain;
  classes[' '] = classes['='] = kPlain;
  classes['"'] = classes['\\'] = 0;
  return classes;
}
constexpr std::array<unsigned char, 256> kClasses = make_classes();

// Bytes of `text` from `at` on that are all of the class.
size_t run_length(std::string_view text, size_t at, unsigned char wanted) {
  const size_t begin = at;
  while (at < text.size() && (kClasses[static_cast<unsigned char>(text[at])] & wanted) != 0) ++at;
  return at - begin;
}

void append_byte_escape(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

// The code point of a well-formed character of two or three bytes; 0 for others.
uint32_t code_point(std::string_view character) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (character.size() != 3) return 0;
  return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

// Whether a terminal or a viewer would act on a character rather than show it: the controls U+0080
// to U+009F, which are as those below U+0020, what ends a line or a paragraph, and what turns the
// direction of the text around it.
bool is_hidden_control(uint32_t point) {
  return (point >= 0x80 && point < 0xA0) || point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

void append_unicode_escape(std::string& out, uint32_t point) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (const int shift : {12, 8, 4, 0}) out += kHex[point >> shift & 15];
}

// As JSON, with escapes for hidden controls, too.
void append_json_value(std::string& out, std::string_view value) {
  const size_t start = out.size();
  text::append_json_string(out, value);
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(out.begin() + static_cast<ptrdiff_t>(start), out.end(), is_ascii)) return;
  const std::string json = out.substr(start);
  out.resize(start);
  for (std::string_view ahead = json; !ahead.empty();) {
    const std::string_view character =
        ahead.substr(0, std::max<size_t>(text::utf8_character_length(ahead), 1));
    const uint32_t point = code_point(character);
    if (is_hidden_control(point)) {
      append_unicode_escape(out, point);
    } else {
      out += character;
    }
    ahead.remove_prefix(character.size());
  }
}

// Appends the first character of `rest`, which is not plain; returns its bytes.
size_t append_special(std::string& out, std::string_view rest, bool quoted) {
  const size_t length = std::max<size_t>(text::utf8_character_length(rest), 1);
  const std::string_view character = rest.substr(0, length);
  const char c = rest.front();
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\\' || c == '"') {
    if (quoted || c == '\\') out += '\\';
    out += c;
  } else if (length > 1 && !is_hidden_control(code_point(character))) {
    out += character;
  } else {
    for (const char byte : character) append_byte_escape(out, static_cast<unsigned char>(byte));
  }
  return length;
}

void append_escaped(std::string& out, std::string_view value, bool quoted) {
  for (size_t at = 0; at < value.size();) {
    const size_t run = run_length(value, at, kPlain);
    out.append(value, at, run);
    at += run;
    if (at < value.size()) at += append_special(out, value.substr(at), quoted);
  }
}

void append_text_value(std::string& out, std::string_view value) {
  if (!value.empty() && run_length(value, 0, kBare) == value.size()) {
    out += value;
    return;
  }
  out += '"';
  append_escaped(out, value, true);
  out += '"';
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames[static_cast<size_t>(level)];
}

void LineWriter::begin(int64_t wall_ms, Level level, std::string_view message) {
  const std::string_view name = level_name(level);
  if (json_) {
    out_ += "{\"time\":\"";
    append_time(out_, wall_ms);
    out_ += "\",\"level\":\"";
    out_ += name;
    out_ += "\",\"msg\":";
    append_json_value(out_, message);
    return;
  }
  append_time(out_, wall_ms);
  out_ += ' ';
  out_ += name;
  out_.append(6 - name.size(), ' ');
  append_escaped(out_, message, false);
}

void LineWriter::key(std::string_view name) {
  if (json_) {
    out_ += ",\"";
    out_ += name;
    out_ += "\":";
    return;
  }
  out_ += ' ';
  out_ += name;
  out_ += '=';
}

void LineWriter::field(std::string_view name, std::string_view value) {
  key(name);
  if (json_) {
    append_json_value(out_, value);
  } else {
    append_text_value(out_, value);
  }
}

void LineWriter::field(std::string_view name, int64_t number) {
  key(name);
  append_number(out_, number);
}

void LineWriter::end() { out_ += json_ ? "}\n" : "\n"; }

}  // namespace prodev::telemetry
