#include "db/analyzer.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/clock.h"
#include "db/client_rules.h"
#include "telemetry/log.h"

namespace prodev::db {

base::Result<void> analyze(Connection& connection) {
  const TrustedScope trusted(connection);
  return connection.execute("PRAGMA analysis_limit = 1000; ANALYZE");
}

bool Analyzer::run_when_due() {
  const int64_t changes = ::sqlite3_total_changes64(writer_.handle());
  if (changes - last_changes_ < kLeastChanges) return false;
  const int64_t begin_ns = base::monotonic_ns();
  if (begin_ns < next_ns_) return false;
  const base::Result<void> analyzed = analyze(writer_);
  const int64_t end_ns = base::monotonic_ns();
  next_ns_ = end_ns + std::max(kLeastPause_ns, 100 * (end_ns - begin_ns));
  last_changes_ = ::sqlite3_total_changes64(writer_.handle());
  if (!analyzed) {
    telemetry::log(telemetry::Level::kWarn, "the statistics could not be renewed",
                   {{"error", analyzed.error().message}});
  }
  return analyzed.has_value();
}

}  // namespace prodev::db
