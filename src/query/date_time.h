// The forms of dates, times and UUIDs that columns declared so take, and the one spelling in which
// each of them is compared.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace prodev::query {

bool is_date(std::string_view text);       // 2026-11-24, a day that exists
bool is_time(std::string_view text);       // 15:04, 15:04:05, 15:04:05.678
bool is_timestamp(std::string_view text);  // a date, or date (T or space) time [Z or +02:00]

// A time in the one spelling whose texts compare as the times do: a timestamp is in UTC (without a
// zone it is taken to be), both have microseconds: "2026-11-24T13:04:05.678000", "15:04:05.678000".
// nullopt: `text` is neither.
std::optional<std::string> time_key(std::string_view text);

// The key of a timestamp that is written in UTC, to the second or more precisely, without work:
// what most are. False: ask time_key().
using PlainKey = std::array<char, 26>;
bool plain_time_key(std::string_view text, PlainKey& key);

// What every spelling of a time is at least, and is less than, as texts: what an index of the
// stored texts can look for.
struct TextRange {
  std::string least;
  std::string below;
};
// REQUIRES: `key` comes from time_key().
TextRange spellings_of(std::string_view key);

// A UUID in lower case with hyphens. Takes what PostgreSQL takes: any case, in braces, without
// hyphens or with them behind any four digits. nullopt: `text` is none.
std::optional<std::string> uuid_key(std::string_view text);

}  // namespace prodev::query
