// Rest: /rest/v1/TABLE and /rest/v1/rpc/NAME, speaking PostgREST's protocol.
//
// Reads run on the loop that they arrived on once they are known to be quick, else on the read
// lane.
// Writes are parsed and lowered on the loop and run on the write lane. So do functions, by what
// they do. Rows that a write must look for are found on the read lane first.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "base/budget.h"
#include "base/temporary_store.h"
#include "db/batch_writer.h"
#include "db/reader.h"
#include "http/encoder.h"
#include "http/request.h"
#include "http/response.h"
#include "records/call.h"
#include "records/read.h"
#include "records/schema.h"
#include "rest/expensive_work.h"
#include "rest/recent.h"
#include "rest/request_options.h"
#include "rest/room.h"
#include "rest/writes.h"

namespace prodev::rest {

struct RestOptions {
  std::string prefix = "/rest/v1/";
  size_t loops = 1;
  int64_t loop_budget_ns = 2'000'000;        // of a read on a loop
  size_t loop_body_bytes = 262'144;          // of a response made on a loop
  uint64_t loop_memory_bytes = 8'388'608;    // of SQLite, while it is made
  int64_t read_timeout_ns = 10'000'000'000;  // of a read on the read lane, or of a write
  int64_t write_hold_ns = 500'000'000;       // of a write that others wait for
  uint64_t max_body_bytes = 16'777'216;      // of a request, decoded
  size_t body_memory_bytes = 1'048'576;      // of a response; what is longer goes to a file
  uint64_t max_response_bytes = 1'073'741'824;
  std::shared_ptr<base::TemporaryStore> temporary;  // shared with the bodies of requests
  std::shared_ptr<base::Budget> memory;             // of requests in hand; shared likewise
  uint64_t max_write_rows = 50'000;                 // of one request; 0: no limit
  size_t max_target_bytes = 8'192;                  // of a URL that the server takes
  bool allow_unfiltered_writes = false;
  uint64_t max_rows = 0;  // of a read; 0: no limit
  bool plan_enabled = false;
  bool server_timing = false;
  size_t compress_min_bytes = 1'024;  // of rows; 0: they are never compressed
};

class Rest {
 public:
  // Opens a reader for each loop. `cursor_key` signs cursors (cursor.h). The references outlive
  // this; `writer` is used on the write lane only. `schema` is renewed when it is found outdated.
  static base::Result<std::unique_ptr<Rest>> make(const RestOptions& options,
                                                  records::CurrentSchema& schema,
                                                  const std::string& database_path,
                                                  db::BatchWriter& writer,
                                                  const auth::Authenticator& authenticator,
                                                  const auth::SigningKey& cursor_key);

  // The handler of all of its routes, for the inline lane.
  void handle(const http::Request& request, http::Response& response);

  // What handle() would refuse whatever the body: a token that is not right, a table or function
  // that is not there or not the caller's to write or call. False: answered. On a loop.
  bool check_head(const http::Request& request, http::Response& response);

 private:
  // What is read: a table, or the result of a function.
  struct Target {
    const catalog::Table* table = nullptr;  // of the schema in force
    std::optional<records::Call> function;
  };
  // A read, or the call of a function that writes, that leaves its loop.
  struct Call {
    auth::Identity identity;
    records::SchemaPointer schema;
    Target target;
    RequestOptions options;
    bool want_rows = true;     // false: HEAD
    uint64_t rows_before = 0;  // of the page, when it begins at a cursor
    Timing timing{false, 0};
    std::shared_ptr<const base::Budget::Lease> memory{};  // of long arguments; of all copies
    std::string location{};  // of a table: what Content-Location says (canonical_location())
  };
  // A read that is ready to run, for any caller of its role.
  struct PreparedRead {
    Call call;  // the identity and the timing are of no one
    // None: of a function, or not to be lowered on a loop. Refers to the call.
    std::optional<records::LoweredRead> lowered;
    bool is_for_pool = false;
  };
  // What one loop uses.
  struct Loop {
    std::unique_ptr<db::Reader> reader;
    auth::Authenticator authenticator;
    records::SchemaPointer schema;
    Recent<PreparedRead> prepared{};        // by all that they depend on but the schema
    std::string key{};                      // of the request in hand
    size_t last_body_bytes = 0;             // the next one is likely to need about as much room
    std::unique_ptr<http::Encoder> gzip{};  // made when it is first needed
    ExpensiveWork expensive{};
  };

  Rest(const RestOptions& options, records::CurrentSchema& schema, const std::string& database_path,
       db::BatchWriter& writer, const auth::SigningKey& cursor_key);

  // The schema in force, which `loop` keeps from now on.
  const records::Schema& refresh(Loop& loop) const;
  // For work on the pool. To be taken before its memory is counted: the schema is not its own.
  base::Result<db::ReaderPool::Lease> take_reader(const records::Schema& schema);
  // PGRST125 where the path names none.
  static query::Outcome<void> check_name(const std::string& table);
  // What OPTIONS answers.
  query::Outcome<void> describe_table(const http::Request& request, http::Response& response);
  // Answers, or leaves it to another lane, or tells why not. On a loop.
  void answer(const http::Request& request, const auth::Identity& identity, Timing timing,
              http::Response& response);
  // The same, but that an error is still to be told.
  query::Outcome<void> answer_here(const http::Request& request, const auth::Identity& identity,
                                   Timing timing, http::Response& response);
  // nullptr: answered with 401.
  const auth::Identity* identify(const http::Request& request, http::Response& response);
  query::Outcome<std::shared_ptr<WriteCall>> make_write(const http::Request& request,
                                                        const std::string& name,
                                                        const auth::Identity& identity,
                                                        const records::SchemaPointer& schema,
                                                        Timing timing);
  query::Outcome<void> judge_head(const http::Request& request, const auth::Identity& identity);
  query::Outcome<void> check_plan(const MediaType& media, const auth::Identity& identity) const;

