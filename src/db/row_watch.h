// RowWatch: which rows of a table are written while it lives, by triggers too.
#pragma once

#include <cstdint>
#include <optional>
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

  // The row, if there was one alone, that was inserted since the last clear(), or, if none was,
  // that was updated.
  std::optional<int64_t> only_row() const;
  void clear();

 private:
  static void note(void* watch, int action, const char* database, const char* table,
                   long long rowid) noexcept;

  Connection& connection_;
  const std::string table_;
  // Two are as many as a thousand to those who ask which one it was.
  struct Rows {
    std::optional<int64_t> first;
    bool has_others = false;

    void add(int64_t rowid);
  };
  Rows inserted_;
  Rows updated_;
};

}  // namespace prodev::db
