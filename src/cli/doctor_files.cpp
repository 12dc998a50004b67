#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/doctor_checks.h"
#include "server/database_file.h"
#include "server/folders.h"

namespace prodev::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kAnybodyElse = 077;

// The folder itself, or the nearest one above it that is already there.
fs::path existing_folder(const fs::path& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

std::string octal(mode_t mode) {
  const unsigned bits = mode & 07777;
  return {static_cast<char>('0' + (bits >> 9)), static_cast<char>('0' + (bits >> 6 & 7)),
          static_cast<char>('0' + (bits >> 3 & 7)), static_cast<char>('0' + (bits & 7))};
}

// Appends to `open` what others than the owner can reach at `path`.
void note_if_open(const fs::path& path, std::string& open) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || (facts.st_mode & kAnybodyElse) == 0) return;
  open += (open.empty() ? "" : ", ") + path.string() + " (mode " + octal(facts.st_mode) + ")";
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const fs::path from_folder = path.lexically_relative(folder);
  return !from_folder.empty() && *from_folder.begin() != "..";
}

struct StaticTree {
  size_t entries = 0;
  std::string unreadable;  // the first one
  std::string escaping;    // the first link that leads out, or nowhere
};

void look_at(const fs::directory_entry& entry, const fs::path& root, StaticTree& tree) {
  std::error_code error;
  ++tree.entries;
  if (entry.is_symlink(error)) {
    const fs::path target = fs::canonical(entry.path(), error);
    if ((error || !is_inside(target, root)) && tree.escaping.empty()) {
      tree.escaping = entry.path().string();
    }
  } else if (tree.unreadable.empty() && access(entry.path().c_str(), R_OK) != 0) {
    tree.unreadable = entry.path().string();
  }
}

StaticTree walk(const fs::path& root) {
  constexpr size_t kMost = 100'000;
  StaticTree tree;
  std::error_code error;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, error);
  while (!error && at != fs::recursive_directory_iterator() && tree.entries < kMost) {
    look_at(*at, root, tree);
    at.increment(error);
  }
  return tree;
}

}  // namespace

Finding check_project(const config::Settings& settings) {
  if (const auto there = server::check_project_folder(settings); !there)
    return {Grade::kFail, "project", there.error().message,
            "mend this first; the checks of the project were left out"};
  std::error_code error;
  const std::string folder = fs::canonical(settings.dir, error).string();
  for (const std::string& part :
       {settings.dir + "/prodev.toml", config::effective_schema_dir(settings),
        config::effective_static_dir(settings), config::effective_db_file(settings)}) {
    if (fs::exists(part, error) || error) return {Grade::kOk, "project", "in " + folder, ""};
  }
  return {Grade::kWarn, "project",
          folder + " has no schema/, no static/, no database and no prodev.toml",
          "name the folder of the project with --dir, or make one with prodev init"};
}

Finding check_disk(const config::Settings& settings) {
  constexpr uint64_t kLow = uint64_t{1} << 30, kNothing = 64 << 20;
  const fs::path folder = existing_folder(config::effective_data_dir(settings));
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) {
    return {Grade::kFail, "disk", folder.string() + ": " + std::strerror(errno),
            "name a data folder that exists with --data"};
  }
  // The server makes the data folder itself, and none above it.
  const fs::path data = fs::absolute(config::effective_data_dir(settings)).lexically_normal();
  if (folder != data && folder != data.parent_path()) {
    return {Grade::kFail, "disk", "there is no folder " + data.parent_path().string(),
            "make it, or name a data folder that exists with --data"};
  }
  if (access(folder.c_str(), W_OK) != 0) {
    return {Grade::kFail, "disk", folder.string() + " cannot be written: " + std::strerror(errno),
            "let the server's user write there, or name another folder with --data"};
  }
  const uint64_t free_bytes = uint64_t{disk.f_bavail} * disk.f_frsize;
  std::string says = std::to_string(free_bytes >> 20) + " MiB free at " + folder.string();
  if (disk.f_files > 0 && disk.f_favail == 0) {
    return {Grade::kFail, "disk", says + ", but no file can be added", "free some inodes there"};
  }
  if (free_bytes < kNothing) return {Grade::kFail, "disk", says, "free some space there"};
  if (free_bytes < kLow) return {Grade::kWarn, "disk", says, "free some space there soon"};
  return {Grade::kOk, "disk", says, ""};
}

Finding check_schema_files(const config::Settings& settings) {
  const auto files = server::schema_files(settings);
  if (!files) return {Grade::kFail, "schema files", files.error().message, ""};
  return {Grade::kOk, "schema files",
          std::to_string(files->size()) + " in " + config::effective_schema_dir(settings), ""};
}

Finding check_private_files(const config::Settings& settings) {
  const fs::path data = config::effective_data_dir(settings);
  std::string open;
  note_if_open(data, open);
  std::error_code error;
  note_if_open(data / "keys", open);
  for (const auto& entry : fs::directory_iterator(data / "keys", error)) {
    note_if_open(entry.path(), open);
  }
  if (!settings.tls_key.empty()) note_if_open(settings.tls_key, open);
  if (open.empty()) return {Grade::kOk, "private files", "only their owner can reach them", ""};
  return {Grade::kFail, "private files", "others than the owner can reach " + open,
          "chmod 700 the folders and 600 the files"};
}

Finding check_static_files(const config::Settings& settings) {
  const std::string name = config::effective_static_dir(settings);
  std::error_code error;
  const fs::path root = fs::canonical(name, error);
  if (error) {
    if (settings.static_dir.empty()) {
      return {Grade::kOk, "static files", "no " + name + ", so only the embedded ones", ""};
    }
    return {Grade::kFail, "static files", name + ": " + error.message(),
            "make the folder, or name another with --static"};
  }
  if (!fs::is_directory(root, error) || access(root.c_str(), R_OK | X_OK) != 0) {
    return {Grade::kFail, "static files", name + " is not a folder that can be read",
            "let the server's user read it, or name another with --static"};
  }
  const StaticTree tree = walk(root);
  if (!tree.unreadable.empty()) {
    return {Grade::kWarn, "static files", tree.unreadable + " cannot be read",
            "let the server's user read it"};
  }
  if (!tree.escaping.empty()) {
    return {Grade::kWarn, "static files",
            tree.escaping + " is a link out of the folder, which is not served",
            "put the file itself there, or take the link away"};
  }
  return {Grade::kOk, "static files", std::to_string(tree.entries) + " entries in " + root.string(),
          ""};
}

}  // namespace prodev::cli
