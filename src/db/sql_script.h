// Running a script of SQL statements one by one, with errors that point at the spot.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Runs every statement of `sql`. An error is kBadInput (or what SQLite's code means) and reads
// "<file>:<line>:<column>: <SQLite's message>, in: <beginning of the statement>".
base::Result<void> run_script(Connection& connection, std::string_view sql,
                              const std::string& file);

}  // namespace prodev::db
