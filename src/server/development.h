// A schema folder that is being worked on: its newest files may be saved again and again.
//
// What a file did is undone by going back to the copy of the database that was kept before it; the
// files run again from there, and what was written to the database since is merged into the outcome
// (db/row_carry.h). All of this happens in a copy. Only when everything has worked is the database
// made into that copy, in one transaction and only if nobody has written meanwhile (else once more
// from the beginning): who uses it sees the old state or the new one.
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "db/connection.h"
#include "db/migrations.h"

namespace prodev::server {

struct DevelopmentReport {
  std::function<void(const db::AppliedMigration&)> applied;
  // A sentence about what was undone, what rows were kept and which were not, what waits.
  std::function<void(const std::string&)> note;
};

// Tells people: "applied   0002_b.sql  3 ms", and the notes.
DevelopmentReport report_to(std::ostream& out);

// Brings the database up to `files` (db::load_migrations_and_seed): applies what is pending, and
// does again those that have changed and what was applied after them, of which copies are kept.
// seed.sql is applied after them when it never was, and again when it has changed or is among what
// is done again; a new file runs on its rows. `redo`: the newest
// file is done again in any case. `stopping`, which may be null, ends it with kTimeout and nothing
// changed. Errors are those of apply_schema(); kConflict too for a file of which no copy is kept.
base::Result<void> develop_schema(const config::Settings& settings, db::Connection& connection,
                                  std::vector<db::MigrationFile> files,
                                  const DevelopmentReport& report, bool redo,
                                  const std::atomic<bool>* stopping);

}  // namespace prodev::server
