// What `prodev import` and `prodev export` have in common on the command line.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/command_line.h"
#include "config/settings.h"
#include "db/connection.h"
#include "transfer/format.h"

namespace prodev::cli {

// Of --format, or of the file's name. kUsage when neither tells.
base::Result<transfer::Format> transfer_format(const CommandLine& line, const std::string& path);

// The database of `settings`; kUsage when there is none yet.
base::Result<db::Connection> open_database(const config::Settings& settings, db::OpenMode mode);

// kUsage, with the nearest name, when there is no such table.
base::Result<const catalog::Table*> table_called(const catalog::Catalog& catalog,
                                                 const std::string& name);

// "a,b" -> a, b.
std::vector<std::string> split_list(const std::string& text);

}  // namespace prodev::cli
