// The checks of `prodev doctor`. Each looks at one thing, changes nothing, and never fails itself.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace prodev::cli {

enum class Grade { kOk, kWarn, kFail };

struct Finding {
  Grade grade = Grade::kOk;
  std::string check;  // a word or two
  std::string says;   // what was found
  std::string fix;    // empty when nothing is to be done; statements stand on lines of their own
};

// The machine.
Finding check_descriptors(const config::Settings& settings);
Finding check_backlog();
Finding check_memory_limit(const config::Settings& settings);
Finding check_clock();

// The project's folder, without which nothing else of it can be looked at.
Finding check_project(const config::Settings& settings);

// Files. check_static_files walks the folder, up to 100,000 entries.
Finding check_disk(const config::Settings& settings);
Finding check_schema_files(const config::Settings& settings);
Finding check_private_files(const config::Settings& settings);
Finding check_static_files(const config::Settings& settings);

// TLS.
Finding check_certificate(const config::Settings& settings);

// The network; these take up to a few seconds. `url` is that of a server to ask.
Finding check_port(const config::Settings& settings);
Finding check_url(const std::string& url);

}  // namespace prodev::cli
