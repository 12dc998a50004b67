#include "db/statement_cache.h"

#include <sqlite3.h>

#include <iterator>

namespace prodev::db {

namespace {

// Refused, SQLite does not look whether another process has changed the schema meanwhile, unless a
// table is not there: without that look, what was mended would stay refused.
base::Result<RowStatement> prepare(Connection& connection, std::string_view sql) {
  base::Result<RowStatement> statement = connection.prepare_rows(sql);
  if (statement || statement.error().code != base::Code::kBadInput) return statement;
  (void)connection.prepare_rows("SELECT 1 FROM _prodev_no_such_table");
  return connection.prepare_rows(sql);
}

// With what it takes when it runs, but for sorting and the like.
size_t bytes_of(const RowStatement& statement, std::string_view sql) {
  const int held = ::sqlite3_stmt_status(statement.handle(), SQLITE_STMTSTATUS_MEMUSED, 0);
  return static_cast<size_t>(held) + sql.size();
}

}  // namespace

base::Result<RowStatement*> StatementCache::get(std::string_view sql) {
  if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->statement;
  }
  TRY_ASSIGN(RowStatement statement, prepare(connection_, sql));
  if (entries_.size() >= capacity_) forget(std::prev(entries_.end()));
  const size_t bytes = bytes_of(statement, sql);
  bytes_ += bytes;
  has_large_ = has_large_ || bytes > kMostBytesOfOne;
  entries_.push_front({std::string(sql), std::move(statement), bytes});
  by_sql_.emplace(entries_.front().sql, entries_.begin());
  return &entries_.front().statement;
}

auto StatementCache::forget(Entries::iterator entry) -> Entries::iterator {
  bytes_ -= entry->bytes;
  by_sql_.erase(entry->sql);
  return entries_.erase(entry);
}

void StatementCache::trim() {
  if (has_large_) {
    for (auto entry = entries_.begin(); entry != entries_.end();)
      entry = entry->bytes > kMostBytesOfOne ? forget(entry) : std::next(entry);
    has_large_ = false;
  }
  while (bytes_ > kMostBytes) forget(std::prev(entries_.end()));
}

void StatementCache::clear() {
  by_sql_.clear();
  entries_.clear();
  bytes_ = 0;
  has_large_ = false;
}

}  // namespace prodev::db
