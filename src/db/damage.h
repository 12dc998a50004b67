// Damage: tables of the database whose stored bytes were found not to be what was written. One list
// for the process, which is kept until it ends: damage does not heal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"

namespace prodev::db {

// A statement about `table` met damage, in SQLite's words `what`. Logs it the first time. Any
// thread.
void note_damage(std::string_view table, std::string_view what);

// Any thread; the names in the order of being found.
std::vector<std::string> damaged_tables();

// Looks for the pages of tables that were noted since the last call, and logs what it finds. Reads
// the whole of such a table: in databases over 256 MiB this is left to prodev doctor.
void examine_damage(Connection& connection);

}  // namespace prodev::db
