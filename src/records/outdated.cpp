#include "records/outdated.h"

namespace prodev::records {

using query::Outcome;

namespace {
constexpr const char* kOutdated = "PGRST002";
}

query::ApiError outdated() {
  return {503,
          kOutdated,
          "The schema of the database has changed and is being read. Retrying.",
          {},
          "Ask again in a moment."};
}

bool is_outdated(const query::ApiError& error) { return error.code == kOutdated; }

Outcome<void> check_schema(db::Reader& reader, int64_t schema) {
  TRY_ASSIGN(const bool same, reader.is_at(schema));
  return same ? Outcome<void>() : query::refuse(outdated());
}

Outcome<void> check_schema(const db::BatchWriter& writer, int64_t schema) {
  return writer.schema_number() == schema ? Outcome<void>() : query::refuse(outdated());
}

}  // namespace prodev::records
