// Values in files that are read again: each is spelled so that reading it gives the same value.
//
// Most are spelled as REST has them. SQLite keeps in a column whatever a program puts there; a
// value that would be read as another one, or be refused, stands behind a mark, as SQL writes it:
//
//   DATETIME, integer 1700000000000   sqlite:1700000000000
//   BLOB, text "tea"                  sqlite:'tea'
//   TEXT, blob 00 ff                  sqlite:x'00ff'
//   no type, text "5"                 sqlite:'5' (in JSON "5")
//   TEXT, text "sqlite:5"             sqlite:'sqlite:5'
//   TEXT, text that is no UTF-8       sqlite:CAST(x'ff' AS TEXT)
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "query/api_error.h"
#include "query/cell.h"
#include "query/value.h"
#include "text/json_reader.h"

namespace prodev::query {

// What is behind a mark is a JSON string.
void append_exact_json(std::string& out, const Cell& cell, const catalog::Column& column);
void append_exact_csv(std::string& out, const Cell& cell, const catalog::Column& column);

// As stored_text() and stored_json(), and what is behind a mark, which nothing is checked of: a
// table takes it as far as its constraints do.
Outcome<Value> read_exact_text(const catalog::Column& column, std::string_view text);
Outcome<Value> read_exact_json(const catalog::Column& column, text::JsonReader& reader);

}  // namespace prodev::query
