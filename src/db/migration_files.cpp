#include "db/migration_files.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/unique_fd.h"
#include "db/migration_text.h"
#include "db/sql_tokens.h"
#include "text/ascii.h"
#include "text/hex.h"

namespace prodev::db {

namespace {

namespace fs = std::filesystem;

// BLAKE2b-128, in hex digits.
class Digest {
 public:
  Digest() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }
  void add(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  std::string hex() {
    std::string digest(kBytes, '\0');
    crypto_generichash_final(&state_, reinterpret_cast<unsigned char*>(digest.data()), kBytes);
    return text::to_hex(digest);
  }

 private:
  static constexpr size_t kBytes = 16;
  crypto_generichash_state state_{};
};

std::string digest_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

bool ends_ignoring_case(std::string_view name, std::string_view end) {
  return name.size() >= end.size() &&
         text::equal_ignoring_case(name.substr(name.size() - end.size()), end);
}

// NNNN_name, whatever its ending. Not what editors leave beside a file that they save.
bool looks_numbered(std::string_view name) {
  const size_t digits = name.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || name[digits] != '_') return false;
  const bool is_editors = name.ends_with('~') || name.ends_with('#') || name.ends_with(".swp") ||
                          name.find(".tmp") != std::string_view::npos ||
                          name.find("___jb_") != std::string_view::npos;
  return !is_editors;
}

// The number that a name begins with; -1 when it is not NNNN_name.sql.
int64_t number_of(const std::string& name) {
  const size_t digits = name.find_first_not_of("0123456789");
  if (digits < 4 || digits > 18 || digits == std::string::npos || name[digits] != '_') return -1;
  if (!name.ends_with(".sql") || name.size() <= digits + 5) return -1;
  return std::stoll(name.substr(0, digits));
}

base::Result<void> check_name(const MigrationFile& file) {
  if (!file.name.ends_with(".sql")) {
    return base::fail(
        base::Code::kBadInput,
        file.path +
            ": a schema file's name ends in .sql, in small letters: rename it, or move it out "
            "of the schema folder");
  }
  if (ends_ignoring_case(file.name, ".down.sql")) {
    return base::fail(base::Code::kBadInput,
                      file.path +
                          ": is the way back of another tool, which is never run here: "
                          "move it out of the schema folder");
  }
  if (file.number >= 0) return {};
  return base::fail(base::Code::kBadInput,
                    file.path + ": a schema file is named like 0001_products.sql: rename it");
}

// nullopt: it is a folder, or has just gone.
base::Result<std::optional<std::string>> read_file(const std::string& path) {
  // Opening a pipe would wait for its other end.
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (file.get() < 0) {
    if (errno == ENOENT && ::lstat(path.c_str(), &facts) != 0) return std::nullopt;
    return base::fail_errno("cannot read " + path, errno);
  }
  if (::fstat(file.get(), &facts) != 0) return base::fail_errno("cannot read " + path, errno);
  if (S_ISDIR(facts.st_mode)) return std::nullopt;
  if (!S_ISREG(facts.st_mode))
    return base::fail(base::Code::kBadInput, path + ": is not a regular file: take it away");
  if (facts.st_size > kMaxFileBytes) {
    return base::fail(base::Code::kBadInput, path + ": is larger than " +
                                                 std::to_string(kMaxFileBytes >> 20) +
                                                 " MiB: bring rows in with prodev import");
  }
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail_errno("cannot read " + path, errno);
    if (got == 0) break;  // it became shorter
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

bool holds_statement(std::string_view sql) {
  SqlTokens tokens(sql);
  SqlToken token = tokens.next();
  while (token.is(';')) token = tokens.next();
  return token.kind != SqlToken::Kind::kEnd;
}

// Reads file.path; false: there is no such file.
base::Result<bool> load_text(MigrationFile& file) {
  TRY_ASSIGN(const std::optional<std::string> bytes, read_file(file.path));
  if (!bytes) return false;
  TRY_ASSIGN(file.sql, migration_sql(*bytes, file.path));
  file.digest = statement_digest(file.sql);
  file.former_digest = digest_of(*bytes);
  file.has_statement = holds_statement(file.sql);
  return true;
}

base::Result<void> load_file(const fs::path& path, std::vector<MigrationFile>& files) {
  MigrationFile file;
  file.name = path.filename().string();
  if (!ends_ignoring_case(file.name, ".sql") && !looks_numbered(file.name)) return {};
  file.path = path.string();
  file.number = number_of(file.name);
  TRY(check_name(file));
  TRY_ASSIGN(const bool found, load_text(file));
  if (found) files.push_back(std::move(file));
  return {};
}

// What becomes of `path`, a file in a folder of the schema folder. Tools that make a folder for
// each change (20260101_init/migration.sql) have its number there.
std::string place_beside(const fs::path& path) {
  const fs::path folder = path.parent_path();
  const std::string name = folder.filename().string() + ".sql";
  const bool is_only_one = path.filename() == "migration.sql" || path.filename() == "up.sql";
  if (is_only_one && number_of(name) >= 0)
    return "move it to " + (folder.parent_path() / name).string();
  return "move it into the schema folder, named like 0001_products.sql";
}

constexpr int kDeepest = 8;  // of folders in the schema folder

// Files in folders are not applied: that none is left out unnoticed, a folder may hold none.
base::Result<void> check_folder(const fs::path& folder) {
  std::error_code error;  // of a folder that cannot be read: then it is no part of the project
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || entry.depth() >= kDeepest) entry.disable_recursion_pending();
    std::error_code ignored;
    const bool is_file =
        !name.starts_with('.') && ends_ignoring_case(name, ".sql") && !entry->is_directory(ignored);
    if (!is_file) continue;
    return base::fail(base::Code::kBadInput,
                      entry->path().string() +
                          ": files in folders of the schema folder are not applied: " +
                          place_beside(entry->path()) + ", or the folder to another place");
  }
  return {};
}

