// Value: one value on its way into the database, checked against the column that it is for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "db/row_statement.h"
#include "query/api_error.h"
#include "text/json_reader.h"

namespace prodev::query {

struct Value {
  db::StorageClass type = db::StorageClass::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string bytes;  // of text and blobs

  static Value of_integer(int64_t number);
  static Value of_real(double number);
  static Value of_text(std::string text);
  static Value of_blob(std::string bytes);

  // Binds it; `statement` must be reset before the value goes away.
  void bind(db::RowStatement& statement, int parameter) const;
};

// 22P02: `text` is no value of the column's type; 22007 of a date or time.
tl::unexpected<ApiError> wrong_syntax(const catalog::Column& column, std::string_view text);

// `text` as a value to compare with `column`: wrong_syntax() when it cannot be one of the column's
// type, 22003 when it is out of range. Blobs are base64 (RFC 4648), booleans PostgreSQL's
// spellings, UUIDs become lower case, of a time only the date counts for a DATE; blanks around a
// number are passed over. What a TIMESTAMP or TIME is compared with is not checked here.
Outcome<Value> comparand(const catalog::Column& column, std::string_view text);

// `text` as a value to store in `column`: as comparand(), and dates, times, UUIDs and JSON are
// checked where the column is declared so. Dates and times are stored as they are spelled.
Outcome<Value> stored_text(const catalog::Column& column, std::string_view text);

// The next JSON value as a value to store in `column`. Numbers keep their digits; objects and
// arrays are stored as JSON text. An error of the reader itself (malformed JSON) is the reader's to
// tell: the value is then null.
Outcome<Value> stored_json(const catalog::Column& column, text::JsonReader& reader);

}  // namespace prodev::query
