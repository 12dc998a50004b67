// SchemaWatch: notices what others do to the database (prodev migrate, the sqlite3 shell) and, in
// development, schema files that were saved.
#pragma once

#include <atomic>
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
  // Ends a file that is being applied; nothing of it stays then.
  ~SchemaWatch();

 private:
  SchemaWatch(const config::Settings& settings, db::Connection own, records::CurrentSchema& schema);
  void run();
  void look_at_database();
  void look_at_files();
  base::Result<void> apply_files();
  void reload_if_changed();

  const config::Settings settings_;
  records::CurrentSchema& schema_;
  // Of the thread from here on.
  db::Connection own_;
  int64_t data_version_ = -1;  // none yet: what was committed while the server started counts
  std::string told_problem_;   // of the schema that cannot be read
  std::string seen_files_;     // when they were last looked at
  std::string handled_files_;  // when they were last applied, or were found to be wrong

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace prodev::server
