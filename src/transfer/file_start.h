// The beginning of a file of rows: which bytes its text is made of, and what its first line is.
#pragma once

#include <string>

#include "base/result.h"
#include "text/byte_source.h"

namespace prodev::transfer {

// A text whose beginning was looked at, to be read from there.
struct FileStart {
  text::Refill refill;     // UTF-8
  std::string first_line;  // without its end; cut off where it is very long
  bool utf16 = false;      // how the file is written
};

// Takes the beginning of `source`. UTF-16 is known by its byte order mark, or by the zeros of its
// first characters, and becomes UTF-8 on the way; kBadInput of the refill for half a character.
base::Result<FileStart> look_at_start(text::Refill source);

}  // namespace prodev::transfer
