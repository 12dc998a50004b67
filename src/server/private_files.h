// What others on this machine may do with the files of a data folder: nothing.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace prodev::server {

// Makes the database file `path` with mode 0600 where it is missing. SQLite gives its log and its
// index the mode of the database.
base::Result<void> make_private_database(const std::string& path);

// Takes what others may do with the database files of `folder` away, and tells of each that it
// could be reached. The folder itself may be shared on purpose: of it and of what belongs to
// another user it is told how to mend it.
std::vector<std::string> close_to_others(const std::string& folder, const std::string& database);

}  // namespace prodev::server
