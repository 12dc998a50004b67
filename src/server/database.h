// The database of a server: the file, its schema, and what reads and writes it.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "auth/issuer.h"
#include "auth/keys.h"
#include "base/result.h"
#include "config/settings.h"
#include "db/analyzer.h"
#include "db/batch_writer.h"
#include "db/checkpointer.h"
#include "db/write_room.h"
#include "http/lanes.h"
#include "openapi/openapi.h"
#include "records/schema.h"
#include "rest/rest.h"
#include "server/schema_watch.h"
#include "server/site_options.h"
#include "telemetry/metrics.h"

namespace prodev::server {

// Undone in reverse: the readers go before the writer, whose end empties the log.
struct Database {
  explicit Database(auth::Keys own_keys) : keys(std::move(own_keys)) {}

  std::string path;
  auth::Keys keys;
  records::CurrentSchema schema;
  std::unique_ptr<db::BatchWriter> writer;
  std::unique_ptr<db::Checkpointer> checkpointer;
  std::unique_ptr<db::WriteRoom> room;
  std::unique_ptr<db::Analyzer> analyzer;  // null: the statistics are left alone
  std::unique_ptr<rest::Rest> rest;
  std::unique_ptr<openapi::Openapi> openapi;
  std::unique_ptr<auth::Issuer> issuer;
  std::unique_ptr<SchemaWatch> watch;

  // Runs a batch of the write lane, on its thread; `others_wait`: whether more than it is queued.
  // kUnavailable where there is no room for more.
  base::Result<void> run(http::Batch batch, const std::function<bool()>& others_wait);

  // Figures of the log and the disk, for as long as `metrics` is asked for them.
  void add_metrics(telemetry::Metrics& metrics) const;
};

struct DatabaseOptions {
  std::string data_dir;
  Room room;
  size_t loops = 1;
};

// Opens or makes the database, applies what is pending of the schema folder (told to `out`), and
// starts what works on it. Errors name the file and how to mend it; nothing is changed then but by
// the schema files that were applied whole.
base::Result<std::unique_ptr<Database>> open_database(const config::Settings& settings,
                                                      const DatabaseOptions& options,
                                                      std::ostream& out);

}  // namespace prodev::server
