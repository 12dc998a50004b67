#include "server/changed_files.h"

#include <algorithm>

#include "db/migrations.h"
#include "server/kept_copies.h"

namespace prodev::server {

namespace {

bool is_changed(const std::vector<db::MigrationStatus>& statuses, int64_t number) {
  return std::any_of(statuses.begin(), statuses.end(), [&](const db::MigrationStatus& status) {
    return status.number == number && status.state == db::MigrationState::kChanged;
  });
}

// Whether what has changed, and all that was applied after it, can be undone.
base::Result<bool> can_redo(const config::Settings& settings, db::Connection& connection,
                            const std::vector<db::MigrationStatus>& statuses) {
  const KeptCopies copies(settings);
  TRY_ASSIGN(std::vector<db::MigrationRecord> loaded, db::load_records(connection));
  const std::vector<db::MigrationRecord> records = copies.as_applied(std::move(loaded));
  bool found = false;
  for (size_t i = 0; i < records.size(); ++i) {
    found = found || is_changed(statuses, records[i].number);
    if (found && !copies.fit(records, i)) return false;
  }
  return found;
}

}  // namespace

base::Result<void> check_files(const config::Settings& settings, db::Connection& connection,
                               const std::vector<db::MigrationStatus>& statuses) {
  base::Result<void> applicable = db::check_applicable(statuses);
  const bool any_changed = std::any_of(statuses.begin(), statuses.end(), [](const auto& status) {
    return status.state == db::MigrationState::kChanged;
  });
  if (applicable || !any_changed) return applicable;
  TRY_ASSIGN(const bool redo, can_redo(settings, connection, statuses));
  return base::fail(applicable.error().code,
                    applicable.error().message + (redo ? ". While developing: prodev migrate redo"
                                                       : way_to_start_anew(settings)));
}

std::string way_to_start_anew(const config::Settings& settings) {
  if (!settings.db_file.empty()) return {};
  return ". While developing, to start anew without the rows that were written: stop prodev, "
         "remove " +
         config::effective_db_file(settings) + "*, keep " + config::effective_data_dir(settings) +
         "/keys, and start it again";
}

}  // namespace prodev::server
