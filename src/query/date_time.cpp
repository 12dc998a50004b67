#include "query/date_time.h"

#include "text/ascii.h"

namespace prodev::query {

namespace {

// The number of exactly `count` digits in front; -1 when there are fewer. Takes them.
int take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_digits(text, 2);
  if (month < 1 || month > 12 || !take(text, '-')) return false;
  const int day = take_digits(text, 2);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool take_between(std::string_view& text, int high) {
  const int number = take_digits(text, 2);
  return number >= 0 && number <= high;
}

bool take_time(std::string_view& text) {
  if (!take_between(text, 23) || !take(text, ':') || !take_between(text, 59)) return false;
  if (!take(text, ':')) return true;
  if (!take_between(text, 59)) return false;
  if (!take(text, '.')) return true;
  size_t digits = 0;
  while (take_digits(text, 1) >= 0) ++digits;
  return digits > 0;
}

bool take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return true;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!take_between(text, 14)) return false;
  if (text.empty()) return true;
  take(text, ':');
  return take_between(text, 59);
}

}  // namespace

bool is_date(std::string_view text) { return take_date(text) && text.empty(); }

bool is_time(std::string_view text) { return take_time(text) && text.empty(); }

bool is_timestamp(std::string_view text) {
  if (!take_date(text)) return false;
  if (text.empty()) return true;
  if (!take(text, 'T') && !take(text, ' ')) return false;
  return take_time(text) && take_zone(text) && text.empty();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : text::hex_value(text[i]) < 0) return false;
  }
  return true;
}

}  // namespace prodev::query
