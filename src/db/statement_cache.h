// StatementCache: prepared statements by their SQL text. Requests of the same shape make the same
// text, since their values are bound.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "db/connection.h"

namespace prodev::db {

// Belongs to one connection and its thread.
class StatementCache {
 public:
  // `connection` outlives the cache.
  StatementCache(Connection& connection, size_t capacity)
      : connection_(connection), capacity_(capacity) {}

  // The statement for `sql`, ready to bind and run. Valid until `capacity` others were asked for.
  // Reset it after use (StatementUse), so that it holds no lock.
  base::Result<Statement*> get(std::string_view sql);

  // Forgets every statement; none may be in use.
  void clear();
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string sql;
    Statement statement;
  };
  using Entries = std::list<Entry>;  // most recently used first

  Connection& connection_;
  size_t capacity_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_sql_;  // keys in entries_
};

// Resets a statement when its use ends.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  Statement& statement_;
};

}  // namespace prodev::db
