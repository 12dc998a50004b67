// The commands of the prompt, beside SQL: .tables, .schema and the like.
#pragma once

#include <iosfwd>
#include <string_view>

#include "cli/sql_session.h"

namespace prodev::cli {

// Whether a line is for run_prompt_command(): it begins with a dot, or says quit, exit or help.
bool is_prompt_command(std::string_view line);

// False: the prompt is to end. What is wrong with the line is printed to `out`.
base::Result<bool> run_prompt_command(SqlSession& session, std::string_view line,
                                      std::ostream& out);

}  // namespace prodev::cli
