#include "text/csv.h"

#include <algorithm>

namespace prodev::text {

base::Result<bool> CsvReader::next(std::vector<std::optional<std::string>>& fields) {
  fields.clear();
  TRY_ASSIGN(bool more, source_.has_more());
  if (!more) return false;
  record_line_ = source_.line();
  record_bytes_ = 0;
  for (;;) {
    if (fields.size() == max_fields_) {
      return tl::make_unexpected(
          source_.error("a record has more than " + std::to_string(max_fields_) + " fields"));
    }
    TRY_ASSIGN(more, source_.has_more());
    std::string field;
    if (more && source_.front() == '"') {
      source_.take(1);
      TRY(read_quoted(field));
      fields.emplace_back(std::move(field));
    } else {
      TRY(read_plain(field));
      fields.push_back(field == null_ ? std::nullopt : std::optional(std::move(field)));
    }
    TRY_ASSIGN(const bool another, take_separator());
    if (!another) return true;
  }
}

// Takes the next `count` bytes into `field`.
base::Result<void> CsvReader::append(std::string& field, size_t count) {
  if (count > max_record_bytes_ - record_bytes_) {
    source_.take(max_record_bytes_ - record_bytes_);  // the place of the first too many
    return tl::make_unexpected(
        source_.error("a record is larger than " + std::to_string(max_record_bytes_) + " bytes"));
  }
  record_bytes_ += count;
  field.append(source_.rest().substr(0, count));
  source_.take(count);
  return {};
}

base::Result<void> CsvReader::read_quoted(std::string& field) {
  for (;;) {
    TRY_ASSIGN(const bool more, source_.has_more());
    if (!more) {
      return tl::make_unexpected(
          source_.error("the text ends within quotes, in the record that begins at line " +
                        std::to_string(record_line_)));
    }
    const std::string_view rest = source_.rest();
    const size_t quote = rest.find('"');
    TRY(append(field, std::min(quote, rest.size())));
    if (quote == std::string_view::npos) continue;
    source_.take(1);
    TRY_ASSIGN(const bool after, source_.has_more());
    if (!after || source_.front() != '"') return {};
    TRY(append(field, 1));
  }
}

base::Result<void> CsvReader::read_plain(std::string& field) {
  for (;;) {
    TRY_ASSIGN(const bool more, source_.has_more());
    if (!more) return {};
    const std::string_view rest = source_.rest();
    const auto stop = std::find_if(rest.begin(), rest.end(), [&](char c) {
      return c == separator_ || c == '\n' || c == '\r' || c == '"';
    });
    TRY(append(field, static_cast<size_t>(stop - rest.begin())));
    if (stop == rest.end()) continue;
    if (*stop == '"') {
      return tl::make_unexpected(
          source_.error("a quote within a field that does not begin with one"));
    }
    return {};
  }
}

// Takes the separator or the line end after a field. True: another field follows.
base::Result<bool> CsvReader::take_separator() {
  TRY_ASSIGN(bool more, source_.has_more());
  if (!more) return false;
  const char c = source_.front();
  if (c != separator_ && c != '\n' && c != '\r')
    return tl::make_unexpected(source_.error("something follows the quote that ends a field"));
  source_.take(1);
  if (c != '\r') return c == separator_;
  TRY_ASSIGN(more, source_.has_more());
  if (!more || source_.front() != '\n')
    return tl::make_unexpected(source_.error("a carriage return without a line feed"));
  source_.take(1);
  return false;
}

void append_csv_field(std::string& out, std::string_view text) {
  if (!needs_csv_quotes(text)) {
    out += text;
    return;
  }
  out.push_back('"');
  append_csv_quoted(out, text);
  out.push_back('"');
}

bool needs_csv_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(",\"\r\n") != std::string_view::npos;
}

void append_csv_quoted(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
}

}  // namespace prodev::text
