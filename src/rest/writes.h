// A request that writes to a table: from its options and body to what the write lane runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "base/budget.h"
#include "db/batch_writer.h"
#include "db/write_hold.h"
#include "http/response.h"
#include "records/schema.h"
#include "records/write.h"
#include "rest/request_options.h"
#include "rest/room.h"
#include "rest/timing.h"

namespace prodev::rest {

struct WriteCall {
  auth::Identity identity;
  records::SchemaPointer schema;
  const catalog::Table* table = nullptr;  // of `schema`
  RequestOptions options;
  http::Method method = http::Method::kPost;
  std::string location;         // the URL of the table
  size_t max_target_bytes = 0;  // of a URL that the server takes
  Timing timing{false, 0};
  db::WriteTime time{};
  uint64_t max_rows = 0;                        // of the body; 0: no limit
  std::unique_ptr<base::Budget::Lease> memory;  // of the body and its rows
  Wait wait = Wait::kNo;                        // for it, where it runs
  base::Budget* all_memory = nullptr;           // where `memory` is of
  base::Budget::Client client{};
};

// What a request writes. Rows cannot be merged into a view: a PUT changes the row that is there,
// and `if_none` adds it where there is none.
struct RequestedWrite {
  records::PreparedWrite write;
  std::optional<records::PreparedWrite> if_none{};
};

// Refuses what `call` cannot mean whatever its body: 21000 for a change of every row unless
// `allow_unfiltered`, PGRST105 and PGRST114 for a PUT. Drops preferences that do not apply.
query::Outcome<void> check_write(WriteCall& call, bool allow_unfiltered);

// 42501 when the caller may write no row, whatever the row: for lack of the privilege, or of a
// policy that lets a new row in. Where policies only hide rows there is nothing to refuse.
query::Outcome<void> check_rights(const WriteCall& call);

// What the write lane expects by (http::WriteKind): which statement it is, with how long a body.
uint64_t kind_of_write(std::string_view statement, size_t body_bytes);

// Judges check_rights() before it looks at `body`.
query::Outcome<RequestedWrite> prepare_write(const WriteCall& call, std::string_view content_type,
                                             std::string_view body);

// On the write lane: writes within `call.time` (57014, which ends the transaction), and fills in
// the response. Where a plan is asked for it is told
// instead, and nothing is kept of what `analyze` ran.
query::Outcome<void> run_write(const WriteCall& call, const RequestedWrite& requested,
                               db::BatchWriter& writer, http::Response& response);

}  // namespace prodev::rest
