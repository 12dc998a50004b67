// JsonReader: reads JSON (RFC 8259) value by value, without building a tree, so that integers keep
// their digits, nested values keep their text, and memory does not depend on the input.
//
// Strict: UTF-8 only, no comments, no trailing commas, no NaN. The first error sticks: from then on
// next_element() and next_member() return false and every other call does nothing, so a caller may
// check failed() once at the end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prodev::text {

class JsonReader {
 public:
  enum class Kind { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

  static constexpr size_t kMaxDepth = 64;

  // Reads `text`, which must stay alive as long as the reader and the views it gives.
  explicit JsonReader(std::string_view text) : text_(text) {}

  // The kind of the value that comes next, judged by its first character. kNull after an error.
  Kind peek();

  void begin_array();
  // True: an element comes next. False: the array ended, or there was an error.
  bool next_element();

  void begin_object();
  // True: `key` is set and its value comes next. Keys may repeat: what that means is for the caller
  // to say.
  bool next_member(std::string& key);

  // Each reads one value and fails when it is of another kind.
  void read_string(std::string& out);
  std::string_view read_number();  // as written; empty after an error
  bool read_bool();
  void read_null();

  // Steps over one value of any kind, checking it, and returns its text.
  std::string_view read_raw();

  // Fails when anything but white space is left.
  void finish();

  bool failed() const { return !error_.empty(); }
  // What is wrong, with line and column: "expected ',' or ']' at line 1, column 17".
  const std::string& error() const { return error_; }
  // Offset of the next character.
  size_t position() const { return at_; }

 private:
  void skip_space();
  bool take(char c);
  bool enter();
  void fail(std::string_view what);
  void literal(std::string_view word);
  bool read_escape(std::string* out);
  bool read_hex4(unsigned& unit);
  void scan_string(std::string* out);
  void scan_value();

  std::string_view text_;
  size_t at_ = 0;
  size_t depth_ = 0;
  bool first_ = false;  // just entered a container
  std::string error_;
};

// Whether `text` is one JSON value.
bool is_json(std::string_view text);

}  // namespace prodev::text
