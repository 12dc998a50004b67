#include "server/private_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/unique_fd.h"

namespace prodev::server {

namespace {

constexpr mode_t kOthers = 077;

// The mode of what is at `path`, when others may do something with it.
std::optional<mode_t> open_mode(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & kOthers) == 0) return std::nullopt;
  return info.st_mode & 0777;
}

std::string octal(mode_t mode) {
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%03o", static_cast<unsigned>(mode));
  return digits.data();
}

void close_file(const std::string& path, std::vector<std::string>& told) {
  const std::optional<mode_t> mode = open_mode(path);
  if (!mode) return;
  const std::string was = path + " was open to other users (mode " + octal(*mode) + ")";
  if (::chmod(path.c_str(), 0600) == 0) {
    told.push_back(was + ": its mode is now 600");
  } else {
    told.push_back(was + " and cannot be closed: chmod 600 it as its owner");
  }
}

}  // namespace

base::Result<void> make_private_database(const std::string& path) {
  const base::UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made || errno == EEXIST) return {};
  return base::fail_errno("cannot make the database " + path, errno);
}

std::vector<std::string> close_to_others(const std::string& folder, const std::string& database) {
  std::vector<std::string> told;
  if (const std::optional<mode_t> mode = open_mode(folder)) {
    told.push_back(folder + " is open to other users (mode " + octal(*mode) + "): chmod 700 " +
                   folder);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) close_file(database + suffix, told);
  return told;
}

}  // namespace prodev::server
