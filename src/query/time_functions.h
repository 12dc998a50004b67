// Times as SQL functions.
//
//   _time_key(value)   a text that is a time in the one spelling whose texts compare as times do
//                      (time_key() in date_time.h); any other value as it is
//   _time_min(value)   aggregates: the first and the last by _time_key(), as they are stored
//   _time_max(value)
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::query {

base::Result<void> register_time_functions(db::Connection& connection);

}  // namespace prodev::query
