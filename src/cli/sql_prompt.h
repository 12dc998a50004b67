// The prompt of `prodev sql`.
#pragma once

#include <iosfwd>

#include "cli/sql_session.h"

namespace prodev::cli {

// Asks for statements on standard input, a terminal, and runs them until its end or .quit. What
// goes wrong with a statement is printed to `out` too, and the prompt goes on. Ctrl-C ends the
// statement that runs, or drops the one that is being typed.
base::Result<int> run_prompt(SqlSession& session, std::ostream& out);

}  // namespace prodev::cli
