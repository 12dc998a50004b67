#include "records/schema.h"

namespace prodev::records {

base::Result<Schema> Schema::load(db::Connection& connection, uint64_t version) {
  Schema schema;
  schema.version = version;
  TRY_ASSIGN(schema.catalog, catalog::Catalog::load(connection));
  TRY_ASSIGN(schema.rules, access::Rules::load(connection));
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
