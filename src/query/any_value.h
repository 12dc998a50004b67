// Values of columns without a type in files that are read again: each as a text that tells which of
// SQLite's types it has, as SQL writes it where that is in doubt.
//
//   integer 5       5                 text "5"        '5' (in JSON "5")
//   real 1          1.0               text "x'00'"    'x''00'''
//   blob 00 ff      x'00ff'           text "word"     word
#pragma once

#include <string>
#include <string_view>

#include "query/json_value.h"
#include "query/value.h"

namespace prodev::query {

// Numbers are numbers in JSON, but for infinities ("9e999", as SQL writes it); all else strings.
void append_any_json(std::string& out, const Cell& cell);
void append_any_csv(std::string& out, const Cell& cell);

// The value that a field of CSV means; of a JSON string with `may_be_number` false.
Value read_any(std::string_view text, bool may_be_number);

}  // namespace prodev::query
