// TemporaryStore: the folder of temporary files, with what they may take of the disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/budget.h"
#include "base/closer.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace prodev::base {

// A file without a name, and the room that it holds until it is closed. Belongs to one thread at a
// time, which its end does not hold up, however long it is.
class TemporaryFile {
 public:
  TemporaryFile(TemporaryFile&&) = default;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile() { close(); }

  // Appends. kTooLarge: more than one client may have; kBusy: there is no room at the moment, of
  // the budget or, but for what is kept free for the database, of the disk; kUnavailable: the disk
  // fails.
  Result<void> write(std::string_view bytes);
  uint64_t size() const { return size_; }
  // Read it with pread(2) from offset 0.
  int file() const { return file_.get(); }
  // What it holds, which may be had to yield once the file is whole.
  Budget::Lease& room() { return lease_; }

 private:
  friend class TemporaryStore;
  TemporaryFile(UniqueFd file, Budget::Lease lease, uint64_t min_free_bytes, Closer& closer)
      : file_(std::move(file)),
        lease_(std::move(lease)),
        min_free_bytes_(min_free_bytes),
        closer_(&closer) {}
  Result<void> check_disk(uint64_t more);
  void close() noexcept;

  UniqueFd file_;
  Budget::Lease lease_;
  uint64_t min_free_bytes_;
  Closer* closer_;  // of the store
  uint64_t size_ = 0;
  uint64_t checked_ = 0;  // the disk was seen to have room up to this size
};

// Thread-safe; outlives its files.
class TemporaryStore {
 public:
  // `min_free_bytes`: of the disk, without which the database takes no writes.
  explicit TemporaryStore(std::string directory, Budget::Limits limits = {},
                          uint64_t min_free_bytes = 0)
      : directory_(std::move(directory)), budget_(limits), min_free_bytes_(min_free_bytes) {}

  // kUnavailable when no file can be made.
  Result<TemporaryFile> make(const Budget::Client& client);
  // Holds nothing yet: for a file that somebody else makes.
  Budget::Lease room_of(const Budget::Client& client) { return {budget_, client}; }
  // What all files hold.
  uint64_t used() const { return budget_.used(); }

 private:
  const std::string directory_;
  Budget budget_;
  const uint64_t min_free_bytes_;
  Closer closer_;
};

// What temporary files leave free of a disk of `bytes`, for the database: an eighth, and between
// 64 and 256 MiB; or more, so that there is room to write above `min_free_bytes`.
uint64_t disk_reserve(uint64_t bytes, uint64_t min_free_bytes);

}  // namespace prodev::base
