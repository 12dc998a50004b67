// The command line from arguments to exit code.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace prodev::cli {

// `variables` as environ(7) has them.
std::map<std::string, std::string> read_environment(const char* const* variables);

// Runs the command that `arguments` (without the program's name) ask for. Errors go to `err` as one
// sentence. Returns the exit code: 0 ok, 1 failed, 2 wrong usage.
int run(const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& environment, std::ostream& out,
        std::ostream& err);

}  // namespace prodev::cli
