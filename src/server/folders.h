// The folders of a project, found and made.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "http/static_root.h"

namespace prodev::server {

struct Folders {
  std::string data;                               // absolute, mode 0700
  std::string temporary;                          // data/tmp: large request bodies
  std::string static_files;                       // absolute; empty when there is none
  std::unique_ptr<http::StaticRoot> static_root;  // null when there is none
};

// That the project's folder is there (else kUsage) and may be looked into (else kUnavailable).
base::Result<void> check_project_folder(const config::Settings& settings);

// Makes the data folder where needed. A project folder or a --static folder that is missing is an
// error; a missing DIR/static is not.
base::Result<Folders> open_folders(const config::Settings& settings);

// Makes `path` with mode 0700 where it is missing. The error says how to mend it.
base::Result<void> make_private_folder(const std::string& path);

}  // namespace prodev::server
