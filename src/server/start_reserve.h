// StartReserve: a file in the data folder that only takes room, so that a server can start and
// serve reads on a disk that has become full: SQLite needs some for the index of its log.
#pragma once

#include <cstdint>
#include <string>

namespace prodev::server {

class StartReserve {
 public:
  explicit StartReserve(const std::string& data_dir) : path_(data_dir + "/start.reserve") {}

  // Makes the file where it is missing and the disk has plenty.
  void keep() const;
  // Removes it. False when there was none.
  bool give_up() const;

 private:
  // The index has 32 KiB for each 4,096 pages of the log (sqlite.org/walformat, section 2.2).
  static constexpr int64_t kBytes = 1 << 20;
  static constexpr uint64_t kPlenty = 16 * kBytes;

  const std::string path_;
};

}  // namespace prodev::server
