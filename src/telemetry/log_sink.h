// The way of whole, already written lines into the log.
#pragma once

#include <string_view>

#include "telemetry/log.h"

namespace prodev::telemetry {

LogFormat log_format();

// `lines` ends in '\n'. Thread-safe; does not block on the reader.
void append_to_log(std::string_view lines);

}  // namespace prodev::telemetry
