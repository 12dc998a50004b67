#include "auth/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "auth/base64url.h"
#include "base/random.h"
#include "base/unique_fd.h"

namespace prodev::auth {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr size_t kSecretBytes = 32;
constexpr size_t kMostFileBytes = 4'096;
constexpr const char* kHowToRemake =
    "; put the right file back, or delete it to have a new one made, which ends every session";

Result<void> write_whole(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return base::fail_errno("cannot write " + path, n < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const base::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return base::fail_errno("cannot sync " + folder, errno);
  return {};
}

std::string random_text() {
  std::array<char, kSecretBytes> bytes{};
  base::random_bytes(bytes.data(), bytes.size());
  std::string text = encode_base64url({bytes.data(), bytes.size()});
  sodium_memzero(bytes.data(), bytes.size());
  return text;
}

Result<void> write_new_file(const std::string& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return base::fail_errno("cannot make " + path, errno);
  std::string line = random_text() + "\n";
  const Result<void> written = write_whole(fd.get(), line, path);
  sodium_memzero(line.data(), line.size());
  TRY(written);
  if (::fsync(fd.get()) != 0) return base::fail_errno("cannot sync " + path, errno);
  return {};
}

// Written under a name of its own and then linked: link(2) refuses a name that is taken, where
// rename(2) would replace the key that another process has begun to use.
Result<void> make_key_file(const std::string& folder, const std::string& path) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail_errno("cannot make the folder " + folder, errno);
  }
  const std::string temporary = path + ".new-" + std::to_string(base::random_u64());
  const Result<void> written = write_new_file(temporary);
  const bool linked = written && ::link(temporary.c_str(), path.c_str()) == 0;
  const int link_errno = errno;
  ::unlink(temporary.c_str());
  TRY(written);
  if (!linked && link_errno != EEXIST) {
    return base::fail_errno("cannot make " + path, link_errno);
  }
  // The folder above holds the name of `folder`.
  TRY(sync_folder(folder));
  return sync_folder(folder + "/..");
}

Result<void> check_access(const struct stat& info, const std::string& path) {
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kCorrupt, path + " is not a file" + std::string(kHowToRemake));
  }
  if ((info.st_mode & 077) != 0) {
    return fail(Code::kForbidden, path +
                                      " can be read or changed by other users, so the key may be "
                                      "known to them: chmod 600 it if you trust them, or delete "
                                      "it to have a new one made, which ends every session");
  }
  return {};
}

Result<std::string> read_whole(int fd, const std::string& path) {
  std::string bytes(kMostFileBytes + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t n = ::read(fd, bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail_errno("cannot read " + path, errno);
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  bytes.resize(size);
  return bytes;
}

// The secret in the bytes of the file: one line of printable ASCII.
Result<std::string> secret_of(std::string bytes, const std::string& path) {
  if (bytes.size() > kMostFileBytes) {
    return fail(Code::kCorrupt, path + " is longer than 4 KiB, so it is no key" + kHowToRemake);
  }
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.pop_back();
  if (!std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return fail(Code::kCorrupt, path + " is not one line of text without spaces" + kHowToRemake);
  }
  if (bytes.size() < kLeastSecretBytes) {
    return fail(Code::kCorrupt, path + " holds " + std::to_string(bytes.size()) +
                                    " characters, and a key needs at least 32" + kHowToRemake);
  }
  return bytes;
}

// kNotFound when there is no such file.
Result<std::string> load_key_file(const std::string& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return fail(Code::kNotFound, path + " is missing");
  if (!fd) return base::fail_errno("cannot read " + path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return base::fail_errno("cannot read " + path, errno);
  TRY(check_access(info, path));
  TRY_ASSIGN(std::string bytes, read_whole(fd.get(), path));
  return secret_of(std::move(bytes), path);
}

Result<std::string> load_or_make_secret(const std::string& data_dir) {
  const std::string folder = data_dir + "/keys";
  const std::string path = folder + "/jwt.key";
  Result<std::string> secret = load_key_file(path);
  if (secret || secret.error().code != Code::kNotFound) return secret;
  TRY(make_key_file(folder, path));
  return load_key_file(path);
}

// The time of issue is fixed, so that a key that was handed out stays the one that is shown.
std::string key_for(const SigningKey& key, const char* role) {
  return sign(key, std::string("{\"role\":\"") + role + "\",\"iss\":\"prodev\",\"iat\":0}");
}

}  // namespace

Result<Keys> load_or_make_keys(const std::string& data_dir, const std::string& jwt_secret) {
  std::string secret = jwt_secret;
  if (secret.empty()) {
    TRY_ASSIGN(secret, load_or_make_secret(data_dir));
  } else if (secret.size() < kLeastSecretBytes) {
    return fail(Code::kUsage, "jwt_secret needs at least 32 characters");
  }
  const SigningKey signing(secret);
  sodium_memzero(secret.data(), secret.size());
  return Keys{signing, key_for(signing, "anon"), key_for(signing, "service_role")};
}

}  // namespace prodev::auth
