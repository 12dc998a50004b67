#include "db/reader.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "catch.h"
#include "db/memory.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

constexpr std::string_view kLong =
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000000)"
    " SELECT count(*) FROM n";
constexpr int64_t kSecond_ns = 1'000'000'000;
constexpr Turns::Client kReads{1};

std::string empty_database(const test::TempFolder& folder) {
  const std::string path = folder.path("x.db");
  REQUIRE(Connection::open(path, OpenMode::kCreate));
  return path;
}

}  // namespace

TEST_CASE("long reads that take turns all come to their end") {
  const test::TempFolder folder;
  ReaderPool pool(empty_database(folder));
  std::atomic<int> finished = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto reader = pool.take();
      if (!reader) return;
      (*reader)->set_deadline(base::monotonic_ns() + 120 * kSecond_ns);
      const auto statement = (*reader)->statements().get(kLong);
      if (!statement) return;
      const StatementUse use(**statement);
      const auto row = (*statement)->step();
      if (row && *row && (*statement)->column_int(0) == 2'000'000) ++finished;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(finished == 4);
}

TEST_CASE("a reader that is gone answers for no connection that gets its address") {
  const test::TempFolder folder;
  auto reader = std::move(*Reader::open(empty_database(folder)));
  const sqlite3* handle = reader->connection().handle();
  reader->set_deadline(1);
  // A reader without turns is seen to work first: its loop may have been without a core.
  bool ended = false;
  const int64_t patience_ns = base::monotonic_ns() + 10 * kSecond_ns;
  while (!ended && base::monotonic_ns() < patience_ns) ended = must_end(handle);
  CHECK(ended);
  reader.reset();
  CHECK_FALSE(must_end(handle));
}

TEST_CASE("a long schema that is learnt beforehand takes nothing of what a short read may have") {
  const test::TempFolder folder;
  const std::string path = empty_database(folder);
  const auto hasty = *Reader::open(path, nullptr, nullptr, kLoopLimits);
  const auto learned = *Reader::open(path, nullptr, nullptr, kLoopLimits);
  auto writer = *Connection::open(path, OpenMode::kCreate);
  std::string tables;
  for (int i = 0; i < 1'000; ++i)
    tables += "CREATE TABLE t" + std::to_string(i) + " (id INTEGER PRIMARY KEY, a TEXT, b TEXT);";
  REQUIRE(writer.execute("BEGIN;" + tables + "COMMIT"));

  const auto short_read = [](Reader& reader) {
    const MemoryLimit limit(uint64_t{200'000});
    return reader.statements().get("SELECT count(*) FROM t1").has_value();
  };
  CHECK_FALSE(short_read(*hasty));
  CHECK_FALSE(short_read(*hasty));
  REQUIRE(learned->learn_schema(1));
  CHECK(short_read(*learned));
}

TEST_CASE("a read that gets no turn ends at its deadline, and gives back the one that it had") {
  const test::TempFolder folder;
  const std::string path = empty_database(folder);
  Turns turns(1);
  REQUIRE(turns.take(kReads, Turns::Read::kBegins, 0));
  {
    auto reader = Reader::open(path, nullptr, &turns);
    REQUIRE(reader);
    const auto statement = (*reader)->statements().get(kLong);
    REQUIRE(statement);
    (*reader)->set_deadline(base::monotonic_ns() + kSecond_ns / 10);  // waits in vain
    const StatementUse use(**statement);
    CHECK((*statement)->step().error().code == base::Code::kTimeout);
    turns.give(kReads, Turns::kTurn_ns);
    (*statement)->reset();
    (*reader)->set_deadline(base::monotonic_ns() + 120 * kSecond_ns);
    CHECK(*(*statement)->step());
  }
  CHECK(turns.take(kReads, Turns::Read::kBegins, base::monotonic_ns() + kSecond_ns));
}

}  // namespace prodev::db
