#include "rest/row_collector.h"

#include <algorithm>

#include "rest/room.h"

namespace prodev::rest {

namespace {

using catalog::Column;
using query::Outcome;

constexpr uint64_t kPiece = 16;  // what the allocator keeps beside each piece

}  // namespace

RowCollector::RowCollector(const RowTarget& target)
    : target_(target),
      seen_in_(target.table.columns.size(), 0),
      place_(target.table.columns.size(), 0) {}

Outcome<void> RowCollector::begin() {
  if (!target_.columns) return {};
  for (const std::string& name : *target_.columns) {
    TRY_ASSIGN(const Column* column, query::writable_column(target_.table, name, target_.guard));
    if (std::find(fixed_.begin(), fixed_.end(), column) == fixed_.end()) fixed_.push_back(column);
  }
  return {};
}

void RowCollector::begin_row() {
  ++row_number_;
  columns_.clear();
  values_.clear();
}

Outcome<const Column*> RowCollector::find(std::string_view name) {
  const Column* column = nullptr;
  // Rows of one request mostly have their keys in one order.
  if (last_shape_ < rows_.shapes.size()) {
    const Columns& likely = rows_.shapes[last_shape_];
    if (columns_.size() < likely.size() && likely[columns_.size()]->name == name)
      column = likely[columns_.size()];
  }
  if (column == nullptr && target_.columns) {
    const auto found = std::find_if(fixed_.begin(), fixed_.end(),
                                    [&](const Column* known) { return known->name == name; });
    if (found == fixed_.end()) return nullptr;
    column = *found;
  }
  if (column == nullptr) {
    TRY_ASSIGN(column, query::writable_column(target_.table, name, target_.guard));
  }
  const size_t index = index_of(column);
  if (seen_in_[index] == row_number_)
    return query::refuse({400, "PGRST102", "a key comes twice: " + std::string(name)});
  seen_in_[index] = row_number_;
  place_[index] = columns_.size();
  columns_.push_back(column);
  return column;
}

void RowCollector::add(query::Value value) {
  static const size_t kInside = std::string().capacity();
  if (value.bytes.capacity() > kInside) text_bytes_ += value.bytes.capacity() + kPiece;
  values_.push_back(std::move(value));
}

Outcome<void> RowCollector::check_room() {
  if (target_.max_rows > 0 && rows_.rows.size() >= target_.max_rows) {
    return query::refuse({413,
                          "54000",
                          "the request has more than " + std::to_string(target_.max_rows) + " rows",
                          {},
                          "Send them in several requests."});
  }
  values_count_ += values_.size();
  // The list of rows is copied when it grows.
  const uint64_t rows = (rows_.rows.size() + 1) * (2 * sizeof(records::NewRow) + kPiece);
  return hold(target_.memory,
              target_.body_bytes + rows + values_count_ * sizeof(query::Value) + text_bytes_,
              target_.wait);
}

Outcome<void> RowCollector::end_row() {
  if (target_.columns && !target_.missing_is_default) fill_missing();
  TRY(check_room());
  TRY_ASSIGN(last_shape_, find_shape());
  const Columns& shape = rows_.shapes[last_shape_];
  if (shape != columns_) {
    std::vector<query::Value> ordered;
    ordered.reserve(values_.size());
    for (const Column* column : shape)
      ordered.push_back(std::move(values_[place_[index_of(column)]]));
    values_ = std::move(ordered);
  }
  rows_.rows.push_back({last_shape_, std::move(values_)});
  return {};
}

void RowCollector::fill_missing() {
  for (const Column* column : fixed_) {
    const size_t index = index_of(column);
    if (seen_in_[index] == row_number_) continue;
    seen_in_[index] = row_number_;
    place_[index] = columns_.size();
    columns_.push_back(column);
    values_.emplace_back();
  }
}

// Whether the row has the columns of `shape`, in whatever order.
std::optional<size_t> RowCollector::find_same_columns(size_t shape) const {
  const Columns& columns = rows_.shapes[shape];
  const bool same = columns.size() == columns_.size() &&
                    std::all_of(columns.begin(), columns.end(), [&](const Column* column) {
                      return seen_in_[index_of(column)] == row_number_;
                    });
  return same ? std::optional(shape) : std::nullopt;
}

Outcome<size_t> RowCollector::find_shape() {
  if (rows_.shapes.empty()) {
    rows_.shapes.push_back(columns_);
    return 0;
  }
  if (const auto same = find_same_columns(last_shape_)) return *same;
  if (!target_.missing_is_default)
    return query::refuse({400, "PGRST102", "All object keys must match"});
  for (size_t i = 0; i < rows_.shapes.size(); ++i) {
    if (const auto same = find_same_columns(i)) return *same;
  }
  if (rows_.shapes.size() == kMaxShapes) {
    return query::refuse(
        {400, "PGRST102",
         "the rows have more than " + std::to_string(kMaxShapes) + " different sets of keys",
         "Send those of the same keys together."});
  }
  rows_.shapes.push_back(columns_);
  return rows_.shapes.size() - 1;
}

}  // namespace prodev::rest
