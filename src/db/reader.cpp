#include "db/reader.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "db/client_rules.h"
#include "db/deadline.h"

namespace prodev::db {

namespace {

constexpr size_t kStatements = 512;
constexpr int kInstructionsBetweenChecks = 4'000;  // some tens of microseconds

}  // namespace

Reader::Reader(Connection connection)
    : connection_(std::move(connection)), statements_(connection_, kStatements) {
  ::sqlite3_progress_handler(connection_.handle(), kInstructionsBetweenChecks, check_deadline,
                             this);
}

base::Result<std::unique_ptr<Reader>> Reader::open(const std::string& path, ConnectionSetup setup) {
  TRY_ASSIGN(Connection connection, Connection::open(path, OpenMode::kReadOnly));
  if (setup != nullptr) TRY(setup(connection));
  restrict_to_client_statements(connection);
  return std::unique_ptr<Reader>(new Reader(std::move(connection)));
}

void Reader::set_deadline(int64_t deadline_ns) {
  deadline_ns_ = deadline_ns;
  set_thread_deadline(connection_.handle(), deadline_ns);
}

int Reader::check_deadline(void* reader) {
  const int64_t deadline_ns = static_cast<Reader*>(reader)->deadline_ns_;
  return deadline_ns != 0 && base::monotonic_ns() > deadline_ns ? 1 : 0;
}

base::Result<ReaderPool::Lease> ReaderPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(reader));
    }
  }
  TRY_ASSIGN(std::unique_ptr<Reader> reader, Reader::open(path_, setup_));
  return Lease(*this, std::move(reader));
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
  reader->set_deadline(0);
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace prodev::db
