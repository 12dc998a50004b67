#include "transfer/row_source.h"

#include "query/exact_value.h"
#include "text/json_reader.h"
#include "transfer/import.h"

namespace prodev::transfer {

using query::Outcome;
using query::Value;

CsvRows::CsvRows(text::Refill refill, char separator)
    : reader_(std::move(refill), kMaxRowBytes, kMaxFields, text::CsvReader::Null::kEmpty,
              separator) {}

base::Result<void> CsvRows::read_names() {
  TRY_ASSIGN(const bool found, reader_.next(fields_));
  if (!found) {
    return base::fail(base::Code::kBadInput, "the file is empty: its first line names the columns");
  }
  for (const std::optional<std::string>& name : fields_) names_.push_back(name.value_or(""));
  return {};
}

base::Result<bool> CsvRows::next() {
  for (;;) {
    TRY_ASSIGN(const bool found, reader_.next(fields_));
    if (!found) return false;
    const bool blank_line = fields_.size() == 1 && !fields_[0] && names_.size() > 1;
    if (!blank_line) return true;
  }
}

Outcome<void> CsvRows::read_values(const std::vector<const catalog::Column*>& columns,
                                   std::vector<Value>& values) {
  if (fields_.size() != columns.size()) {
    return query::refuse({400, "22P04",
                          std::to_string(fields_.size()) + " fields, but the first line names " +
                              std::to_string(columns.size())});
  }
  values.assign(columns.size(), Value());
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == nullptr || !fields_[i]) continue;
    TRY_ASSIGN(values[i], query::read_exact_text(*columns[i], *fields_[i]));
  }
  return {};
}

std::string CsvRows::text() const {
  std::string record;
  const char* glue = "";
  for (const std::optional<std::string>& field : fields_) {
    record += glue;
    glue = ",";
    if (field) text::append_csv_field(record, *field);
  }
  return record;
}

JsonRows::JsonRows(text::Refill refill, text::JsonSplitter::Form form)
    : splitter_(std::move(refill), form, kMaxRowBytes) {}

base::Result<bool> JsonRows::next() {
  TRY_ASSIGN(const bool found, splitter_.next(text_));
  if (!found) return false;
  read_keys();
  if (error_.empty() && keys_ != names_) {
    names_.swap(keys_);
    changed_ = true;
  }
  return true;
}

void JsonRows::read_keys() {
  keys_.clear();
  text::JsonReader reader(text_);
  std::string key;
  reader.begin_object();
  while (keys_.size() <= kMaxFields && reader.next_member(key)) {
    keys_.push_back(key);
    reader.read_raw();
  }
  if (keys_.size() > kMaxFields) {
    error_ = "more than " + std::to_string(kMaxFields) + " members";
    return;
  }
  reader.finish();
  error_ = reader.failed() ? "not a JSON object: " + reader.error() + " of the row" : "";
}

Outcome<void> JsonRows::read_values(const std::vector<const catalog::Column*>& columns,
                                    std::vector<Value>& values) {
  if (!error_.empty()) return query::refuse({400, "22P02", error_});
  values.assign(columns.size(), Value());
  text::JsonReader reader(text_);
  std::string key;
  reader.begin_object();
  for (size_t i = 0; reader.next_member(key) && i < columns.size(); ++i) {
    if (columns[i] == nullptr) {
      reader.read_raw();
      continue;
    }
    TRY_ASSIGN(values[i], query::read_exact_json(*columns[i], reader));
  }
  return {};
}

}  // namespace prodev::transfer
