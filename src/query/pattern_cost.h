// What the regular expressions of a request cost before any text is matched: one of classes such as
// \pL takes milliseconds to compile, and so do many short ones.
#pragma once

#include "query/ast.h"

namespace prodev::query {

// Whether compiling the regular expressions of `read`, and of what it embeds, may take more than
// some hundred microseconds: lowering does, and is then not for a loop.
bool has_expensive_patterns(const Read& read);

}  // namespace prodev::query
