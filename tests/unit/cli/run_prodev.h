// A command as `main` would run it, with what it printed.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace prodev::test {

struct Outcome {
  int code = 0;
  std::string out, err;
};

inline Outcome run_prodev(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = cli::run(arguments, {}, out, err);
  return {code, out.str(), err.str()};
}

}  // namespace prodev::test
