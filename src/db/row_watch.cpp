#include "db/row_watch.h"

#include <sqlite3.h>

#include "text/ascii.h"

namespace prodev::db {

RowWatch::RowWatch(Connection& connection, std::string table)
    : connection_(connection), table_(std::move(table)) {
  ::sqlite3_update_hook(connection_.handle(), note, this);
}

RowWatch::~RowWatch() { ::sqlite3_update_hook(connection_.handle(), nullptr, nullptr); }

void RowWatch::clear() {
  inserted_.clear();
  updated_.clear();
}

void RowWatch::note(void* watch, int action, const char* database, const char* table,
                    long long rowid) noexcept {
  auto& self = *static_cast<RowWatch*>(watch);
  if (!text::equal_ignoring_case(table, self.table_) ||
      !text::equal_ignoring_case(database, "main"))
    return;
  // Two are as many as a thousand to those who ask which one it was.
  std::set<int64_t>& rows = action == SQLITE_INSERT ? self.inserted_ : self.updated_;
  if (action != SQLITE_DELETE && rows.size() < 2) rows.insert(rowid);
}

}  // namespace prodev::db
