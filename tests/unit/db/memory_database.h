// A database in memory.
#pragma once

#include <utility>

#include "db/connection.h"

namespace prodev::test {

inline db::Connection open_memory() {
  return std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
}

}  // namespace prodev::test
