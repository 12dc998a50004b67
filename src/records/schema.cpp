#include "records/schema.h"

namespace prodev::records {

namespace {

int64_t read_number(db::Connection& connection, std::string_view sql) {
  base::Result<db::Statement> statement = connection.prepare(sql);
  if (!statement) return 0;
  const base::Result<bool> row = statement->step();
  return row && *row ? statement->column_int(0) : 0;
}

base::Result<Schema> load_parts(db::Connection& connection) {
  Schema schema;
  schema.state = schema_state(connection);
  TRY_ASSIGN(schema.catalog, catalog::Catalog::load(connection));
  TRY_ASSIGN(schema.rules, access::Rules::load(connection));
  return schema;
}

}  // namespace

std::string schema_state(db::Connection& connection) {
  const int64_t tables = read_number(connection, "PRAGMA schema_version");
  // 0 where the table is not there.
  const int64_t rules = read_number(connection, "SELECT max(number) FROM _prodev_migration");
  return std::to_string(tables) + " " + std::to_string(rules);
}

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
  TRY_ASSIGN(Schema schema, Schema::load(connection, version_.load() + 1));
  auto fresh = std::make_shared<const Schema>(std::move(schema));
  const std::lock_guard lock(mutex_);
  schema_ = std::move(fresh);
  version_.store(schema_->version, std::memory_order_release);
  return {};
}

}  // namespace prodev::records