base::Result<void> check_numbers(const std::vector<MigrationFile>& files) {
  for (size_t i = 1; i < files.size(); ++i) {
    if (files[i].number != files[i - 1].number) continue;
    return base::fail(base::Code::kBadInput, files[i - 1].path + " and " + files[i].name +
                                                 " have the same number: give one of them the "
                                                 "next free one");
  }
  return {};
}

}  // namespace

std::string statement_digest(std::string_view sql) {
  Digest digest;
  SqlTokens tokens(sql);
  bool any = false;
  bool separated = false;
  for (SqlToken token = tokens.next(); token.kind != SqlToken::Kind::kEnd; token = tokens.next()) {
    if (token.is(';')) {
      separated = any;
      continue;
    }
    if (separated) digest.add(";\n");
    separated = false;
    any = true;
    // A token that goes over lines has the line ends of its file.
    for (std::string_view text = token.text; !text.empty();) {
      const size_t carriage = text.find("\r\n");
      digest.add(text.substr(0, carriage));
      text.remove_prefix(carriage == std::string_view::npos ? text.size() : carriage + 1);
    }
    digest.add("\n");
  }
  return "tokens:" + digest.hex();
}

bool has_former_digest(const MigrationFile& file, std::string_view former) {
  if (file.former_digest == former) return true;
  std::string unix_lines;
  std::string dos_lines;
  for (const char c : file.sql) {
    if (c == '\r') continue;
    if (c == '\n') dos_lines.push_back('\r');
    dos_lines.push_back(c);
    unix_lines.push_back(c);
  }
  return digest_of(unix_lines) == former || digest_of(dos_lines) == former;
}

base::Result<std::vector<MigrationFile>> load_migrations(const std::string& folder) {
  std::error_code error;
  std::vector<MigrationFile> files;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || name == kSeedName) continue;
    std::error_code ignored;  // told when it is read
    TRY(entry->is_directory(ignored) ? check_folder(entry->path())
                                     : load_file(entry->path(), files));
  }
  if (error == std::errc::no_such_file_or_directory) {
    return base::fail(base::Code::kUsage,
                      "there is no schema folder " + folder +
                          ": prodev migrate new NAME makes it with a first file, --dir names the "
                          "folder of another project, and --schema another schema folder");
  }
  if (error) {
    return base::fail(base::Code::kUnavailable,
                      "cannot read the schema folder " + folder + ": " + error.message());
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  TRY(check_numbers(files));
  return files;
}

base::Result<std::vector<MigrationFile>> load_migrations_and_seed(const std::string& folder) {
  TRY_ASSIGN(std::vector<MigrationFile> files, load_migrations(folder));
  MigrationFile seed;
  seed.number = kSeedNumber;
  seed.name = std::string(kSeedName);
  seed.path = (fs::path(folder) / kSeedName).string();
  TRY_ASSIGN(const bool found, load_text(seed));
  if (found) files.push_back(std::move(seed));
  return files;
}

base::Result<std::string> create_migration(const std::string& folder, std::string_view name) {
  const bool valid =
      !name.empty() && name.size() <= 60 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (!valid) {
    return base::fail(base::Code::kUsage, "a migration's name takes a-z, 0-9 and _: \"" +
                                              std::string(name) + "\" does not");
  }
  std::error_code error;
  fs::create_directories(folder, error);
  TRY_ASSIGN(const std::vector<MigrationFile> files, load_migrations(folder));
  const int64_t number = files.empty() ? 1 : files.back().number + 1;
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "%04lld", static_cast<long long>(number));
  const std::string path = folder + "/" + digits.data() + "_" + std::string(name) + ".sql";
  std::ofstream out(path);
  out << "-- Runs once, in a transaction, as soon as it holds a statement. After it has been "
         "applied,\n"
         "-- changes go into a new file.\n\n";
  if (!out.flush()) return base::fail(base::Code::kUnavailable, "cannot write " + path);
  return path;
}

}  // namespace prodev::db
