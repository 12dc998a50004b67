#include "config/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "config/web_address.h"
#include "text/ip_network.h"

namespace prodev::config {
namespace {

using base::Code;
using base::fail;
using base::Result;

struct Suffix {
  std::string_view text;
  Unit unit;
  int64_t scale;
};

constexpr Suffix kSuffixes[] = {
    {"B", Unit::kBytes, 1},
    {"KiB", Unit::kBytes, 1 << 10},
    {"MiB", Unit::kBytes, 1 << 20},
    {"GiB", Unit::kBytes, 1 << 30},
    {"TiB", Unit::kBytes, int64_t{1} << 40},
    {"ms", Unit::kMilliseconds, 1},
    {"s", Unit::kMilliseconds, 1'000},
    {"m", Unit::kMilliseconds, 60'000},
    {"h", Unit::kMilliseconds, 3'600'000},
    {"d", Unit::kMilliseconds, 86'400'000},
    {"s", Unit::kSeconds, 1},
    {"m", Unit::kSeconds, 60},
    {"h", Unit::kSeconds, 3'600},
    {"d", Unit::kSeconds, 86'400},
};

std::string_view units_text(Unit unit) {
  switch (unit) {
    case Unit::kBytes:
      return "a whole number of bytes, or of KiB, MiB or GiB";
    case Unit::kMilliseconds:
      return "a whole number of milliseconds, or one with ms, s, m or h";
    case Unit::kSeconds:
      return "a whole number of seconds, or one with s, m, h or d";
    case Unit::kNone:
      break;
  }
  return "a whole number";
}

// What is shown of a value in an error: not without end, and without what could garble a terminal.
std::string quoted(std::string_view text) {
  constexpr size_t kShown = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) out += c >= 0 && c < ' ' ? '?' : c;
  out += text.size() > kShown ? "...\"" : "\"";
  return out;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alphanumeric || kMarks.find(c) != std::string_view::npos;
  });
}

bool is_one_of(std::string_view text, std::string_view allowed) {
  while (!allowed.empty()) {
    const size_t end = std::min(allowed.find(' '), allowed.size());
    if (allowed.substr(0, end) == text) return true;
    allowed.remove_prefix(std::min(end + 1, allowed.size()));
  }
  return false;
}

// Says nothing of what the secret is.
Result<void> check_secret(std::string_view text) {
  constexpr size_t kLeastCharacters = 32;
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!plain)
    return fail(Code::kUsage, "holds a space or another character that is not ASCII text");
  if (text.empty() || text.size() >= kLeastCharacters) return {};
  return fail(Code::kUsage, "has " + std::to_string(text.size()) +
                                " characters, and a secret needs at least 32; make one with: "
                                "openssl rand -base64 48");
}

Result<void> check_text(const Setting& setting, std::string_view text) {
  if (setting.shape == Shape::kSecret) return check_secret(text);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return fail(Code::kUsage, quoted(text) +
                                  " holds a control character (such as a line break); "
                                  "remove it");
  }
  const bool is_text = std::holds_alternative<std::string Settings::*>(setting.member);
  if (text.empty() && is_text) {
    if (setting.may_be_empty) return {};
    return fail(Code::kUsage, "is empty; give a value or leave the setting out");
  }
  if (setting.shape == Shape::kOneOf && !is_one_of(text, setting.allowed)) {
    return fail(Code::kUsage, quoted(text) + " is not known; allowed: " + allowed_text(setting));
  }
  if (setting.shape == Shape::kUrlPath && text.front() != '/') {
    return fail(Code::kUsage, quoted(text) + " must begin with \"/\", such as /index.html");
  }
  if (setting.shape == Shape::kToken && !is_token(text)) {
    return fail(Code::kUsage, quoted(text) + " cannot be the name of a header");
  }
  return {};
}

Result<void> check_network(std::string_view text) {
  const auto network = text::parse_ip_network(text);
  if (!network) {
    return fail(Code::kUsage, quoted(text) +
                                  " is neither an IP address nor a network; write 192.0.2.1 or "
                                  "10.0.0.0/8, with no bit set behind the first 8");
  }
  const bool all_ipv4 = network->contains(*text::parse_ip("0.0.0.0")) &&
                        network->contains(*text::parse_ip("255.255.255.255"));
  if (network->bits == 0 || all_ipv4) {
    return fail(Code::kUsage, quoted(text) +
                                  " holds everybody: any client could name another's "
                                  "address; list the proxies");
  }
  return {};
}

// What is kept for `text`: addresses of sites have one spelling here, however they are written.
Result<std::string> checked(const Setting& setting, std::string_view text) {
  TRY(check_text(setting, text));
  if (setting.shape == Shape::kNetwork) TRY(check_network(text));
  if (setting.shape == Shape::kOrigin) {
    const Result<std::string> origin = parse_origin(text);
    if (origin) return *origin;
    return fail(Code::kUsage, quoted(text) + " is not an origin: " + origin.error().message);
  }
  if (setting.shape == Shape::kSite && !text.empty()) {
    const Result<std::string> address = parse_site_address(text);
    if (address) return *address;
    return fail(Code::kUsage,
                quoted(text) + " is not the address of a site: " + address.error().message);
  }
  return std::string(text);
}

Result<void> set_text(Settings& settings, const Setting& setting, std::string_view text) {
  TRY_ASSIGN(settings.*std::get<std::string Settings::*>(setting.member), checked(setting, text));
  return {};
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item.remove_suffix(item.size() - (item.find_last_not_of(' ') + 1));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (is_one_of(text, "true on yes 1")) return true;
  if (is_one_of(text, "false off no 0")) return false;
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> parse_amount(std::string_view text, Unit unit) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc()) return std::nullopt;
  std::string_view rest(parsed.ptr, static_cast<size_t>(end - parsed.ptr));
  if (rest.empty()) return number;
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto* suffix = std::find_if(std::begin(kSuffixes), std::end(kSuffixes), [&](auto& row) {
    return row.unit == unit && row.text == rest;
  });
  int64_t amount = 0;
  if (suffix == std::end(kSuffixes)) return std::nullopt;
  if (__builtin_mul_overflow(number, suffix->scale, &amount)) return std::nullopt;
  return amount;
}

