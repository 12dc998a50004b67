// What CREATE VIRTUAL TABLE says of a table, as far as prodev asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prodev::db {

struct VirtualTable {
  std::string module;                  // in lower case
  std::optional<std::string> content;  // full text: the table that keeps it, "" for none
  std::string content_rowid;           // and the column that is its rowid
  bool is_full_text() const { return module.starts_with("fts") && module.size() == 4; }
};

// `create_table` as sqlite_schema has it.
VirtualTable parse_virtual_table(std::string_view create_table);

}  // namespace prodev::db
