#include "rest/body_parser.h"

#include <algorithm>

#include "text/json_reader.h"

namespace prodev::rest {

namespace {

using catalog::Column;
using catalog::Table;
using query::Outcome;
using query::Value;
using text::JsonReader;

tl::unexpected<query::ApiError> malformed(const JsonReader& reader) {
  return query::refuse({400, "PGRST102", "Empty or invalid json", reader.error()});
}

// Reads objects into rows of the same columns.
class RowReader {
 public:
  RowReader(std::string_view body, const Table& table, const query::Guard& guard)
      : reader_(body), table_(table), guard_(guard) {}

  Outcome<void> fix_columns(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      TRY_ASSIGN(const Column* column, query::writable_column(table_, name, guard_));
      if (find(name) == npos) columns_.push_back(column);
    }
    fixed_ = true;
    return {};
  }

  Outcome<void> read_all() {
    if (reader_.peek() == JsonReader::Kind::kArray) {
      reader_.begin_array();
      while (reader_.next_element()) TRY(read_object());
    } else {
      TRY(read_object());
    }
    reader_.finish();
    if (reader_.failed()) return malformed(reader_);
    return {};
  }

  records::NewRows take() { return {std::move(columns_), std::move(rows_)}; }

 private:
  static constexpr size_t npos = static_cast<size_t>(-1);

  size_t find(std::string_view name) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(),
                                    [&](const Column* column) { return column->name == name; });
    return found == columns_.end() ? npos : static_cast<size_t>(found - columns_.begin());
  }

  // Objects of one request mostly have their keys in one order.
  size_t find(std::string_view name, size_t likely) const {
    return likely < columns_.size() && columns_[likely]->name == name ? likely : find(name);
  }

  Outcome<void> read_object() {
    if (reader_.peek() != JsonReader::Kind::kObject) {
      if (reader_.failed()) return malformed(reader_);
      return query::refuse(
          {400, "PGRST102", "Empty or invalid json", "expected an object, or an array of objects"});
    }
    const bool learns = !fixed_ && rows_.empty();
    std::vector<Value> row(columns_.size());
    std::vector<bool> seen(columns_.size());
    size_t position = 0;
    reader_.begin_object();
    while (reader_.next_member(key_)) {
      size_t place = find(key_, position++);
      if (place == npos && fixed_) {
        reader_.read_raw();
        continue;
      }
      if (place == npos) {
        if (!learns) return different_keys();
        TRY_ASSIGN(const Column* column, query::writable_column(table_, key_, guard_));
        place = columns_.size();
        columns_.push_back(column);
        row.emplace_back();
        seen.push_back(false);
      }
      if (seen[place]) return query::refuse({400, "PGRST102", "a key comes twice: " + key_});
      seen[place] = true;
      TRY_ASSIGN(row[place], query::stored_json(*columns_[place], reader_));
    }
    if (reader_.failed()) return malformed(reader_);
    if (!fixed_ && std::find(seen.begin(), seen.end(), false) != seen.end())
      return different_keys();
    rows_.push_back(std::move(row));
    return {};
  }

  static tl::unexpected<query::ApiError> different_keys() {
    return query::refuse({400, "PGRST102", "All object keys must match"});
  }

  JsonReader reader_;
  const Table& table_;
  const query::Guard& guard_;
  bool fixed_ = false;  // columns_ was given by columns=
  std::vector<const Column*> columns_;
  std::vector<std::vector<Value>> rows_;
  std::string key_;
};

}  // namespace

Outcome<records::NewRows> parse_new_rows(std::string_view body, const Table& table,
                                         const query::Guard& guard,
                                         const std::optional<std::vector<std::string>>& columns) {
  RowReader reader(body, table, guard);
  if (columns) TRY(reader.fix_columns(*columns));
  TRY(reader.read_all());
  return reader.take();
}

Outcome<std::vector<query::Assignment>> parse_assignments(
    std::string_view body, const Table& table, const query::Guard& guard,
    const std::optional<std::vector<std::string>>& columns) {
  TRY_ASSIGN(records::NewRows rows, parse_new_rows(body, table, guard, columns));
  if (rows.rows.size() != 1) return query::refuse({400, "PGRST102", "an update takes one object"});
  std::vector<query::Assignment> assignments;
  for (size_t i = 0; i < rows.columns.size(); ++i)
    assignments.push_back({rows.columns[i], std::move(rows.rows.front()[i])});
  return assignments;
}

}  // namespace prodev::rest
