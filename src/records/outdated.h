// What was lowered by one schema is told only when it ran on that schema: on any other the policies
// and columns in it are not those of the rows.
#pragma once

#include <cstdint>

#include "db/batch_writer.h"
#include "db/reader.h"
#include "query/api_error.h"

namespace prodev::records {

// PGRST002, as PostgREST says while it reads the schema: the database is of another than the one
// in force. By the next one the request may be answered.
query::ApiError outdated();
bool is_outdated(const query::ApiError& error);

// outdated() unless what `reader` read until now was of schema number `schema`. Errors, too, are
// to be told only then.
query::Outcome<void> check_schema(db::Reader& reader, int64_t schema);
// The same before a request writes, in the transaction of `writer`.
query::Outcome<void> check_schema(const db::BatchWriter& writer, int64_t schema);

// `outcome` of what `reader` has read, if it may be told.
template <class T>
query::Outcome<T> checked(query::Outcome<T> outcome, db::Reader& reader, int64_t schema) {
  TRY(check_schema(reader, schema));
  return outcome;
}

}  // namespace prodev::records
