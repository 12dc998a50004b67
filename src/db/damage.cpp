#include "db/damage.h"

#include <algorithm>
#include <mutex>

#include "telemetry/log.h"

namespace prodev::db {

namespace {

constexpr int64_t kMostBytes = 256 << 20;
constexpr int kMostFindings = 5;
constexpr size_t kMostTables = 1'000;

struct Damage {
  std::mutex mutex;
  std::vector<std::string> tables;  // guarded by mutex
  size_t examined = 0;              // guarded by mutex; how many of them
};

Damage& damage() {
  static Damage known;
  return known;
}

bool is_small(Connection& connection) {
  base::Result<Statement> size = connection.prepare(
      "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
  return size && size->step().value_or(false) && size->column_int(0) <= kMostBytes;
}

// Such as "Tree 12 page 40: btreeInitPage() returns error code 11".
void examine(Connection& connection, const std::string& table) {
  base::Result<Statement> check =
      connection.prepare("SELECT quick_check FROM pragma_quick_check(?)");
  if (!check) return;
  check->bind_text(1, table);
  for (int i = 0; i < kMostFindings && check->step().value_or(false); ++i) {
    if (check->column_text(0) == "ok") continue;
    telemetry::log(telemetry::Level::kError, "damage in the database",
                   {{"table", table}, {"found", check->column_text(0)}});
  }
}

}  // namespace

void note_damage(std::string_view table, std::string_view what) {
  {
    Damage& known = damage();
    const std::lock_guard lock(known.mutex);
    const bool noted =
        std::find(known.tables.begin(), known.tables.end(), table) != known.tables.end();
    if (noted || known.tables.size() >= kMostTables) return;
    known.tables.emplace_back(table);
  }
  telemetry::log(telemetry::Level::kError,
                 "the database is damaged: requests that need what is lost get an error, others go "
                 "on; restore a backup, or save what can be read with sqlite3's .recover",
                 {{"table", table}, {"error", what}});
}

std::vector<std::string> damaged_tables() {
  Damage& known = damage();
  const std::lock_guard lock(known.mutex);
  return known.tables;
}

void examine_damage(Connection& connection) {
  std::vector<std::string> tables;
  {
    Damage& known = damage();
    const std::lock_guard lock(known.mutex);
    tables.assign(known.tables.begin() + static_cast<std::ptrdiff_t>(known.examined),
                  known.tables.end());
    known.examined = known.tables.size();
  }
  if (tables.empty() || !is_small(connection)) return;
  for (const std::string& table : tables) examine(connection, table);
}

}  // namespace prodev::db
