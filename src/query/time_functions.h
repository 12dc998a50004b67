// Times as SQL functions.
//
//   _time_key(value)   a text that is a time in the one spelling whose texts compare as times do
//                      (time_key() in date_time.h); any other value as it is
//   _time_least(value) what every text that is the same time or a later one is at least, as a text
//                      (spellings_of() in date_time.h); NULL: `value` is no time with a date
//   _time_most(value)  what every text that is the same time or an earlier one is less than
//   _time_min(value)   aggregates: the first and the last by _time_key(), as they are stored
//   _time_max(value)
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::query {

base::Result<void> register_time_functions(db::Connection& connection);

}  // namespace prodev::query
