#include "query/array_literal.h"

#include "text/ascii.h"
#include "text/json_string.h"

namespace prodev::query {

namespace {

tl::unexpected<ApiError> malformed(std::string_view literal) {
  return refuse({400, "22P02",
                 "malformed array literal: \"" + std::string(literal.substr(0, 100)) + "\"",
                 "Write {a,\"b c\"}, or JSON such as [\"a\",1]."});
}

// Takes the element that is next; `quoted` tells "NULL" from NULL.
bool take_element(std::string_view& ahead, std::string& element, bool& quoted) {
  element.clear();
  while (ahead.starts_with(' ')) ahead.remove_prefix(1);
  quoted = ahead.starts_with('"');
  if (!quoted) {
    const std::string_view word = ahead.substr(0, ahead.find_first_of(",}\"{"));
    ahead.remove_prefix(word.size());
    element = text::trim(word);
    return !element.empty();
  }
  for (ahead.remove_prefix(1); !ahead.starts_with('"'); ahead.remove_prefix(1)) {
    if (ahead.starts_with('\\')) ahead.remove_prefix(1);
    if (ahead.empty()) return false;
    element.push_back(ahead.front());
  }
  ahead.remove_prefix(1);
  return true;
}

}  // namespace

Outcome<std::string> json_of_array_literal(std::string_view literal) {
  std::string_view ahead = literal;
  if (!ahead.starts_with('{') || !ahead.ends_with('}')) return malformed(literal);
  ahead.remove_prefix(1);
  std::string json = "[";
  if (ahead == "}") return json + "]";
  std::string element;
  bool quoted = false;
  for (;;) {
    if (!take_element(ahead, element, quoted)) return malformed(literal);
    if (!quoted && text::equal_ignoring_case(element, "null")) {
      json += "null";
    } else {
      text::append_json_string(json, element);
    }
    if (ahead == "}") return json + "]";
    if (!ahead.starts_with(',')) return malformed(literal);
    ahead.remove_prefix(1);
    json += ',';
  }
}

}  // namespace prodev::query
