// QueryRun: runs a lowered read on a connection, writes its rows and finds how many there are.
#pragma once

#include <optional>
#include <string>

#include "base/thread_work.h"
#include "db/connection.h"
#include "db/statement_cache.h"
#include "query/lower.h"
#include "records/authorize.h"
#include "records/read.h"

namespace prodev::records {

// Where it runs. Belongs to its thread.
struct QueryTarget {
  db::Connection& connection;
  db::StatementCache& statements;
  bool in_transaction = false;  // else statements that must see the same rows are given a snapshot
  QuickQueries* quick = nullptr;  // what is quick here is noted there
  // Runs only what is noted. Over its budget a read is told to be so (ReadResult), else it fails.
  bool on_loop = false;
};

// Whether what this thread ran ended with `error` for the time, the bytes or the memory that it may
// take.
bool ran_out(const query::ApiError& error);

// `result` of what `session` has read, if it may be told (outdated.h). On a loop, whose limits are
// no client's concern, what ran out of them is over its budget in place of an error.
query::Outcome<ReadResult> checked_read(query::Outcome<ReadResult> result,
                                        const ReadSession& session, int64_t schema);

class QueryRun {
 public:
  // The references outlive this.
  QueryRun(const ReadOptions& options, QueryTarget target, const Caller& caller, std::string& body)
      : options_(options),
        target_(target),
        caller_(caller),
        scope_(caller.scope(target.connection)),
        body_(body) {}

  // Appends the rows to the body.
  query::Outcome<ReadResult> run(const LoweredRead& lowered);

 private:
  query::Outcome<void> read(const LoweredRead& lowered);
  // `before`: what the thread had done before the read, where that was measured.
  void note_speed(const LoweredRead& lowered, const std::optional<base::ThreadWork>& before) const;
  query::Outcome<db::RowStatement*> prepare(const catalog::Table& table,
                                            const query::LoweredQuery& query);
  query::Outcome<bool> step(const catalog::Table& table, db::RowStatement& statement);

  bool may_count(const LoweredRead& lowered) const;
  query::Outcome<void> figures(const LoweredRead& lowered);
  bool tell_from_window(const query::Read& read);
  query::Outcome<void> find_total(const LoweredRead& lowered);
  query::Outcome<uint64_t> table_rows(const catalog::Table& table);
  query::Outcome<void> read_count(const catalog::Table& table, const query::LoweredQuery& query);
  query::Outcome<void> write_rows(const LoweredRead& lowered);
  void note_key(const query::LoweredQuery& query, const db::RowStatement& row);

  const ReadOptions& options_;
  QueryTarget target_;
  const Caller& caller_;
  const db::CallerScope scope_;
  std::string& body_;
  ReadResult result_;
};

}  // namespace prodev::records
