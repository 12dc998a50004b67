#include "db/statement_cache.h"

namespace prodev::db {

base::Result<Statement*> StatementCache::get(std::string_view sql) {
  if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->statement;
  }
  TRY_ASSIGN(Statement statement, connection_.prepare(sql));
  if (entries_.size() >= capacity_) {
    by_sql_.erase(entries_.back().sql);
    entries_.pop_back();
  }
  entries_.push_front({std::string(sql), std::move(statement)});
  by_sql_.emplace(entries_.front().sql, entries_.begin());
  return &entries_.front().statement;
}

void StatementCache::clear() {
  by_sql_.clear();
  entries_.clear();
}

}  // namespace prodev::db
