// Reader: a read-only connection with its prepared statements, and a limit on the time of a read.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "db/connection.h"
#include "db/schema_number.h"
#include "db/statement_cache.h"
#include "db/statement_watch.h"
#include "db/turns.h"

namespace prodev::db {

// Prepares a new connection for the statements to come, such as with SQL functions.
using ConnectionSetup = base::Result<void> (*)(Connection&);

// What a reader lets a statement do between two looks at the time. A value longer than
// `value_bytes` ends it (kTooLarge; 0: as client_rules.h says).
struct ReaderLimits {
  int instructions = 4'000;  // some tens of microseconds, while rows are short
  int value_bytes = 0;
  uint64_t steps = Watch::kNoLimit;  // of functions whose work depends on lengths, in all
};

// Of a reader that a loop waits for. Rows may be as wide as values are long, and a few instructions
// read one.
constexpr ReaderLimits kLoopLimits{500, 262'144, 2'000'000};

// Belongs to one thread at a time.
class Reader {
 public:
  // Opens `path` for statements made for clients (client_rules.h). With `turns`, which outlive it,
  // reads work in turns with others.
  static base::Result<std::unique_ptr<Reader>> open(const std::string& path,
                                                    ConnectionSetup setup = nullptr,
                                                    Turns* turns = nullptr,
                                                    const ReaderLimits& limits = {});
  ~Reader() { rest(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  StatementCache& statements() { return statements_; }
  Connection& connection() { return connection_; }

  const ReaderLimits& limits() const { return limits_; }

  // Statements that run past `deadline_ns` (base::monotonic_ns) end with kTimeout. 0: no limit.
  // With turns, waits for one of base::served_client()'s, and keeps one until the next call or
  // rest(); after some of them they end with kTimeout, too, where others come first
  // (base::must_give_way). Here and there statements are forgotten beyond what may be kept: none
  // may be in use. REQUIRES: on the thread that runs them.
  void set_deadline(int64_t deadline_ns);
  // Reads the schema of the database, unless it has done so for number `schema` (schema_number.h).
  // Else the first statement that meets a new schema does: for thousands of tables that takes more
  // time and memory than a loop's read may have, so it would be ended, and the next one as well.
  // Here no limit ends it; it is as much work as the schema is long, once for each number.
  base::Result<void> learn_schema(int64_t schema);
  // Whether all that was read until now, since number `schema` could be read, was of that schema
  // number (schema_number.h). Costs little where nothing was committed since it was last asked.
  // REQUIRES: no statement runs, and no transaction is open.
  base::Result<bool> is_at(int64_t schema);

  // No more statements for now. REQUIRES: on the thread of the last set_deadline().
  void rest();

 private:
  Reader(Connection connection, Turns* turns, const ReaderLimits& limits);
  static int check_time(void* reader) noexcept;
  void look_at_time(bool does);
  static void give_turn(void* reader);
  bool take_turn(Turns::Read read);
  void end_turn();

  Connection connection_;
  StatementCache statements_;
  int64_t deadline_ns_ = 0;
  Turns* turns_;
  const ReaderLimits limits_;
  SchemaNumber schema_number_;
  int64_t learnt_schema_ = -1;
  Turns::Client client_{};  // whose statements they are since set_deadline()
  bool has_turn_ = false;
  int turns_had_ = 0;  // since set_deadline()
  int64_t turn_began_ns_ = 0;
  int64_t turn_ends_ns_ = 0;
};

// Readers for threads that read now and then. Together they leave a core to others, where there
// are several. Any thread.
class ReaderPool {
 public:
  explicit ReaderPool(std::string path, ConnectionSetup setup = nullptr);

  // A reader that goes back to the pool when the lease ends.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Reader> reader)
        : pool_(&pool), reader_(std::move(reader)) {}
    ~Lease() {
      if (reader_) pool_->give_back(std::move(reader_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    Reader& operator*() { return *reader_; }
    Reader* operator->() { return reader_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Reader> reader_;
  };
  base::Result<Lease> take();

 private:
  void give_back(std::unique_ptr<Reader> reader);

  const std::string path_;
  const ConnectionSetup setup_;
  Turns turns_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;  // guarded by mutex_
};

}  // namespace prodev::db
