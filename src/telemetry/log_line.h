// How one line of the log is written, in both formats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "telemetry/log.h"

namespace prodev::telemetry {

std::string_view level_name(Level level);

// Writes one line onto the end of `out`: begin, fields, end.
//
//   text  2026-11-23T20:00:00.123Z info  message key=value key="two words"
//   json  {"time":"2026-11-23T20:00:00.123Z","level":"info","msg":"message","key":"value"}
//
// Names of fields are the program's own identifiers and are not escaped. Nothing in a value can end
// the line or reach a terminal as a control sequence. Allocates only when `out` must grow.
class LineWriter {
 public:
  LineWriter(std::string& out, LogFormat format) : out_(out), json_(format == LogFormat::kJson) {}

  void begin(int64_t wall_ms, Level level, std::string_view message);
  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, int64_t number);
  void end();

 private:
  void key(std::string_view name);

  std::string& out_;
  const bool json_;
};

}  // namespace prodev::telemetry
