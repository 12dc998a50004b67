// Times as SQL functions.
//
//   _time_key(value)   a text that is a time in the one spelling whose texts compare as times do
//                      (time_key() in date_time.h); any other value as it is
#pragma once

#include "base/result.h"
#include "db/connection.h"

namespace prodev::query {

base::Result<void> register_time_functions(db::Connection& connection);

}  // namespace prodev::query
