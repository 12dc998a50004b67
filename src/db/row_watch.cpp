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
  inserted_ = {};
  updated_ = {};
}

std::optional<int64_t> RowWatch::only_row() const {
  const Rows& rows = inserted_.first ? inserted_ : updated_;
  return rows.has_others ? std::nullopt : rows.first;
}

void RowWatch::Rows::add(int64_t rowid) {
  if (!first) first = rowid;
  has_others = has_others || *first != rowid;
}

void RowWatch::note(void* watch, int action, const char* database, const char* table,
                    long long rowid) noexcept {
  auto& self = *static_cast<RowWatch*>(watch);
  if (!text::equal_ignoring_case(table, self.table_) ||
      !text::equal_ignoring_case(database, "main"))
    return;
  if (action != SQLITE_DELETE)
    (action == SQLITE_INSERT ? self.inserted_ : self.updated_).add(rowid);
}

}  // namespace prodev::db
