#include "text/json_strip.h"

#include "text/json_reader.h"
#include "text/json_string.h"

namespace prodev::text {

namespace {

// Recurses at most JsonReader::kMaxDepth deep.
void append_value(std::string& out, JsonReader& reader);

void append_object(std::string& out, JsonReader& reader) {
  char glue = '{';
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (reader.peek() == JsonReader::Kind::kNull) {
      reader.read_raw();
      continue;
    }
    out.push_back(glue);
    glue = ',';
    append_json_string(out, key);
    out.push_back(':');
    append_value(out, reader);
  }
  if (glue == '{') out.push_back('{');
  out.push_back('}');
}

void append_array(std::string& out, JsonReader& reader) {
  char glue = '[';
  reader.begin_array();
  while (reader.next_element()) {
    out.push_back(glue);
    glue = ',';
    append_value(out, reader);
  }
  if (glue == '[') out.push_back('[');
  out.push_back(']');
}

void append_value(std::string& out, JsonReader& reader) {
  switch (reader.peek()) {
    case JsonReader::Kind::kObject:
      return append_object(out, reader);
    case JsonReader::Kind::kArray:
      return append_array(out, reader);
    default:
      out += reader.read_raw();
  }
}

}  // namespace

void append_without_nulls(std::string& out, std::string_view json) {
  JsonReader reader(json);
  append_value(out, reader);
}

}  // namespace prodev::text
