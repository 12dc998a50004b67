#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/standard_descriptors.h"
#include "cli/run.h"

int main(int argc, char** argv) {
  prodev::base::open_standard_descriptors();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto environment = prodev::cli::read_environment(environ);
  return prodev::cli::run(arguments, environment, std::cout, std::cerr);
}
