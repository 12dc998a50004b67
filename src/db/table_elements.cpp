#include "db/table_elements.h"

namespace prodev::db {

std::vector<TableElement> elements_of(const SqlTokenList& tokens, size_t open) {
  std::vector<TableElement> elements;
  size_t depth = 0;
  size_t begin = open + 1;
  for (size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].is('(')) ++depth;
    if (tokens[i].is(')')) --depth;
    if (depth == 0 || (depth == 1 && tokens[i].is(','))) {
      if (i > begin) elements.push_back({begin, i});
      begin = i + 1;
    }
    if (depth == 0) break;
  }
  return elements;
}

bool begins_constraint(const SqlToken& first) {
  return first.is_one_of({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"});
}

bool ends_type(const SqlToken& token) {
  return begins_constraint(token) ||
         token.is_one_of({"NOT", "NULL", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"});
}

}  // namespace prodev::db
