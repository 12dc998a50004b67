// ScratchFolder: a folder for files that nobody needs afterwards.
#pragma once

#include <string>

#include "base/result.h"

namespace prodev::server {

// As private as the data, and removed with what is in it. One that a killed process left is removed
// when the next one is made beside it, an hour later at the earliest.
class ScratchFolder {
 public:
  // A folder `parent`/`name`-XXXXXX; makes `parent` where it is missing.
  static base::Result<ScratchFolder> make(const std::string& parent, const std::string& name);
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Makes `to`, which must not be there, with the bytes of `from`, both of one file system: sharing
// them until one is changed where the file system can (FICLONE). kUnavailable when the disk is
// full. REQUIRES: nobody has `from` open as a database: closing it here would end their locks.
base::Result<void> clone_file(const std::string& from, const std::string& to);

}  // namespace prodev::server
