#include "http/static_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/random.h"

namespace prodev::http {

namespace {

constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// For kernels before 5.6 and sandboxes that refuse openat2: one component at a time, refusing
// every symbolic link.
int open_by_steps(int folder, const std::string& path) {
  base::UniqueFd at(::dup(folder));
  size_t start = 0;
  while (at && start <= path.size()) {
    const size_t slash = path.find('/', start);
    const bool last = slash == std::string::npos;
    const std::string name = path.substr(start, last ? std::string::npos : slash - start);
    const int flags =
        last ? kOpenFlags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    base::UniqueFd next(::openat(at.get(), name.c_str(), flags));
    if (last || !next) return next.release();
    at = std::move(next);
    start = slash + 1;
  }
  return -1;
}

int open_beneath(int folder, const std::string& path) {
  open_how how{};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  // EAGAIN: something on the way was renamed meanwhile (openat2(2)).
  for (int tries = 0; tries < 4; ++tries) {
    fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_by_steps(folder, path);
  return static_cast<int>(fd);
}

// Whether an error of open means that there is no such file for anybody to be served.
bool says_nothing_there(int error) {
  constexpr int kErrors[] = {ENOENT, ENOTDIR,      ELOOP, EXDEV, EACCES,
                             EPERM,  ENAMETOOLONG, ENXIO, EINVAL};
  return std::find(std::begin(kErrors), std::end(kErrors), error) != std::end(kErrors);
}

int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

// The kernel gives out the times of files in steps of its tick, and some file systems in steps of
// one or two seconds; within a step two versions of a file cannot be told apart.
uint64_t unsettled(const struct stat& info) {
  const int64_t step_ms = info.st_ctim.tv_nsec == 0 ? 2'000 : 20;
  const bool settled = base::wall_ms() - nanoseconds(info.st_ctim) / 1'000'000 > step_ms;
  return settled ? 0 : base::random_u64();
}

bool serveable_segment(std::string_view segment, bool last) {
  if (segment.empty()) return last;  // a folder's path ends with a slash
  return segment.front() != '.' || segment == ".well-known";
}

}  // namespace

base::Result<StaticRoot> StaticRoot::open(const std::string& folder) {
  base::UniqueFd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (fd) return StaticRoot(std::move(fd));
  const base::Code code = errno == ENOENT ? base::Code::kNotFound : base::Code::kUnavailable;
  return base::fail(code, "cannot serve files from " + folder + ": " + std::strerror(errno) +
                              ": create the folder or choose another with --static");
}

StaticRoot::Lookup StaticRoot::find(std::string_view path) const {
  Lookup result;
  base::UniqueFd fd(open_beneath(folder_.get(), path.empty() ? "." : std::string(path)));
  struct stat info {};
  if (!fd) {
    if (!says_nothing_there(errno)) result.kind = Kind::kUnavailable;
    return result;
  }
  if (::fstat(fd.get(), &info) != 0) return result;
  if (S_ISDIR(info.st_mode)) {
    result.kind = Kind::kFolder;
  } else if (S_ISREG(info.st_mode)) {
    result.kind = Kind::kFile;
    result.file.fd = std::move(fd);
    result.file.stamp = {info.st_ino, static_cast<uint64_t>(info.st_size),
                         nanoseconds(info.st_mtim), nanoseconds(info.st_ctim), unsettled(info)};
  }
  return result;
}

bool serveable_path(std::string_view raw_path, std::string_view path) {
  for (size_t at = raw_path.find('%'); at != std::string_view::npos;
       at = raw_path.find('%', at + 1)) {
    const std::string_view code = raw_path.substr(at + 1, 2);
    if (code == "2f" || code == "2F") return false;
  }
  for (const char c : path) {
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  for (;;) {
    const size_t slash = path.find('/');
    const bool last = slash == std::string_view::npos;
    if (!serveable_segment(path.substr(0, slash), last)) return false;
    if (last) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace prodev::http
