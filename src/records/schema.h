// Schema: what the database holds and who may touch what, as of one moment; and its holder.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "access/rules.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "db/connection.h"

namespace prodev::records {

// Immutable, shared by all threads. A request takes it once.
struct Schema {
  std::shared_ptr<const catalog::Catalog> catalog;
  std::shared_ptr<const access::Rules> rules;
  uint64_t version = 0;  // counts what this process has put in force: new statistics, too
  int64_t number = 0;    // as of which it was read (db/schema_number.h)

  // All of one state of the database. REQUIRES: `connection` is in no transaction.
  static base::Result<Schema> load(db::Connection& connection, uint64_t version);
};

using SchemaPointer = std::shared_ptr<const Schema>;

// The schema in force. Any thread.
class CurrentSchema {
 public:
  SchemaPointer get() const {
    const std::lock_guard lock(mutex_);
    return schema_;
  }
  // Whether `mine` is still the schema in force; costs one load.
  bool is_current(const SchemaPointer& mine) const {
    return mine && mine->version == version_.load(std::memory_order_acquire);
  }
  // Reads the schema anew and puts it in force. On an error the old one stays.
  base::Result<void> reload(db::Connection& connection);
  // The same where the one in force is not that of the database any more; whoever comes meanwhile
  // waits for it.
  base::Result<void> renew(db::Connection& connection);

 private:
  base::Result<void> load(db::Connection& connection);

  std::mutex reloading_;  // one at a time, so that versions do not repeat
  mutable std::mutex mutex_;
  SchemaPointer schema_;  // guarded by mutex_
  std::atomic<uint64_t> version_{0};
};

}  // namespace prodev::records
