#include "server/folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace prodev::server {

namespace {

std::string absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error);
  return error ? path : full.lexically_normal().string();
}

}  // namespace

base::Result<void> make_private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::fail(base::Code::kUnavailable, "cannot make the folder " + path + ": " +
                                                    std::strerror(errno) +
                                                    ": make it, or choose another with --data");
  }
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    return base::fail(base::Code::kUnavailable, "cannot write to the folder " + path + ": " +
                                                    std::strerror(errno) +
                                                    ": run prodev as its owner");
  }
  return {};
}

base::Result<void> check_project_folder(const config::Settings& settings) {
  std::error_code error;
  const auto kind = std::filesystem::status(settings.dir, error).type();
  if (kind == std::filesystem::file_type::not_found) {
    return base::fail(base::Code::kUsage, "there is no project folder " + settings.dir +
                                              ": create it or choose another with --dir");
  }
  if (!error && kind != std::filesystem::file_type::directory) {
    return base::fail(base::Code::kUsage, settings.dir +
                                              " is not a folder: name that of the project with "
                                              "--dir");
  }
  if (error || ::access(settings.dir.c_str(), R_OK | X_OK) != 0) {
    return base::fail(base::Code::kUnavailable,
                      "cannot look into the project folder " + settings.dir + ": " +
                          (error ? error.message() : std::strerror(errno)) +
                          ": run prodev as its owner");
  }
  return {};
}

base::Result<Folders> open_folders(const config::Settings& settings) {
  TRY(check_project_folder(settings));
  Folders folders;
  folders.data = absolute(config::effective_data_dir(settings));
  folders.temporary = folders.data + "/tmp";
  TRY(make_private_folder(folders.data));
  TRY(make_private_folder(folders.temporary));
  const bool chosen = !settings.static_dir.empty();
  const std::string files = absolute(config::effective_static_dir(settings));
  base::Result<http::StaticRoot> root = http::StaticRoot::open(files);
  if (root) {
    folders.static_files = files;
    folders.static_root = std::make_unique<http::StaticRoot>(std::move(*root));
  } else if (chosen || root.error().code != base::Code::kNotFound) {
    return tl::make_unexpected(root.error());
  }
  return folders;
}

}  // namespace prodev::server
