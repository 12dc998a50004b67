#include "text/http_date.h"

#include <array>
#include <ctime>

namespace prodev::text {

namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool parses_as(const char* text, const char* format, std::tm& out) {
  out = {};
  const char* end = ::strptime(text, format, &out);
  return end != nullptr && *end == '\0';
}

}  // namespace

std::string format_http_date(int64_t unix_s) {
  const time_t time = unix_s;
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                                 kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<size_t>(size)};
}

std::optional<int64_t> parse_http_date(std::string_view text) {
  if (text.size() > 40) return std::nullopt;
  const std::string copy(text);
  std::tm utc{};
  // The process keeps the C locale, so that strptime's names are English.
  if (parses_as(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", utc) ||
      parses_as(copy.c_str(), "%A, %d-%b-%y %H:%M:%S GMT", utc) ||
      parses_as(copy.c_str(), "%a %b %e %H:%M:%S %Y", utc)) {
    return ::timegm(&utc);
  }
  return std::nullopt;
}

}  // namespace prodev::text
