// The statements of a schema file that change the schema, for saying at which line it was broken.
#pragma once

#include <string_view>
#include <vector>

#include "db/schema_statement.h"

namespace prodev::db {

// REQUIRES: `sql`, the file's, outlives it. Lines count from 1; 0: there is no such statement.
class SchemaChanges {
 public:
  explicit SchemaChanges(std::string_view sql);

  // Of the last CREATE of `name` that says `also`.
  size_t line_of_making(std::string_view name, std::string_view also) const;
  // Of the last statement that says the name.
  size_t line_of_saying(std::string_view name) const;
  // Of the first ALTER or DROP of something that `tokens` say, be it as a name or as a string.
  size_t line_of_ending(const SqlTokenList& tokens) const;

 private:
  struct Change {
    size_t line = 0;
    SqlTokenList tokens;
  };
  std::vector<Change> changes_;
};

}  // namespace prodev::db
