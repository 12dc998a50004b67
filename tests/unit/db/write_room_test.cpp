#include "db/write_room.h"

#include <thread>

#include "base/clock.h"
#include "catch.h"
#include "db/log_hold.h"
#include "temp_folder.h"

namespace prodev::db {

TEST_CASE("writes are refused while a reader holds a long log, and for want of room on the disk") {
  test::TempFolder folder;
  const std::string path = folder.path("x.db");
  Connection writer = std::move(*Connection::open(path, OpenMode::kCreate, Durability::kNormal));
  REQUIRE(writer.execute("CREATE TABLE t (x)"));
  const auto log = std::move(*Checkpointer::start(path, writer, 1 << 20));
  WriteRoom room(path, {1 << 20, 0}, *log);
  CHECK(room.check());
  Connection reader = std::move(*Connection::open(path, OpenMode::kReadOnly));
  REQUIRE(reader.execute("BEGIN; SELECT * FROM t"));
  for (int i = 0; i < 20 && room.refusal().empty(); ++i) {
    REQUIRE(writer.execute("INSERT INTO t VALUES (randomblob(100000))"));
    log->reset_long_log();
  }
  CHECK(room.refusal().find("max_wal_bytes") != std::string::npos);
  CHECK(room.check().error().code == base::Code::kUnavailable);
  CHECK(log->pending_pages() > 0);
  CHECK(log_readers(path) == "a read of this server");
  REQUIRE(reader.execute("COMMIT"));
  const int64_t give_up_ns = base::monotonic_ns() + 20'000'000'000;
  while ((!room.refusal().empty() || log->pending_pages() > 0) &&
         base::monotonic_ns() < give_up_ns) {
    log->reset_long_log();  // leaves it for the next time while the checkpointer is at it
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(room.check());
  CHECK(log->pending_pages() == 0);

  const WriteRoom full(path, {1 << 20, *free_bytes(path) + (1ULL << 40)}, *log);
  CHECK(full.refusal().find("min_free_bytes") != std::string::npos);
  const WriteRoom gone(folder.path("no/such/x.db"), {1 << 20, 1}, *log);
  CHECK(gone.refusal().empty());
}

}  // namespace prodev::db
