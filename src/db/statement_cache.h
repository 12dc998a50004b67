// StatementCache: prepared statements by their SQL text. Requests of the same shape make the same
// text, since their values are bound.
//
// How many there are is for clients to choose, and how large: a filter of 500 bytes may become a
// statement of a megabyte. So between requests a cache keeps no more than kMostBytes, of which
// there is one for each loop, each thread of the read lane and the writer.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "db/connection.h"
#include "db/row_statement.h"

namespace prodev::db {

// Belongs to one connection and its thread.
class StatementCache {
 public:
  static constexpr size_t kMostBytes = size_t{2} << 20;
  // Of one that is kept; usual ones have some 10 KB.
  static constexpr size_t kMostBytesOfOne = kMostBytes / 8;

  // `connection` outlives the cache.
  StatementCache(Connection& connection, size_t capacity)
      : connection_(connection), capacity_(capacity) {}

  // The statement for `sql`, ready to bind and run. Valid until `capacity` others were asked for.
  // Reset it after use (StatementUse), so that it holds no lock.
  base::Result<RowStatement*> get(std::string_view sql);

  // Forgets what is too large, and of the others those that were not used for longest, until the
  // rest may be kept. None may be in use: it is called between requests.
  void trim();
  // Forgets every statement; none may be in use.
  void clear();
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string sql;
    RowStatement statement;
    size_t bytes;
  };
  using Entries = std::list<Entry>;  // most recently used first

  Entries::iterator forget(Entries::iterator entry);

  Connection& connection_;
  size_t capacity_;
  size_t bytes_ = 0;        // of all entries
  bool has_large_ = false;  // one of more than kMostBytesOfOne
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_sql_;  // keys in entries_
};

// Resets a statement when its use ends.
class StatementUse {
 public:
  explicit StatementUse(RowStatement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  RowStatement& statement_;
};

}  // namespace prodev::db
