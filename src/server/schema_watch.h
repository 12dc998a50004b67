// SchemaWatch: notices what others do to the database (prodev migrate, the sqlite3 shell) and, in
// development, schema files that were saved.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"
#include "records/schema.h"

namespace prodev::server {

class SchemaWatch {
 public:
  // `schema` outlives this. Starts a thread.
  static base::Result<std::unique_ptr<SchemaWatch>> start(const config::Settings& settings,
                                                          records::CurrentSchema& schema);
  ~SchemaWatch();

 private:
  SchemaWatch(const config::Settings& settings, db::Connection own, records::CurrentSchema& schema);
  void run();
  void look_at_database();
  void look_at_files();

  const config::Settings settings_;
  records::CurrentSchema& schema_;
  // Of the thread from here on.
  db::Connection own_;
  int64_t data_version_ = 0;
  std::string schema_state_;
  std::string files_state_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace prodev::server
