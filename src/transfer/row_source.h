// RowSource: the rows of a file, one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/value.h"
#include "text/csv.h"
#include "text/json_splitter.h"

namespace prodev::transfer {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // Steps to the next row; false at the end. An error ends the import: the file cannot be read on.
  virtual base::Result<bool> next() = 0;
  // The names of the row's fields, and whether they differ from those of the row before.
  virtual const std::vector<std::string>& names() const = 0;
  virtual bool names_changed() = 0;
  // The row's fields as values for `columns`, which stand in the order of names(); a field of a
  // column that is nullptr is passed over.
  virtual query::Outcome<void> read_values(const std::vector<const catalog::Column*>& columns,
                                           std::vector<query::Value>& values) = 0;
  // Where the row begins, from 1.
  virtual uint64_t line() const = 0;
  // The row as the file has it: a CSV record without its line end, or the JSON text.
  virtual std::string text() const = 0;
};

class CsvRows final : public RowSource {
 public:
  CsvRows(text::Refill refill, char separator);
  // Reads the line of names, before next().
  base::Result<void> read_names();

  base::Result<bool> next() override;
  const std::vector<std::string>& names() const override { return names_; }
  bool names_changed() override { return std::exchange(fresh_, false); }
  query::Outcome<void> read_values(const std::vector<const catalog::Column*>& columns,
                                   std::vector<query::Value>& values) override;
  uint64_t line() const override { return reader_.line(); }
  std::string text() const override;

 private:
  text::CsvReader reader_;
  std::vector<std::string> names_;
  bool fresh_ = true;
  std::vector<std::optional<std::string>> fields_;
};

// Objects may have different keys. One that is malformed as such is a rejected row; an array or a
// line that is not delimited ends the import.
class JsonRows final : public RowSource {
 public:
  JsonRows(text::Refill refill, text::JsonSplitter::Form form);

  base::Result<bool> next() override;
  const std::vector<std::string>& names() const override { return names_; }
  bool names_changed() override { return std::exchange(changed_, false); }
  query::Outcome<void> read_values(const std::vector<const catalog::Column*>& columns,
                                   std::vector<query::Value>& values) override;
  uint64_t line() const override { return splitter_.line(); }
  std::string text() const override { return text_; }

 private:
  void read_keys();

  text::JsonSplitter splitter_;
  std::string text_;  // of the object
  std::vector<std::string> names_;
  std::vector<std::string> keys_;  // of the object, while it is read
  std::string error_;              // what is wrong with the object
  bool changed_ = true;
};

}  // namespace prodev::transfer
