// Names of prodev's own tables in SQL that others wrote.
//
// SQLite's authorizer cannot keep all of it from them: what a WITH clause reads it reports as read
// within a view of that name, as the views of a schema do, which may.
#pragma once

#include <string>

#include "db/postgres_calls.h"

namespace prodev::db {

// Why tokens[at] may not stand there: it names a table of prodev itself, in quotes or not, single
// ones included, which SQLite takes for a name where there can be no string. Empty: it does not.
std::string refused_own_name(const SqlTokenList& tokens, size_t at);

}  // namespace prodev::db
