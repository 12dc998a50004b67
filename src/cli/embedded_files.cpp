#include "cli/embedded_files.h"

#include <fcntl.h>

#include <cerrno>
#include <ostream>
#include <string>

#include "assets/assets.h"
#include "base/temporary_file.h"
#include "base/unique_fd.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;

base::Result<void> write_new_file(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) {
    return base::fail(
        base::Code::kUnavailable,
        path.parent_path().string() + ": the folder cannot be made: " + error.message());
  }
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) return base::fail_errno("cannot make " + path.string(), errno);
  if (!base::write_all(fd.get(), bytes))
    return base::fail_errno("cannot write " + path.string(), errno);
  return {};
}

}  // namespace

base::Result<void> write_embedded_files(std::string_view prefix, const fs::path& folder,
                                        std::ostream& out) {
  for (const assets::Asset& asset : assets::all()) {
    if (!asset.path.starts_with(prefix)) continue;
    const std::string_view name = asset.path.substr(prefix.size());
    const fs::path path = folder / (name == "gitignore" ? ".gitignore" : std::string(name));
    TRY(write_new_file(path, asset.identity));
    out << "made      " << path.string() << '\n';
  }
  return {};
}

}  // namespace prodev::cli
