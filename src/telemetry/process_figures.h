// What the kernel says about this process.
#pragma once

namespace prodev::telemetry {

struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;  // Unix time
};

// A figure that the kernel does not give (no /proc) is 0.
ProcessFigures read_process_figures();

}  // namespace prodev::telemetry
