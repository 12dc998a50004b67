// RowWatch: which rows of a table are written while it lives, by triggers too.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "db/connection.h"

namespace prodev::db {

// One at a time for a connection, and of a table with rowids: SQLite tells of
// no other (c3ref/update_hook). Nor does it tell of rows that REPLACE deletes.
class RowWatch {
 public:
  // `table` in any case.
  RowWatch(Connection& connection, std::string table);
  ~RowWatch();
  RowWatch(const RowWatch&) = delete;
  RowWatch& operator=(const RowWatch&) = delete;

  // The rowids since the last clear().
  const std::set<int64_t>& inserted() const { return inserted_; }
  const std::set<int64_t>& updated() const { return updated_; }
  void clear();

 private:
  static void note(void* watch, int action, const char* database, const char* table,
                   long long rowid) noexcept;

  Connection& connection_;
  const std::string table_;
  std::set<int64_t> inserted_;
  std::set<int64_t> updated_;
};

}  // namespace prodev::db
