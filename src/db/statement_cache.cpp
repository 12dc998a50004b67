#include "db/statement_cache.h"

namespace prodev::db {

namespace {

// Refused, SQLite does not look whether another process has changed the schema meanwhile, unless a
// table is not there: without that look, what was mended would stay refused.
base::Result<Statement> prepare(Connection& connection, std::string_view sql) {
  base::Result<Statement> statement = connection.prepare(sql);
  if (statement || statement.error().code != base::Code::kBadInput) return statement;
  (void)connection.prepare("SELECT 1 FROM _prodev_no_such_table");
  return connection.prepare(sql);
}

}  // namespace

base::Result<Statement*> StatementCache::get(std::string_view sql) {
  if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->statement;
  }
  TRY_ASSIGN(Statement statement, prepare(connection_, sql));
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
