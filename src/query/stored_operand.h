// Operands of conditions that look for a value which was read (Condition::as_stored): texts that
// give it again, with its storage class and all its bytes or digits. They are UTF-8, whatever the
// value is.
//
//   i5  r0x1.8p+0 (a hexadecimal float)  tabc  xff (a text that is not UTF-8)  b00ff (a blob)
#pragma once

#include <string>
#include <string_view>

#include "query/value.h"

namespace prodev::query {

// REQUIRES: `value` is not NULL.
std::string stored_operand(const Value& value);

// NULL where stored_operand() did not make `operand`.
Value value_of_operand(std::string_view operand);

}  // namespace prodev::query
