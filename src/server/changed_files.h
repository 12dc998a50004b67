// Schema files that have changed since they were applied, and what one who develops does then.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"
#include "db/migration_records.h"

namespace prodev::server {

// db::check_applicable(); where a file has changed the error names the way on in development too:
// to do it again where the copies for that are kept, else to start anew.
base::Result<void> check_files(const config::Settings& settings, db::Connection& connection,
                               const std::vector<db::MigrationStatus>& statuses);

// What ends a sentence that says why a file cannot be done again; empty for a database that --db
// names, which is more than the files made.
std::string way_to_start_anew(const config::Settings& settings);

}  // namespace prodev::server
