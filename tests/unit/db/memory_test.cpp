#include "db/memory.h"

#include <thread>

#include "catch.h"
#include "db/connection.h"
#include "temp_folder.h"

using namespace prodev;
using Grant = base::Budget::Grant;

namespace {

db::Connection open(const prodev::test::TempFolder& folder) {
  auto connection = db::Connection::open(folder.path() + "/a.db", db::OpenMode::kCreate);
  REQUIRE(connection);
  return std::move(*connection);
}

// Whether a value of `bytes` bytes can be made.
bool can_make(db::Connection& connection, size_t bytes) {
  auto statement = connection.prepare("SELECT zeroblob(" + std::to_string(bytes) + ") || ''");
  return statement && statement->step();
}

}  // namespace

TEST_CASE("a statement under a limit ends when it takes more, and the connection goes on") {
  const test::TempFolder folder;
  db::Connection connection = open(folder);
  {
    const db::MemoryLimit limit(8 << 20);
    CHECK(can_make(connection, 1 << 20));
    CHECK(db::memory_refusal() == Grant::kGranted);
    CHECK_FALSE(can_make(connection, 16 << 20));
    CHECK(db::memory_refusal() == Grant::kTooMuch);
    CHECK(can_make(connection, 1 << 20));
  }
  CHECK(can_make(connection, 16 << 20));
}

TEST_CASE("what was freed counts no more") {
  const test::TempFolder folder;
  db::Connection connection = open(folder);
  const db::MemoryLimit limit(8 << 20);
  for (int i = 0; i < 50; ++i) CHECK(can_make(connection, 2 << 20));
}

TEST_CASE("a lease holds what is taken, and says whether it is too much or busy") {
  const test::TempFolder folder;
  db::Connection connection = open(folder);
  base::Budget budget({32 << 20, 16 << 20});
  {
    base::Budget::Lease lease(budget, {1});
    const db::MemoryLimit limit(lease);
    CHECK(can_make(connection, 4 << 20));
    CHECK(budget.used() >= 4 << 20);
    CHECK_FALSE(can_make(connection, 64 << 20));
    CHECK(db::memory_refusal() == Grant::kTooMuch);
  }
  CHECK(budget.used() == 0);
  base::Budget::Lease other(budget, {1});
  REQUIRE(other.grow_to(15 << 20) == Grant::kGranted);
  base::Budget::Lease lease(budget, {1});
  const db::MemoryLimit limit(lease);
  CHECK_FALSE(can_make(connection, 8 << 20));
  CHECK(db::memory_refusal() == Grant::kBusy);
}

TEST_CASE("memory of functions counts as that of SQLite") {
  const db::MemoryLimit limit(8 << 20);
  CHECK(db::take_memory(6 << 20));
  CHECK_FALSE(db::take_memory(6 << 20));
  db::give_memory(6 << 20);
  CHECK(db::take_memory(6 << 20));
  db::give_memory(6 << 20);
}

TEST_CASE("a limit is of one thread") {
  const test::TempFolder folder;
  db::Connection connection = open(folder);
  const db::MemoryLimit limit(1 << 20);
  bool made = false;
  std::thread([&] { made = can_make(connection, 16 << 20); }).join();
  CHECK(made);
}
