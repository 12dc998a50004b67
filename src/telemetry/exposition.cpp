#include "telemetry/exposition.h"

#include <array>
#include <charconv>
#include <cmath>

namespace prodev::telemetry {
namespace {

void append_label_value(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (quotes && c == '"')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  append_label_value(out, value, true);
  out += '"';
  return out;
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> digits;
  const bool everyday = std::fabs(number) < 1e18 && (number == 0 || std::fabs(number) >= 1e-9);
  const auto style = everyday ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, style).ptr;
  return {digits.data(), end};
}

void Exposition::family(std::string_view name, std::string_view help, std::string_view type) {
  text_ += "# HELP ";
  text_ += name;
  text_ += ' ';
  append_label_value(text_, help, false);
  text_ += "\n# TYPE ";
  text_ += name;
  text_ += ' ';
  text_ += type;
  text_ += '\n';
}

void Exposition::sample(std::string_view name, std::string_view labels, double value) {
  text_ += name;
  if (!labels.empty()) {
    text_ += '{';
    text_ += labels;
    text_ += '}';
  }
  text_ += ' ';
  text_ += number_text(value);
  text_ += '\n';
}

void Exposition::single(std::string_view name, std::string_view help, std::string_view type,
                        double value) {
  family(name, help, type);
  sample(name, "", value);
}

}  // namespace prodev::telemetry
