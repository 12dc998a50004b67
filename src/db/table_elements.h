// The parts of a table's definition, in the tokens of CREATE TABLE.
#pragma once

#include <cstddef>
#include <vector>

#include "db/postgres_calls.h"

namespace prodev::db {

// One between commas: tokens[begin] to before tokens[end].
struct TableElement {
  size_t begin = 0;
  size_t end = 0;
};

// What is in parentheses from tokens[open], cut at its own commas.
std::vector<TableElement> elements_of(const SqlTokenList& tokens, size_t open);

// Whether a constraint of the table begins here, rather than a column.
bool begins_constraint(const SqlToken& first);

// Whether this stands behind a column's type.
bool ends_type(const SqlToken& token);

}  // namespace prodev::db
