// How long one request may keep the writer.
#pragma once

#include <cstdint>

#include "db/batch_writer.h"

namespace prodev::db {

struct WriteTime {
  int64_t hold_ns = 0;  // while others wait for the writer
  int64_t most_ns = 0;  // in any case
};

// For as long as it lives, the statements of `writer` that go on for longer end with kTimeout, and
// take their whole transaction with them (sqlite.org, c3ref/interrupt).
class WriteHold {
 public:
  WriteHold(BatchWriter& writer, const WriteTime& time);
  ~WriteHold();
  WriteHold(const WriteHold&) = delete;
  WriteHold& operator=(const WriteHold&) = delete;

 private:
  static int check(void* hold) noexcept;

  BatchWriter& writer_;
  const int64_t hold_until_ns_;
  const int64_t last_ns_;
};

}  // namespace prodev::db
