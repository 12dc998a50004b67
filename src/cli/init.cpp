#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <ostream>

#include "assets/assets.h"
#include "base/unique_fd.h"
#include "cli/commands.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kTemplates = "templates/project/";

// Files whose names begin with a dot are not embedded.
std::string name_in_project(std::string_view name) {
  return name == "gitignore" ? ".gitignore" : std::string(name);
}

Result<void> check_unused(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) {
    return fail(Code::kUsage, folder.string() + " is not a folder; name one that is new or empty");
  }
  const fs::directory_iterator first(folder, error);
  if (error) {
    return fail(Code::kUnavailable, folder.string() + " cannot be looked into: " + error.message());
  }
  if (first != fs::directory_iterator()) {
    return fail(Code::kUsage, folder.string() + " has something in it (" +
                                  first->path().filename().string() +
                                  "), and nothing is overwritten; name a folder that is new or "
                                  "empty");
  }
  return {};
}

Result<void> write_new_file(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) {
    return fail(Code::kUnavailable,
                path.parent_path().string() + ": the folder cannot be made: " + error.message());
  }
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) return base::fail_errno("cannot make " + path.string(), errno);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail_errno("cannot write " + path.string(), errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

// As a shell reads it back.
std::string quoted(const std::string& word) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._-+").find(c) != std::string_view::npos;
  };
  if (std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

base::Result<int> run_init(const CommandLine& line, const Context& context) {
  if (line.words.size() != 1 || line.words[0].empty()) {
    return fail(Code::kUsage, "prodev init takes the folder to make: prodev init my-project");
  }
  const fs::path folder = line.words[0];
  TRY(check_unused(folder));
  for (const assets::Asset& asset : assets::all()) {
    if (!asset.path.starts_with(kTemplates)) continue;
    const fs::path path = folder / name_in_project(asset.path.substr(kTemplates.size()));
    TRY(write_new_file(path, asset.identity));
    context.out << "made      " << path.string() << '\n';
  }
  context.out << "next      prodev serve --dir " << quoted(folder.string()) << '\n';
  return 0;
}

}  // namespace prodev::cli
