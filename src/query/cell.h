// One value of a row as JSON or CSV: the one place that says how a column of each kind is written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "db/row_statement.h"

struct sqlite3_value;

namespace prodev::query {

// A value as SQLite has it. The bytes belong to SQLite.
struct Cell {
  db::StorageClass type = db::StorageClass::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string_view bytes;

  static Cell of(const db::RowStatement& row, int column);
  static Cell of(sqlite3_value* value);
};

// Booleans are true and false, blobs base64, JSON columns their own text, infinities (which JSON
// does not have) strings, as PostgreSQL does. `always_json`: the text needs no check (catalog.h).
void append_json(std::string& out, const Cell& cell, catalog::ValueKind kind, bool always_json);

// RFC 4180: NULL is nothing, "" an empty text, booleans t and f.
void append_csv(std::string& out, const Cell& cell, catalog::ValueKind kind);

// A text or blob of more bytes is long: as JSON it may become six times as much.
constexpr size_t kLongValue = 196'608;  // a multiple of 3, for base64

// Asked between two pieces of a long value. It may empty the output; false: nothing more is to be
// written.
using GoesOn = std::function<bool(std::string& out)>;

// The same of a long value, in pieces. False: `goes_on` ended it.
bool append_long_json(std::string& out, const Cell& cell, catalog::ValueKind kind, bool always_json,
                      const GoesOn& goes_on);
bool append_long_csv(std::string& out, const Cell& cell, const GoesOn& goes_on);

}  // namespace prodev::query