Result<void> set_number(Settings& settings, const Setting& setting, int64_t number) {
  const auto* member = std::get_if<int64_t Settings::*>(&setting.member);
  if (member == nullptr) {
    return fail(Code::kUsage, std::to_string(number) + " is a number; give " +
                                  (setting.is_bool() ? "true or false" : "text in quotes"));
  }
  if (number < setting.low || number > setting.high) {
    return fail(Code::kUsage,
                std::to_string(number) + " is out of range; allowed: " + allowed_text(setting));
  }
  settings.** member = number;
  return {};
}

Result<void> set_bool(Settings& settings, const Setting& setting, bool value) {
  const auto* member = std::get_if<bool Settings::*>(&setting.member);
  if (member == nullptr) {
    return fail(Code::kUsage, std::string(value ? "true" : "false") +
                                  " is not a value for this "
                                  "setting, whose default is " +
                                  default_text(setting));
  }
  settings.** member = value;
  return {};
}

Result<void> set_list(Settings& settings, const Setting& setting, std::vector<std::string> items) {
  const auto* member = std::get_if<std::vector<std::string> Settings::*>(&setting.member);
  if (member == nullptr) {
    return fail(Code::kUsage, "is a list, but this setting takes a single value");
  }
  for (std::string& item : items) {
    TRY_ASSIGN(item, checked(setting, item));
  }
  settings.** member = std::move(items);
  return {};
}

Result<void> set_from_text(Settings& settings, const Setting& setting, std::string_view text) {
  if (std::holds_alternative<std::string Settings::*>(setting.member)) {
    return set_text(settings, setting, text);
  }
  if (setting.is_bool()) {
    if (const auto value = parse_bool(text)) return set_bool(settings, setting, *value);
    return fail(Code::kUsage, quoted(text) + " is neither true nor false");
  }
  if (std::holds_alternative<int64_t Settings::*>(setting.member)) {
    if (const auto amount = parse_amount(text, setting.unit)) {
      return set_number(settings, setting, *amount);
    }
    return fail(Code::kUsage, quoted(text) + " is not " + std::string(units_text(setting.unit)) +
                                  "; allowed: " + allowed_text(setting));
  }
  return set_list(settings, setting, split_list(text));
}

}  // namespace prodev::config
