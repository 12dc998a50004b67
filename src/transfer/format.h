// The forms that tables are imported from and exported to.
#pragma once

#include <optional>
#include <string_view>

namespace prodev::transfer {

enum class Format {
  kCsv,        // a line of names, then rows
  kTsv,        // the same with tabs between fields; of imports
  kJsonArray,  // an array of objects
  kJsonLines,  // an object on each line: NDJSON
};

// "csv", "tsv" (or "tab"), "json", "ndjson" (or "jsonl"), in any case; nullopt: none of them.
std::optional<Format> format_called(std::string_view name);
// By the ending of a file's name; nullopt when that says nothing.
std::optional<Format> format_of_file(std::string_view path);

}  // namespace prodev::transfer
