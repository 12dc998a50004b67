#include "text/negotiation.h"

#include "text/ascii.h"

namespace prodev::text {

namespace {

// Takes the text before the next `separator` from the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  const std::string_view item = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return trim(item);
}

// "0.75" as 750; anything malformed as 0.
int parse_quality(std::string_view text) {
  if (text == "1" || text.starts_with("1.")) return 1000;
  if (!text.starts_with("0")) return 0;
  int quality = 0;
  int scale = 100;
  for (size_t i = 2; i < text.size() && i < 5; ++i) {
    if (text[i] < '0' || text[i] > '9') return 0;
    quality += (text[i] - '0') * scale;
    scale /= 10;
  }
  return quality;
}

struct Preference {
  std::string_view name;
  int quality = 1000;
};

Preference take_preference(std::string_view& rest) {
  std::string_view item = take(rest, ',');
  Preference preference{take(item, ';')};
  while (!item.empty()) {
    const std::string_view parameter = take(item, ';');
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      preference.quality = parse_quality(parameter.substr(2));
    }
  }
  return preference;
}

}  // namespace

int coding_quality(std::string_view accept_encoding, std::string_view coding) {
  const bool identity = coding == "identity";
  int by_any = identity ? 1 : 0;  // identity is acceptable, last, unless it is refused
  while (!accept_encoding.empty()) {
    const Preference preference = take_preference(accept_encoding);
    if (equal_ignoring_case(preference.name, coding)) return preference.quality;
    if (preference.name == "*") by_any = preference.quality;
  }
  return by_any;
}

bool names_type(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    const Preference preference = take_preference(accept);
    if (equal_ignoring_case(preference.name, type)) return preference.quality > 0;
  }
  return false;
}

}  // namespace prodev::text
