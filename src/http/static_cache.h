// StaticCache: what one loop remembers of a folder's files.
//
// An entry is looked at again on disk once it is older than kRecheck_ms; so a changed file is
// noticed within that time, and a hot one costs no system call. A path that is not there is
// remembered as well.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/static_root.h"

namespace prodev::http {

// One thread's.
class StaticCache {
 public:
  static constexpr int64_t kRecheck_ms = 100;

  StaticCache(const StaticRoot& root, const StaticFileOptions& options, size_t limit_bytes)
      : root_(root), options_(options), limit_(limit_bytes) {}

  struct Entry {
    StaticRoot::Kind kind = StaticRoot::Kind::kNothing;
    std::shared_ptr<const StaticFile> file;  // with kFile
  };
  // `path`: relative, serveable. The entry is valid until the next call.
  const Entry& find(std::string_view path, int64_t now_ms);

 private:
  struct Slot {
    Entry entry;
    FileStamp identity, brotli, gzip;
    int64_t checked_ms = 0;
    size_t cost = 0;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view path) const { return std::hash<std::string_view>()(path); }
  };

  void look(std::string_view path, Slot& slot);
  void make_room();

  const StaticRoot& root_;
  const StaticFileOptions options_;
  const size_t limit_;
  size_t used_ = 0;
  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> slots_;
};

}  // namespace prodev::http
