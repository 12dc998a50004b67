// The forms of dates, times and UUIDs that columns declared so take.
#pragma once

#include <string_view>

namespace prodev::query {

bool is_date(std::string_view text);       // 2026-11-24, a day that exists
bool is_time(std::string_view text);       // 15:04, 15:04:05, 15:04:05.678
bool is_timestamp(std::string_view text);  // a date, or date (T or space) time [Z or +02:00]
bool is_uuid(std::string_view text);       // RFC 9562: 8-4-4-4-12 hex digits

}  // namespace prodev::query
