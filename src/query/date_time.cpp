#include "query/date_time.h"

#include <chrono>

#include "text/ascii.h"

namespace prodev::query {

namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using Minutes = std::chrono::sys_time<minutes>;

// Further from UTC no zone is that is_timestamp() takes: hours up to 14, minutes up to 59.
constexpr minutes kFurthest = std::chrono::hours(15);

constexpr size_t kMicroDigits = 6;

// What was read of a time. Of one without a date, since 1970-01-01.
struct Moment {
  sys_days day;
  minutes since_midnight{0};
  minutes east{0};  // of UTC
  int second = 0;
  std::string micros = "000000";

  Minutes utc() const { return Minutes(day) + since_midnight - east; }
};

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

bool take_date(std::string_view& text, Moment& moment) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_digits(text, 2);
  if (month < 1 || month > 12 || !take(text, '-')) return false;
  const int day = take_digits(text, 2);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (day < 1 || !date.ok()) return false;
  moment.day = sys_days(date);
  return true;
}

int take_between(std::string_view& text, int high) {
  const int number = take_digits(text, 2);
  return number > high ? -1 : number;
}

bool take_time(std::string_view& text, Moment& moment) {
  const int hour = take_between(text, 23);
  if (hour < 0 || !take(text, ':')) return false;
  const int minute = take_between(text, 59);
  if (minute < 0) return false;
  moment.since_midnight = minutes(hour * 60 + minute);
  if (!take(text, ':')) return true;
  moment.second = take_between(text, 59);
  if (moment.second < 0) return false;
  if (!take(text, '.')) return true;
  size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits < kMicroDigits) moment.micros[digits] = text.front();
    ++digits;
  }
  return digits > 0;
}

bool take_zone(std::string_view& text, Moment& moment) {
  if (text.empty() || take(text, 'Z')) return true;
  const bool west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return false;
  const int hours = take_between(text, 14);
  if (hours < 0) return false;
  int rest = 0;
  if (!text.empty()) {
    take(text, ':');
    rest = take_between(text, 59);
    if (rest < 0) return false;
  }
  moment.east = minutes(hours * 60 + rest) * (west ? -1 : 1);
  return true;
}

bool parse_timestamp(std::string_view text, Moment& moment) {
  if (!take_date(text, moment)) return false;
  if (text.empty()) return true;
  if (!take(text, 'T') && !take(text, ' ')) return false;
  return take_time(text, moment) && take_zone(text, moment) && text.empty();
}

bool parse_time(std::string_view text, Moment& moment) {
  return take_time(text, moment) && text.empty();
}

void append_digits(std::string& out, unsigned number, size_t count) {
  const size_t at = out.size();
  out.append(count, '0');
  for (size_t i = count; i-- > 0; number /= 10) out[at + i] = static_cast<char>('0' + number % 10);
}

void append_clock(std::string& out, minutes since_midnight) {
  append_digits(out, static_cast<unsigned>(since_midnight.count() / 60), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(since_midnight.count() % 60), 2);
}

// "2026-11-24T13:04", with `between` for the T. Times beyond the years of four digits are their
// ends.
std::string to_minute(Minutes at, char between) {
  const std::chrono::year_month_day date(std::chrono::floor<days>(at));
  const int year = static_cast<int>(date.year());
  if (year < 0) return "0000";
  if (year > 9999) return "9999~";
  std::string out;
  append_digits(out, static_cast<unsigned>(year), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += between;
  append_clock(out, at - std::chrono::floor<days>(at));
  return out;
}

void append_seconds(std::string& out, const Moment& moment) {
  out += ':';
  append_digits(out, static_cast<unsigned>(moment.second), 2);
  out.append(".").append(moment.micros);
}

}  // namespace

bool is_date(std::string_view text) {
  Moment moment;
  return take_date(text, moment) && text.empty();
}

bool is_time(std::string_view text) {
  Moment moment;
  return parse_time(text, moment);
}

bool is_timestamp(std::string_view text) {
  Moment moment;
  return parse_timestamp(text, moment);
}

std::optional<std::string> time_key(std::string_view text) {
  Moment moment;
  std::string key;
  if (parse_timestamp(text, moment)) {
    key = to_minute(moment.utc(), 'T');
  } else {
    moment = Moment();
    if (!parse_time(text, moment)) return std::nullopt;
    append_clock(key, moment.since_midnight);
  }
  append_seconds(key, moment);
  return key;
}

bool plain_time_key(std::string_view text, PlainKey& key) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddddd";
  constexpr size_t kSecond = 19;  // bytes to the second
  // A leap day is left to who knows the years.
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() < kSecond) return false;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() > kShape.size() || text.size() == kSecond + 1) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool fits =
        kShape[i] == 'd' ? c >= '0' && c <= '9' : c == kShape[i] || (kShape[i] == 'T' && c == ' ');
    if (!fits) return false;
    key[i] = kShape[i] == 'T' ? 'T' : c;
  }
  for (size_t i = text.size(); i < key.size(); ++i) key[i] = kShape[i] == 'd' ? '0' : kShape[i];
  const auto number = [&](size_t at) { return (key[at] - '0') * 10 + key[at + 1] - '0'; };
  const int month = number(5);
  return month >= 1 && month <= 12 && number(8) >= 1 && number(8) <= kDays[month - 1] &&
         number(11) <= 23 && number(14) <= 59 && number(17) <= 59;
}

// Stored times may be written in any zone, so that their texts begin up to 15 hours from UTC, and
// with a blank, which sorts below the T. What follows the minute sorts below '~'.
TextRange spellings_of(std::string_view key) {
  Moment moment;
  if (!parse_timestamp(key, moment)) {
    const std::string minute(key.substr(0, 5));
    return {minute, minute + "~"};
  }
  return {to_minute(moment.utc() - kFurthest, ' '), to_minute(moment.utc() + kFurthest, 'T') + "~"};
}

std::optional<std::string> uuid_key(std::string_view text) {
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  std::string key;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && digits % 4 == 0 && digits > 0 && text[i - 1] != '-') continue;
    if (text::hex_value(text[i]) < 0 || digits == 32) return std::nullopt;
    if (digits == 8 || digits == 12 || digits == 16 || digits == 20) key += '-';
    key += text::to_lower(text[i]);
    ++digits;
  }
  if (digits != 32 || text.ends_with('-')) return std::nullopt;
  return key;
}

}  // namespace prodev::query
