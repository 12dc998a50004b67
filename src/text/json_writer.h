// JsonWriter: appends JSON to a string, with the commas where they belong.
//
// The caller sees to it that values and keys come in an order that makes a document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prodev::text {

class JsonWriter {
 public:
  // `out` outlives the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view value);
  JsonWriter& number(int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  // A whole JSON value, as it is.
  JsonWriter& raw(std::string_view json);

  // key() and its value.
  JsonWriter& member(std::string_view name, std::string_view value) {
    return key(name).string(value);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool after_value_ = false;  // the next key or value needs a comma before it
};

}  // namespace prodev::text
