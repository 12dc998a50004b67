#include "base/temporary_store.h"

#include <unistd.h>

#include <filesystem>

#include "base/budget_clients.h"
#include "catch.h"
#include "temp_folder.h"

using prodev::base::Budget;
using prodev::base::Code;
using prodev::base::TemporaryStore;
using prodev::test::kAda;
using prodev::test::kBob;
using prodev::test::kStep;

TEST_CASE("a temporary file holds what was written, and its room until it is closed") {
  const prodev::test::TempFolder folder;
  TemporaryStore store(folder.path(), {10 * kStep, 6 * kStep});
  {
    auto file = store.make(kAda);
    REQUIRE(file);
    REQUIRE(file->write(std::string(2 * kStep, 'a')));
    REQUIRE(file->write("b"));
    CHECK(file->size() == 2 * kStep + 1);
    CHECK(store.used() == 3 * kStep);
    char last = 0;
    CHECK(::pread(file->file(), &last, 1, 2 * kStep) == 1);
    CHECK(last == 'b');
  }
  CHECK(store.used() == 0);
}

TEST_CASE("a file beyond a client's part is too large, and one beyond what is left has to wait") {
  const prodev::test::TempFolder folder;
  TemporaryStore store(folder.path(), {10 * kStep, 6 * kStep});
  auto one = store.make(kAda);
  auto two = store.make(kBob);
  REQUIRE((one && two));
  const auto large = one->write(std::string(7 * kStep, 'a'));
  REQUIRE_FALSE(large);
  CHECK(large.error().code == Code::kTooLarge);
  REQUIRE(one->write(std::string(6 * kStep, 'a')));
  const auto busy = two->write(std::string(5 * kStep, 'a'));
  REQUIRE_FALSE(busy);
  CHECK(busy.error().code == Code::kBusy);
  CHECK(two->size() == 0);
  REQUIRE(two->write(std::string(4 * kStep, 'a')));
}

TEST_CASE("temporary files leave an eighth of the disk, within bounds, and room for writes") {
  using prodev::base::disk_reserve;
  constexpr uint64_t kMiB = 1 << 20, kGiB = 1 << 30;
  CHECK(disk_reserve(80 * kMiB, 16 * kMiB) == 64 * kMiB);
  CHECK(disk_reserve(kGiB, 16 * kMiB) == 128 * kMiB);
  CHECK(disk_reserve(1'000 * kGiB, 16 * kMiB) == 256 * kMiB);
  CHECK(disk_reserve(1'000 * kGiB, kGiB) == kGiB + 48 * kMiB);
}

TEST_CASE("the room of a long file is given back when it is closed, which holds nobody up") {
  const prodev::test::TempFolder folder;
  const std::string megabyte(1 << 20, 'a');
  {
    TemporaryStore store(folder.path());
    {
      auto one = store.make(kAda);
      auto two = store.make(kBob);
      REQUIRE((one && two));
      for (int i = 0; i < 3; ++i) REQUIRE((one->write(megabyte) && two->write(megabyte)));
      *one = std::move(*two);  // what it was is closed
      CHECK(one->size() == 3 * megabyte.size());
    }
    for (int i = 0; i < 5'000 && store.used() > 0; ++i) ::usleep(1'000);
    CHECK(store.used() == 0);
    auto last = store.make(kAda);
    REQUIRE(last);
    for (int i = 0; i < 3; ++i) REQUIRE(last->write(megabyte));
  }
  // The store has ended with what it had yet to close.
  CHECK(std::filesystem::is_empty(folder.path()));
}
