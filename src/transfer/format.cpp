#include "transfer/format.h"

#include <string>

#include "text/ascii.h"

namespace prodev::transfer {

std::optional<Format> format_called(std::string_view given) {
  std::string name(given);
  for (char& c : name) c = text::to_lower(c);
  if (name == "csv") return Format::kCsv;
  if (name == "tsv" || name == "tab") return Format::kTsv;
  if (name == "json") return Format::kJsonArray;
  if (name == "ndjson" || name == "jsonl") return Format::kJsonLines;
  return std::nullopt;
}

std::optional<Format> format_of_file(std::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::nullopt : format_called(path.substr(dot + 1));
}

}  // namespace prodev::transfer
