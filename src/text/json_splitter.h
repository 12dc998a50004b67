// JsonSplitter: finds the values of a JSON array, or of lines of JSON, in a stream, so that one at
// a time is in memory. It only looks for where each value ends; JsonReader then reads it.
#pragma once

#include <cstdint>
#include <string>

#include "text/byte_source.h"

namespace prodev::text {

class JsonSplitter {
 public:
  enum class Form {
    kArray,  // [value, value]
    kLines,  // one value on each line; empty lines are passed over (NDJSON)
  };
  JsonSplitter(Refill refill, Form form, size_t max_value_bytes)
      : source_(std::move(refill)), form_(form), max_value_bytes_(max_value_bytes) {}

  // Replaces `value` by the text of the next one. False at the end. kBadInput names line and
  // column.
  base::Result<bool> next(std::string& value);

  // The line on which the last value began, from 1.
  uint64_t line() const { return value_line_; }

 private:
  base::Result<bool> skip_space();
  base::Result<void> open_array();
  base::Result<bool> next_line(std::string& value);
  base::Result<bool> next_element(std::string& value);
  base::Result<void> take_element(std::string& value);
  base::Result<void> append(std::string& value, size_t count);

  ByteSource source_;
  const Form form_;
  const size_t max_value_bytes_;
  bool opened_ = false;  // the array
  bool closed_ = false;
  uint64_t value_line_ = 1;
};

}  // namespace prodev::text
