#include "records/schema.h"

#include "db/schema_number.h"
#include "telemetry/log.h"

namespace prodev::records {

namespace {

base::Result<Schema> load_parts(db::Connection& connection) {
  Schema schema;
  TRY_ASSIGN(schema.number, db::schema_number(connection));
  TRY_ASSIGN(schema.catalog, catalog::Catalog::load(connection));
  TRY_ASSIGN(schema.rules, access::Rules::load(connection));
  return schema;
}

}  // namespace

base::Result<Schema> Schema::load(db::Connection& connection, uint64_t version) {
  TRY(connection.execute("BEGIN"));
  base::Result<Schema> schema = load_parts(connection);
  // Nothing was written. A COMMIT would fail for what is damaged.
  (void)connection.execute("ROLLBACK");
  if (schema) schema->version = version;
  return schema;
}

base::Result<void> CurrentSchema::reload(db::Connection& connection) {
  const std::lock_guard reloading(reloading_);
  return load(connection);
}

base::Result<void> CurrentSchema::renew(db::Connection& connection) {
  const std::lock_guard reloading(reloading_);
  TRY_ASSIGN(const int64_t number, db::schema_number(connection));
  if (number == get()->number) return {};
  TRY(load(connection));
  telemetry::log(telemetry::Level::kInfo, "the schema has changed and is in force");
  return {};
}

base::Result<void> CurrentSchema::load(db::Connection& connection) {
  TRY_ASSIGN(Schema schema, Schema::load(connection, version_.load() + 1));
  auto fresh = std::make_shared<const Schema>(std::move(schema));
  const std::lock_guard lock(mutex_);
  schema_ = std::move(fresh);
  version_.store(schema_->version, std::memory_order_release);
  return {};
}

}  // namespace prodev::records
