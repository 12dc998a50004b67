#include "server/kept_copies.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "db/connection.h"

namespace prodev::server {

namespace {

namespace fs = std::filesystem;

std::string with_number(int64_t number, const char* ending) {
  std::array<char, 48> name{};
  std::snprintf(name.data(), name.size(), "%04lld.%s.db", static_cast<long long>(number), ending);
  return name.data();
}

// The number of a copy's name; -1: it is none.
int64_t number_of(const std::string& name) {
  if (!name.ends_with(".before.db") && !name.ends_with(".after.db")) return -1;
  int64_t number = -1;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

// The copies in `folder`, by number.
std::map<int64_t, std::vector<fs::path>> copies_in(const std::string& folder) {
  std::map<int64_t, std::vector<fs::path>> copies;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const int64_t number = number_of(entry->path().filename().string());
    if (number >= 0) copies[number].push_back(entry->path());
  }
  return copies;
}

void remove_all(const std::vector<fs::path>& paths) {
  std::error_code ignored;  // what stays is too old to fit, or is dropped the next time
  for (const fs::path& path : paths) {
    // With the log and the index that SQLite makes beside a copy that is looked into.
    for (const char* ending : {"", "-wal", "-shm"}) fs::remove(path.string() + ending, ignored);
  }
}

std::optional<std::vector<db::MigrationRecord>> records_in(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  auto connection = db::Connection::open(path, db::OpenMode::kReadOnly);
  if (!connection) return {};
  auto records = db::load_records(*connection);
  if (!records) return {};
  return std::move(*records);
}

// Whether the database `path` holds just the first `count` of `records`.
bool holds(const std::string& path, const std::vector<db::MigrationRecord>& records, size_t count) {
  const auto kept = records_in(path);
  if (!kept || kept->size() != count) return false;
  // Not the digest: it may have been accepted anew.
  return std::is_permutation(kept->begin(), kept->end(), records.begin(),
                             [](const auto& a, const auto& b) {
                               return a.number == b.number && a.applied_at == b.applied_at;
                             });
}

}  // namespace

std::string KeptCopies::before_name(int64_t number) { return with_number(number, "before"); }

std::string KeptCopies::after_name(int64_t number) { return with_number(number, "after"); }

std::vector<db::MigrationRecord> KeptCopies::as_applied(
    std::vector<db::MigrationRecord> records) const {
  if (records.empty() || records.back().number != db::kSeedNumber) return records;
  const std::string& seed_at = records.back().applied_at;
  // The times are whole seconds: the copy from before the seed knows better.
  const auto kept = records_in(before(db::kSeedNumber));
  const auto place = kept && kept->size() < records.size()
                         ? records.begin() + static_cast<std::ptrdiff_t>(kept->size())
                         : std::find_if(records.begin(), records.end(), [&](const auto& record) {
                             return record.applied_at > seed_at;
                           });
  std::rotate(std::min(place, records.end() - 1), records.end() - 1, records.end());
  return records;
}

bool KeptCopies::fit(const std::vector<db::MigrationRecord>& records, size_t i) const {
  const int64_t number = records[i].number;
  return holds(before(number), records, i) && holds(after(number), records, i + 1);
}

base::Result<void> KeptCopies::take(const std::string& work,
                                    const std::vector<db::MigrationRecord>& undone) const {
  auto kept = copies_in(folder_);
  for (const db::MigrationRecord& record : undone) remove_all(kept[record.number]);
  std::error_code error;
  for (const auto& [number, paths] : copies_in(work)) {
    for (const fs::path& path : paths) {
      fs::rename(path, fs::path(folder_) / path.filename(), error);
      if (error) {
        return base::fail(base::Code::kUnavailable,
                          "cannot keep " + path.string() + ": " + error.message());
      }
    }
  }
  drop_oldest();
  return {};
}

void KeptCopies::drop_oldest() const {
  const auto copies = copies_in(folder_);
  size_t files = 0;
  int64_t bytes = 0;
  for (auto copy = copies.rbegin(); copy != copies.rend(); ++copy) {
    for (const fs::path& path : copy->second) {
      std::error_code ignored;
      bytes += static_cast<int64_t>(fs::file_size(path, ignored));
    }
    if (++files > kFiles || (files > 1 && bytes > kBytes)) remove_all(copy->second);
  }
}

}  // namespace prodev::server
