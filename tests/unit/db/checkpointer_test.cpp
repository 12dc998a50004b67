#include "db/checkpointer.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "catch.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

constexpr auto kPageBytes = 4'096;

// Commits of one page each.
void commit_pages(Connection& writer, int count) {
  for (int i = 0; i < count; ++i)
    REQUIRE(writer.execute("INSERT INTO t VALUES (randomblob(3000))"));
}

}  // namespace

TEST_CASE("the log is copied into the file beside the writer, and used again") {
  test::TempFolder folder;
  const std::string path = folder.path("x.db");
  Connection writer = std::move(*Connection::open(path, OpenMode::kCreate, Durability::kNormal));
  REQUIRE(writer.execute("CREATE TABLE t (x)"));
  const auto checkpointer = std::move(*Checkpointer::start(path, writer));
  const auto log_bytes = [&] { return std::filesystem::file_size(path + "-wal"); };
  commit_pages(writer, Checkpointer::kPages);
  // Once all of it is in the file, the log begins again from its start instead of growing.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (auto before = log_bytes();; before = log_bytes()) {
    commit_pages(writer, 10);
    if (log_bytes() == before) break;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(std::filesystem::file_size(path) > Checkpointer::kPages * kPageBytes / 2);
}

}  // namespace prodev::db
