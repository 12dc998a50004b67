// TemporaryStore: the folder of temporary files, with what they may take of the disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/budget.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace prodev::base {

// A file without a name, and the room that it holds until it is closed. Belongs to one thread at a
// time.
class TemporaryFile {
 public:
  // Appends. kTooLarge: more than one client may have; kBusy: there is no room at the moment, of
  // the budget or, but for what is kept free for the database, of the disk; kUnavailable: the disk
  // fails.
  Result<void> write(std::string_view bytes);
  uint64_t size() const { return size_; }
  // Read it with pread(2) from offset 0.
  int file() const { return file_.get(); }

 private:
  friend class TemporaryStore;
  TemporaryFile(UniqueFd file, Budget::Lease lease)
      : file_(std::move(file)), lease_(std::move(lease)) {}
  Result<void> check_disk(uint64_t more);

  UniqueFd file_;
  Budget::Lease lease_;
  uint64_t size_ = 0;
  uint64_t checked_ = 0;  // the disk was seen to have room up to this size
};

// Thread-safe; outlives its files.
class TemporaryStore {
 public:
  explicit TemporaryStore(std::string directory, Budget::Limits limits = {})
      : directory_(std::move(directory)), budget_(limits) {}

  // kUnavailable when no file can be made.
  Result<TemporaryFile> make(const Budget::Client& client);
  // What all files hold.
  uint64_t used() const { return budget_.used(); }

 private:
  const std::string directory_;
  Budget budget_;
};

// What temporary files leave free of a disk of `bytes`, for the database: an eighth, and between
// 64 and 256 MiB.
uint64_t disk_reserve(uint64_t bytes);

}  // namespace prodev::base
