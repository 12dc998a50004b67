// KeptCopies: what the database was before and after each of the newest schema files, for --dev.
//
//   data/undo/0002.before.db   with everything that was written until 0002 was applied
//   data/undo/0002.after.db    right after it
//   data/undo/replaced.db      before the last time that a file was undone
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "db/migration_records.h"

namespace prodev::server {

class KeptCopies {
 public:
  static constexpr size_t kFiles = 8;                           // of so many files, the newest
  static constexpr int64_t kDatabaseBytes = 256 * 1024 * 1024;  // of no larger database
  static constexpr int64_t kBytes = 2 * kDatabaseBytes;         // in all, the newest file's aside

  explicit KeptCopies(const config::Settings& settings)
      : folder_(config::effective_data_dir(settings) + "/undo") {}

  const std::string& folder() const { return folder_; }
  std::string before(int64_t number) const { return folder_ + "/" + before_name(number); }
  std::string after(int64_t number) const { return folder_ + "/" + after_name(number); }
  static std::string before_name(int64_t number);
  static std::string after_name(int64_t number);

  // Records, which come by number, in the order in which they were applied: files may have come
  // after the seed.
  std::vector<db::MigrationRecord> as_applied(std::vector<db::MigrationRecord> records) const;

  // Whether there are copies for records[i] and they are of the database whose records these are,
  // in the order of as_applied().
  bool fit(const std::vector<db::MigrationRecord>& records, size_t i) const;

  // Moves the copies of `work` here, in place of those of what was undone, and drops the oldest
  // beyond the limits.
  base::Result<void> take(const std::string& work,
                          const std::vector<db::MigrationRecord>& undone) const;

 private:
  void drop_oldest() const;

  std::string folder_;
};

}  // namespace prodev::server
