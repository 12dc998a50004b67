// WriteRoom: whether there is room for more writes: in the write-ahead log, and on the disk.
//
// Writes are refused before the disk is full, because a full one cannot be mended from inside: what
// the log holds needs room in the database file before the log's own room comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "db/checkpointer.h"

namespace prodev::db {

struct WriteLimits {
  uint64_t max_log_bytes = Checkpointer::kDefaultMaxLogBytes;
  uint64_t min_free_bytes = 0;  // of the disk of the database; 0: no limit
};

// Bytes that are free to this user on the disk that `path` is on; none when it cannot be reached.
std::optional<uint64_t> free_bytes(const std::string& path);

class WriteRoom {
 public:
  // `log` outlives this. `path`: of the database.
  WriteRoom(std::string path, WriteLimits limits, const Checkpointer& log)
      : path_(std::move(path)), limits_(limits), log_(log) {}

  // Why writes are refused, in a sentence that names the limit; empty: they are not. Any thread;
  // looks at the disk.
  std::string refusal() const;

  // kUnavailable with refusal(); logs when that begins and ends. One thread.
  base::Result<void> check();

 private:
  const std::string path_;
  const WriteLimits limits_;
  const Checkpointer& log_;
  bool refusing_ = false;
};

}  // namespace prodev::db
