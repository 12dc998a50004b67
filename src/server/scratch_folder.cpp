#include "server/scratch_folder.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/unique_fd.h"
#include "server/folders.h"

namespace prodev::server {

namespace {

namespace fs = std::filesystem;

void remove_left(const std::string& parent, const std::string& name) {
  std::error_code error;
  fs::directory_iterator entry(parent, error);
  const auto now = fs::file_time_type::clock::now();
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;  // another process may be removing it too
    if (!entry->path().filename().string().starts_with(name + "-")) continue;
    if (now - fs::last_write_time(entry->path(), ignored) > std::chrono::hours(1) && !ignored)
      fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace

base::Result<ScratchFolder> ScratchFolder::make(const std::string& parent,
                                                const std::string& name) {
  TRY(make_private_folder(parent));
  remove_left(parent, name);
  ScratchFolder folder(parent + "/" + name + "-XXXXXX");
  if (::mkdtemp(folder.path_.data()) != nullptr) return folder;
  folder.path_.clear();
  return base::fail_errno("cannot make a folder in " + parent, errno);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

base::Result<void> clone_file(const std::string& from, const std::string& to) {
  const base::UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return base::fail_errno("cannot read " + from, errno);
  const base::UniqueFd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target) return base::fail_errno("cannot make " + to, errno);
  if (::ioctl(target.get(), FICLONE, source.get()) == 0) return {};
  struct stat facts {};
  if (::fstat(source.get(), &facts) != 0) return base::fail_errno("cannot read " + from, errno);
  for (off_t left = facts.st_size; left > 0;) {
    const ssize_t sent = ::sendfile(target.get(), source.get(), nullptr, static_cast<size_t>(left));
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return base::fail_errno("cannot copy " + from + " to " + to, errno);
    left -= sent;
  }
  return {};
}

}  // namespace prodev::server