  // rest_again.cpp
  // Nothing where it is `done`. Else tells the error, unless it is that the schema has changed
  // (records/outdated.h), and only just: then the request is answered from its beginning by the new
  // one, on the read lane.
  void finish(const query::Outcome<void>& done, const http::Request& request,
              const auth::Identity& identity, http::Response& response);
  query::Outcome<void> answer_again(const http::Request& request, const auth::Identity& identity,
                                    http::Response& response);
  // Of what its loop has no time for.
  void answer_behind(const auth::Identity& identity, http::Response& response);
  query::Outcome<void> read_again(const http::Request& request, const std::string& name,
                                  const auth::Identity& identity,
                                  const records::SchemaPointer& schema, Timing timing,
                                  http::Response& response);
  base::Result<void> renew_schema();

  // rest_reads.cpp
  // A read of the table that the path names.
  query::Outcome<std::unique_ptr<PreparedRead>> make_read(const http::Request& request,
                                                          const std::string& name,
                                                          const auth::Identity& identity,
                                                          const records::SchemaPointer& schema,
                                                          Timing timing) const;
  query::Outcome<void> prepare_page(const http::Request& request, std::string_view role,
                                    Call& call) const;
  // What its loop keeps of the same question; `key` of the loop is its key. nullptr: nothing.
  const PreparedRead* find_prepared(const http::Request& request, const auth::Identity& identity);
  // Parses, unless the same was asked before, and runs.
  query::Outcome<void> read_table(const http::Request& request, const std::string& name,
                                  const auth::Identity& identity, Timing timing,
                                  http::Response& response);
  query::Outcome<void> read_function(const http::Request& request, Call call,
                                     http::Response& response);
  // Completes `prepared`, which has what was asked.
  query::Outcome<void> prepare(const http::Request& request, std::string_view role,
                               PreparedRead& prepared) const;
  // Tells the plan, on the read lane.
  query::Outcome<void> explain(Call call, const auth::Identity& identity, http::Response& response);
  // False: it goes on on the read lane.
  query::Outcome<bool> run_on_loop(const http::Request& request, const PreparedRead& prepared,
                                   const auth::Identity& identity, Timing timing,
                                   http::Response& response);
  void continue_on_pool(const Call& call, const auth::Identity& identity, Timing timing,
                        http::Response& response);
  // For what `call` takes beside its arguments.
  base::Budget::Lease memory_beside(const http::Request& request, const Call& call) const;
  query::Outcome<void> read_on_pool(const http::Request& request, const Call& call,
                                    http::Response& response);
  query::Outcome<void> explain_on_pool(const http::Request& request, const Call& call,
                                       const auth::Identity& identity, http::Response& response);
  static query::Outcome<records::ReadResult> read_target(const Call& call,
                                                         const auth::Identity& identity,
                                                         const records::ReadOptions& options,
                                                         records::ReadSession session,
                                                         std::string& body);
  records::ReadOptions read_options(const Call& call) const;
  query::Outcome<void> describe(const http::Request& request, Timing timing, const Call& call,
                                const records::ReadResult& result, http::Response& response) const;
  static bool complete(const Call& call, const records::ReadResult& result, std::string& body);
  // Whether rows of `bytes` bytes are compressed for clients that take it.
  bool may_encode(size_t bytes) const;
  query::Outcome<void> send(const http::Request& request, Loop& loop, HeldBody rows,
                            const Call& call, http::Response& response) const;
  query::Outcome<void> keep_body(const http::Request& request, uint64_t beside, std::string body,
                                 const std::string& type, http::Response& response) const;

  // rest_calls.cpp
  query::Outcome<void> call_function(const http::Request& request, const auth::Identity& identity,
                                     std::string_view name, http::Response& response);
  // Of a body that is not for the loop.
  query::Outcome<void> start_long_call(const http::Request& request, const auth::Identity& identity,
                                       const records::SchemaPointer& schema, std::string_view name,
                                       http::Response& response);
  // `memory`: of a long body, on the read lane; none: on the loop.
  query::Outcome<void> start_call(const http::Request& request, const auth::Identity& identity,
                                  const records::SchemaPointer& schema, std::string_view name,
                                  std::string_view body,
                                  std::shared_ptr<const base::Budget::Lease> memory,
                                  http::Response& response);
  query::Outcome<void> write_function(const http::Request& request, const Call& call,
                                      http::Response& response);

  query::Outcome<void> write(const http::Request& request, const std::shared_ptr<WriteCall>& call,
                             http::Response& response);
  // The body, read from its file and decoded as need be: not on a loop. `memory` holds it.
  query::Outcome<std::string> whole_body(const http::Request& request,
                                         base::Budget::Lease& memory) const;
  // The same on another lane, where it may wait.
  query::Outcome<void> write_behind(const http::Request& request,
                                    const std::shared_ptr<WriteCall>& call,
                                    http::Response& response);
  query::Outcome<void> submit_write(const std::shared_ptr<const WriteCall>& call,
                                    std::string_view content_type, std::string_view body,
                                    http::Response& response);

  const RestOptions options_;
  records::CurrentSchema& current_schema_;
  db::ReaderPool pool_;
  db::BatchWriter& writer_;
  const auth::SigningKey cursor_key_;
  records::QuickQueries quick_;
  std::vector<Loop> loops_;
};

}  // namespace prodev::rest
