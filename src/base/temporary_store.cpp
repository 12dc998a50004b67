#include "base/temporary_store.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "base/temporary_file.h"

namespace prodev::base {

namespace {
constexpr uint64_t kBetweenChecks = 1 << 20;
constexpr uint64_t kRoomToWrite = 48 << 20;
constexpr uint64_t kClosedAtOnce = 1 << 20;
}  // namespace

uint64_t disk_reserve(uint64_t bytes, uint64_t min_free_bytes) {
  const uint64_t share = std::clamp<uint64_t>(bytes / 8, 64 << 20, 256 << 20);
  return std::max(share, min_free_bytes + kRoomToWrite);
}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  if (this == &other) return *this;
  close();
  file_ = std::move(other.file_);
  lease_ = std::move(other.lease_);
  min_free_bytes_ = other.min_free_bytes_;
  closer_ = other.closer_;
  size_ = other.size_;
  checked_ = other.checked_;
  return *this;
}

void TemporaryFile::close() noexcept {
  if (file_ && size_ > kClosedAtOnce) closer_->close(std::move(file_), std::move(lease_));
}

Result<void> TemporaryFile::write(std::string_view bytes) {
  switch (lease_.grow_to(size_ + bytes.size())) {
    case Budget::Grant::kGranted:
      break;
    case Budget::Grant::kTooMuch:
      return fail(Code::kTooLarge, "it takes more temporary space than one client may have");
    case Budget::Grant::kBusy:
      return fail(Code::kBusy, "the space for large requests and responses is in use: try again");
  }
  if (size_ + bytes.size() > checked_) TRY(check_disk(bytes.size()));
  TRY(write_all(file_.get(), bytes));
  size_ += bytes.size();
  return {};
}

Result<void> TemporaryFile::check_disk(uint64_t more) {
  struct statvfs disk {};
  if (::fstatvfs(file_.get(), &disk) != 0) return {};  // the write itself will tell
  const uint64_t free_bytes = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  const uint64_t reserve =
      disk_reserve(static_cast<uint64_t>(disk.f_blocks) * disk.f_frsize, min_free_bytes_);
  if (free_bytes < reserve + more + kBetweenChecks)
    return fail(Code::kBusy, "the disk has no room for large requests and responses: try again");
  checked_ = size_ + more + kBetweenChecks;
  return {};
}

Result<TemporaryFile> TemporaryStore::make(const Budget::Client& client) {
  TRY_ASSIGN(UniqueFd file, make_temporary_file(directory_));
  return TemporaryFile(std::move(file), Budget::Lease(budget_, client), min_free_bytes_, closer_);
}

}  // namespace prodev::base
