// CSV (RFC 4180), read record by record as bytes arrive, and written field by field.
//
// Read: fields have commas between them, or another character (sources that are not RFC 4180's);
// fields in double quotes may hold anything, a quote doubled; lines end in CRLF or LF. Which
// field without quotes is NULL is for the reader's user to say; "" is an empty text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/byte_source.h"

namespace prodev::text {

class CsvReader {
 public:
  enum class Null {
    kEmpty,  // nothing between two commas
    kWord,   // NULL; nothing is an empty text
  };

  // A record that is longer or has more fields is an error.
  CsvReader(Refill refill, size_t max_record_bytes, size_t max_fields, Null null = Null::kEmpty,
            char separator = ',')
      : source_(std::move(refill)),
        separator_(separator),
        max_record_bytes_(max_record_bytes),
        max_fields_(max_fields),
        null_(null == Null::kEmpty ? "" : "NULL") {}

  // Replaces `fields` by those of the next record; nullopt: NULL. False at the end. kBadInput names
  // line and column; nothing can be read after it.
  base::Result<bool> next(std::vector<std::optional<std::string>>& fields);

  // The line on which the last record began, from 1.
  uint64_t line() const { return record_line_; }

 private:
  base::Result<void> read_quoted(std::string& field);
  base::Result<void> read_plain(std::string& field);
  base::Result<void> append(std::string& field, size_t count);
  base::Result<bool> take_separator();

  ByteSource source_;
  const char separator_;  // of fields; no quote and no line end
  const size_t max_record_bytes_;
  const size_t max_fields_;
  const std::string_view null_;  // the field that is NULL when it has no quotes
  size_t record_bytes_ = 0;      // of the current record
  uint64_t record_line_ = 1;
};

// Appends `text` as one field, in quotes where they are needed and for an empty text.
void append_csv_field(std::string& out, std::string_view text);
// Its parts, for a field that is written piece by piece: whether it is in quotes, and what is then
// between them.
bool needs_csv_quotes(std::string_view text);
void append_csv_quoted(std::string& out, std::string_view text);

}  // namespace prodev::text
