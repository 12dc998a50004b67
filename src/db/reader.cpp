#include "db/reader.h"

#include <sqlite3.h>

#include <thread>

#include "base/clock.h"
#include "base/giving_way.h"
#include "base/thread_work.h"
#include "db/client_rules.h"
#include "db/statement_watch.h"

namespace prodev::db {

namespace {

constexpr size_t kCachedStatements = 512;
constexpr int kFirstTurns = 2;  // in which a read counts as beginning, and need not give way

// The time of a loop's read is over: has it worked, or did others have the core? What it did until
// now is not known (to ask before each read would cost more than most take), so it is watched for a
// while longer.
constexpr int64_t kWatched_ns = 1'000'000;
thread_local int64_t watched_from_ns = 0;  // of the thread's CPU time; 0: it is not watched

bool has_worked(int64_t now_ns, int64_t& deadline_ns) {
  const int64_t work_ns = base::thread_work().cpu_ns;
  if (watched_from_ns != 0 && work_ns - watched_from_ns >= kWatched_ns / 2) return true;
  watched_from_ns = work_ns;
  deadline_ns = now_ns + kWatched_ns;
  return false;
}

// All cores but one.
size_t turns_at_once() {
  const unsigned cores = std::thread::hardware_concurrency();
  return cores > 1 ? cores - 1 : 1;
}

}  // namespace

Reader::Reader(Connection connection, Turns* turns, const ReaderLimits& limits)
    : connection_(std::move(connection)),
      statements_(connection_, kCachedStatements),
      turns_(turns),
      limits_(limits),
      schema_number_(connection_, statements_) {
  look_at_time(true);
  if (limits.value_bytes > 0)
    ::sqlite3_limit(connection_.handle(), SQLITE_LIMIT_LENGTH, limits.value_bytes);
}

base::Result<std::unique_ptr<Reader>> Reader::open(const std::string& path, ConnectionSetup setup,
                                                   Turns* turns, const ReaderLimits& limits) {
  TRY_ASSIGN(Connection connection, Connection::open(path, OpenMode::kReadOnly));
  // Of the many of a pool each has a small cache: together they are to stay within bounds.
  if (turns != nullptr) TRY(connection.execute("PRAGMA cache_size = -4000"));
  if (setup != nullptr) TRY(setup(connection));
  restrict_to_client_statements(connection);
  return std::unique_ptr<Reader>(new Reader(std::move(connection), turns, limits));
}

void Reader::set_deadline(int64_t deadline_ns) {
  end_turn();
  statements_.trim();
  deadline_ns_ = deadline_ns;
  watched_from_ns = 0;
  watch_thread({connection_.handle(), check_time, this, limits_.steps,
                turns_ != nullptr ? give_turn : nullptr});
  turns_had_ = 0;
  client_ = base::served_client();
  if (turns_ != nullptr) (void)take_turn(Turns::Read::kBegins);  // without one it ends at once
}

base::Result<void> Reader::learn_schema(int64_t schema) {
  if (learnt_schema_ == schema) return {};
  rest();
  const TrustedScope trusted(connection_);
  TRY_ASSIGN(Statement statement, connection_.prepare("SELECT 0 FROM sqlite_schema LIMIT 1"));
  look_at_time(false);
  const base::Result<bool> read = statement.step();
  look_at_time(true);
  TRY(read);
  learnt_schema_ = schema;
  return {};
}

void Reader::look_at_time(bool does) {
  ::sqlite3_progress_handler(connection_.handle(), does ? limits_.instructions : 0, check_time,
                             this);
}

// The number only grows: where it still is what it was before the statements ran, it was so for all
// of them, of whichever snapshots they were.
base::Result<bool> Reader::is_at(int64_t schema) {
  if (schema_number_.last() == schema && schema_number_.is_fresh()) return true;
  TRY_ASSIGN(const int64_t number, schema_number_.ask());
  return number == schema;
}

void Reader::rest() {
  end_turn();
  statements_.trim();
  deadline_ns_ = 0;
  unwatch_thread(connection_.handle());
}

// Not 0: the statement is to end.
int Reader::check_time(void* self) noexcept {
  Reader& reader = *static_cast<Reader*>(self);
  const int64_t now_ns = base::monotonic_ns();
  if (statements_end()) return 1;
  if (reader.deadline_ns_ != 0 && now_ns > reader.deadline_ns_)
    return reader.turns_ != nullptr || has_worked(now_ns, reader.deadline_ns_) ? 1 : 0;
  if (reader.turns_ == nullptr || now_ns < reader.turn_ends_ns_) return 0;
  const bool begins = reader.turns_had_ < kFirstTurns;
  if (!begins && base::must_give_way()) return 1;
  return reader.take_turn(begins ? Turns::Read::kBegins : Turns::Read::kGoesOn) ? 0 : 1;
}

// The next look at the time takes another one.
void Reader::give_turn(void* self) {
  Reader& reader = *static_cast<Reader*>(self);
  reader.end_turn();
  reader.turn_ends_ns_ = 0;
}

bool Reader::take_turn(Turns::Read read) {
  end_turn();
  if (!turns_->take(client_, read, deadline_ns_)) return false;
  has_turn_ = true;
  ++turns_had_;
  turn_began_ns_ = base::monotonic_ns();
  turn_ends_ns_ = turn_began_ns_ + Turns::kTurn_ns;
  return true;
}

void Reader::end_turn() {
  if (has_turn_) turns_->give(client_, base::monotonic_ns() - turn_began_ns_);
  has_turn_ = false;
}

ReaderPool::ReaderPool(std::string path, ConnectionSetup setup)
    : path_(std::move(path)), setup_(setup), turns_(turns_at_once()) {}

base::Result<ReaderPool::Lease> ReaderPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(reader));
    }
  }
  TRY_ASSIGN(std::unique_ptr<Reader> reader, Reader::open(path_, setup_, &turns_));
  return Lease(*this, std::move(reader));
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
  reader->rest();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace prodev::db
