// What a schema folder that is being worked on asks for: which of the files that are applied are
// undone, and what is done after them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"
#include "db/migrations.h"
#include "server/kept_copies.h"

namespace prodev::server {

struct DevelopmentPlan {
  std::vector<db::MigrationRecord> undone;  // as they were applied
  bool has_seed = false;                    // among these
  bool leaves_seed = false;  // it has changed, and cannot be undone: as if it had no file
  bool has_pending = false;
  bool is_too_large = false;  // the database, for copies
  std::string waits_for;      // a file that is empty at the moment; the rest is not filled in then
};

// Changes nothing. `redo`: the newest file is among those that are undone. kConflict where what is
// to be undone cannot be, for want of a copy from before it, and where there is nothing to redo; as
// db::check_applicable() for a file that is gone.
base::Result<DevelopmentPlan> make_plan(const config::Settings& settings,
                                        db::Connection& connection, const KeptCopies& copies,
                                        const std::vector<db::MigrationFile>& files, bool redo);

}  // namespace prodev::server
