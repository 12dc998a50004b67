// CSV (RFC 4180), read record by record as bytes arrive, and written field by field.
//
// Read: fields in double quotes may hold anything, a quote doubled; lines end in CRLF or LF; a byte
// order mark in front is passed over. An empty field without quotes is NULL, "" is an empty text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace prodev::text {

// Appends the next bytes of a source to `buffer`; false at its end.
using Refill = std::function<base::Result<bool>(std::string& buffer)>;

class CsvReader {
 public:
  // A record longer than `max_record_bytes` is an error.
  CsvReader(Refill refill, size_t max_record_bytes)
      : refill_(std::move(refill)), max_record_bytes_(max_record_bytes) {}

  // Replaces `fields` by those of the next record; nullopt: NULL. False at the end. kBadInput names
  // the line; nothing can be read after it.
  base::Result<bool> next(std::vector<std::optional<std::string>>& fields);

  // The line on which the last record began, from 1.
  uint64_t line() const { return record_line_; }

 private:
  base::Result<bool> has_more();
  base::Result<void> read_quoted(std::string& field);
  base::Result<void> read_plain(std::string& field);
  base::Result<bool> take_separator();
  base::Error error(const std::string& what) const;

  Refill refill_;
  const size_t max_record_bytes_;
  std::string buffer_;
  size_t at_ = 0;            // in buffer_
  size_t record_bytes_ = 0;  // of the current record
  bool ended_ = false;       // the source
  bool begun_ = false;
  uint64_t line_ = 1;
  uint64_t record_line_ = 1;
};

// Appends `text` as one field, in quotes where they are needed and for an empty text.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace prodev::text
