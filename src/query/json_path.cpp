#include "query/json_path.h"

#include "text/json_reader.h"

namespace prodev::query {

namespace {

using text::JsonReader;
using Kind = JsonReader::Kind;

// nullopt: it is not one.
std::optional<int64_t> array_size(std::string_view json) {
  int64_t size = 0;
  JsonReader reader(json);
  reader.begin_array();
  for (; reader.next_element(); ++size) reader.read_raw();
  if (reader.failed()) return std::nullopt;
  return size;
}

}  // namespace

std::optional<std::string_view> find_in_json(std::string_view json, const PathStep& step) {
  JsonReader reader(json);
  if (reader.peek() == Kind::kObject && !step.is_index) {
    std::string key;
    reader.begin_object();
    while (reader.next_member(key)) {
      const std::string_view value = reader.read_raw();
      if (reader.failed()) return std::nullopt;
      if (key == step.key) return value;
    }
    return std::nullopt;
  }
  if (reader.peek() != Kind::kArray || !step.is_index) return std::nullopt;
  int64_t at = step.index;
  if (at < 0) {
    const std::optional<int64_t> size = array_size(json);
    if (!size || at + *size < 0) return std::nullopt;
    at += *size;
  }
  reader.begin_array();
  for (int64_t i = 0; reader.next_element(); ++i) {
    const std::string_view element = reader.read_raw();
    if (reader.failed()) return std::nullopt;
    if (i == at) return element;
  }
  return std::nullopt;
}

std::string compact_json(std::string_view json) {
  std::string compact;
  compact.reserve(json.size());
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    compact.push_back(c);
    if (c == '\\' && quoted && i + 1 < json.size()) {
      compact.push_back(json[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    }
  }
  return compact;
}

}  // namespace prodev::query
