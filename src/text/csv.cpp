#include "text/csv.h"

namespace prodev::text {

base::Error CsvReader::error(const std::string& what) const {
  return {base::Code::kBadInput, "line " + std::to_string(line_) + ": " + what};
}

// Whether there is a byte at at_, after asking the source if need be.
base::Result<bool> CsvReader::has_more() {
  while (at_ >= buffer_.size() && !ended_) {
    buffer_.clear();
    at_ = 0;
    TRY_ASSIGN(const bool more, refill_(buffer_));
    ended_ = !more;
  }
  return at_ < buffer_.size();
}

base::Result<bool> CsvReader::next(std::vector<std::optional<std::string>>& fields) {
  fields.clear();
  TRY_ASSIGN(bool more, has_more());
  if (!begun_) {
    begun_ = true;
    if (buffer_.compare(at_, 3, "\xef\xbb\xbf") == 0) at_ += 3;
    TRY_ASSIGN(more, has_more());
  }
  if (!more) return false;
  record_line_ = line_;
  record_bytes_ = 0;
  for (;;) {
    TRY_ASSIGN(more, has_more());
    std::string field;
    if (more && buffer_[at_] == '"') {
      ++at_;
      TRY(read_quoted(field));
      fields.emplace_back(std::move(field));
    } else {
      TRY(read_plain(field));
      fields.push_back(field.empty() ? std::nullopt : std::optional(std::move(field)));
    }
    TRY_ASSIGN(const bool another, take_separator());
    if (!another) return true;
  }
}

base::Result<void> CsvReader::read_quoted(std::string& field) {
  for (;;) {
    TRY_ASSIGN(const bool more, has_more());
    if (!more) return tl::make_unexpected(error("the text ends within quotes"));
    const size_t quote = buffer_.find('"', at_);
    const size_t end = quote == std::string::npos ? buffer_.size() : quote;
    for (size_t i = at_; i < end; ++i) line_ += buffer_[i] == '\n' ? 1 : 0;
    field.append(buffer_, at_, end - at_);
    record_bytes_ += end - at_;
    if (record_bytes_ > max_record_bytes_)
      return tl::make_unexpected(error("a record is too long"));
    at_ = end;
    if (quote == std::string::npos) continue;
    ++at_;
    TRY_ASSIGN(const bool after, has_more());
    if (!after || buffer_[at_] != '"') return {};
    field.push_back('"');
    ++at_;
  }
}

base::Result<void> CsvReader::read_plain(std::string& field) {
  for (;;) {
    TRY_ASSIGN(const bool more, has_more());
    if (!more) return {};
    const size_t stop = buffer_.find_first_of(",\r\n\"", at_);
    const size_t end = stop == std::string::npos ? buffer_.size() : stop;
    field.append(buffer_, at_, end - at_);
    record_bytes_ += end - at_;
    if (record_bytes_ > max_record_bytes_)
      return tl::make_unexpected(error("a record is too long"));
    at_ = end;
    if (stop == std::string::npos) continue;
    if (buffer_[at_] == '"')
      return tl::make_unexpected(error("a quote within a field that does not begin with one"));
    return {};
  }
}

// Takes the comma or the line end after a field. True: another field follows.
base::Result<bool> CsvReader::take_separator() {
  TRY_ASSIGN(bool more, has_more());
  if (!more) return false;
  const char c = buffer_[at_++];
  if (c == ',') return true;
  if (c == '\r') {
    TRY_ASSIGN(more, has_more());
    if (!more || buffer_[at_] != '\n')
      return tl::make_unexpected(error("a carriage return without a line feed"));
    ++at_;
  } else if (c != '\n') {
    return tl::make_unexpected(error("something follows the quote that ends a field"));
  }
  ++line_;
  return false;
}

void append_csv_field(std::string& out, std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (plain) {
    out += text;
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace prodev::text
