#include "db/batch_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "base/clock.h"
#include "catch.h"
#include "db/write_hold.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

class Database {
 public:
  Database()
      : writer_(open()), reader_(std::move(*Connection::open(path(), OpenMode::kReadOnly))) {}

  BatchWriter& writer() { return writer_; }
  base::Result<void> run(size_t count, const std::function<bool(size_t)>& request) {
    failed_.clear();
    return writer_.run(
        {count, request, [&](size_t i, const base::Error&) { failed_.push_back(i); }});
  }
  // The requests that the last batch was told to have failed.
  const std::vector<size_t>& failed() const { return failed_; }
  base::Result<void> insert(int x) {
    return writer_.connection().execute("INSERT INTO t VALUES (" + std::to_string(x) + ")");
  }
  // What another connection sees.
  int64_t count() {
    Statement statement = *reader_.prepare("SELECT count(*) FROM t");
    REQUIRE(*statement.step());
    return statement.column_int(0);
  }

 private:
  std::string path() { return folder_.path("x.db"); }
  Connection open() {
    Connection connection = std::move(*Connection::open(path(), OpenMode::kCreate));
    REQUIRE(connection.execute("CREATE TABLE t (x INTEGER UNIQUE) STRICT"));
    return connection;
  }

  test::TempFolder folder_;
  BatchWriter writer_;
  Connection reader_;
  std::vector<size_t> failed_;
};

}  // namespace

TEST_CASE("the requests of a batch become visible together, at its commit") {
  Database database;
  REQUIRE(database.run(3, [&](size_t i) {
    CHECK(database.count() == 0);
    return database.insert(static_cast<int>(i)).has_value();
  }));
  CHECK(database.count() == 3);
}

TEST_CASE("a request that fails is undone alone") {
  Database database;
  REQUIRE(database.run(3, [&](size_t i) {
    REQUIRE(database.insert(static_cast<int>(i)));
    return i != 1;
  }));
  CHECK(database.count() == 2);
}

TEST_CASE("a constraint that a request breaks does not touch the others") {
  Database database;
  REQUIRE(database.run(
      3, [&](size_t i) { return database.insert(i == 2 ? 0 : static_cast<int>(i)).has_value(); }));
  CHECK(database.count() == 2);
}

TEST_CASE(
    "rows may refer to rows that come later in a request, and no statement is prepared twice") {
  Database database;
  Connection& connection = database.writer().connection();
  REQUIRE(connection.execute("CREATE TABLE child (t INTEGER REFERENCES t (x)) STRICT"));
  int prepared_again = 0;
  for (int x = 0; x < 3; ++x) {
    REQUIRE(database.run(1, [&](size_t) {
      RowStatement* child = *database.writer().statements().get("INSERT INTO child VALUES (?1)");
      const StatementUse use(*child);
      child->bind_int(1, x);
      REQUIRE(child->step());
      prepared_again = ::sqlite3_stmt_status(child->handle(), SQLITE_STMTSTATUS_REPREPARE, 0);
      return database.insert(x).has_value();
    }));
  }
  CHECK(database.count() == 3);
  CHECK(prepared_again == 0);
}

TEST_CASE("a commit that fails undoes the whole batch, and writes come back once one succeeds") {
  Database database;
  bool refuse = true;
  sqlite3* handle = database.writer().connection().handle();
  ::sqlite3_commit_hook(
      handle, [](void* refused) { return *static_cast<bool*>(refused) ? 1 : 0; }, &refuse);
  const auto insert_two = [&](size_t i) {
    return database.insert(static_cast<int>(i)).has_value();
  };
  const base::Result<void> failed = database.run(2, insert_two);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kUnavailable);
  CHECK(database.count() == 0);
  CHECK_FALSE(database.writer().healthy());
  CHECK_FALSE(database.run(2, insert_two));
  refuse = false;
  REQUIRE(database.run(2, insert_two));
  CHECK(database.writer().healthy());
  CHECK(database.count() == 2);
}

TEST_CASE("a request that ends the transaction is undone alone, in one commit with the others") {
  Database database;
  int commits = 0;
  ::sqlite3_commit_hook(
      database.writer().connection().handle(),
      [](void* count) {
        ++*static_cast<int*>(count);
        return 0;
      },
      &commits);
  REQUIRE(database.run(4, [&](size_t i) {
    if (!database.insert(static_cast<int>(i))) return false;
    if (i != 2) return true;
    REQUIRE(database.writer().connection().execute("ROLLBACK"));
    return false;
  }));
  CHECK(database.count() == 3);
  CHECK(commits == 1);
  CHECK(database.failed().empty());
  CHECK(database.writer().healthy());
}

TEST_CASE("a request that ends the transaction and does not say so is told that it failed") {
  Database database;
  REQUIRE(database.run(3, [&](size_t i) {
    if (i == 1) return database.writer().connection().execute("ROLLBACK").has_value();
    return database.insert(static_cast<int>(i)).has_value();
  }));
  CHECK(database.count() == 2);
  CHECK(database.failed() == std::vector<size_t>{1});
}

TEST_CASE("many requests that end the transaction cost a few runs of each of the others") {
  constexpr size_t kCount = 512;
  Database database;
  std::vector<int> runs(kCount);
  // Every other one, and in the second half whether it does differs from run to run.
  const auto ends = [&](size_t i) {
    return i < kCount / 2 ? i % 2 == 1 : (i + static_cast<size_t>(runs[i])) % 7 == 0;
  };
  size_t ended = 0;
  REQUIRE(database.run(kCount, [&](size_t i) {
    ++runs[i];
    if (!ends(i)) return database.insert(static_cast<int>(i)).has_value();
    ++ended;
    REQUIRE(database.writer().connection().execute("ROLLBACK"));
    return false;
  }));
  CHECK(database.failed().empty());
  CHECK(static_cast<size_t>(database.count()) == kCount - ended);
  CHECK(std::accumulate(runs.begin(), runs.end(), size_t{0}) < 5 * kCount);
  CHECK(database.writer().healthy());
}

TEST_CASE("a batch that has taken long is committed as far as it got, and the rest deferred") {
  Database database;
  std::vector<size_t> ran, deferred;
  const auto insert_slowly = [&](size_t i) {
    ran.push_back(i);
    CHECK(database.writer().is_awaited() == (i < 4));
    if (i == 1) {  // it is answered, and the first runs again
      REQUIRE(database.writer().connection().execute("ROLLBACK"));
      return false;
    }
    if (i == 2) std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
    return database.insert(static_cast<int>(i)).has_value();
  };
  const auto fail = [](size_t, const base::Error&) { FAIL("nothing fails"); };
  REQUIRE(database.writer().run(
      {5, insert_slowly, fail, [&](size_t i) { deferred.push_back(i); }, 1'000'000'000}));
  CHECK(ran == std::vector<size_t>{0, 1, 0, 2});
  CHECK(deferred == std::vector<size_t>{3, 4});
  CHECK(database.count() == 2);
  CHECK_FALSE(database.writer().is_awaited());
}

TEST_CASE("of requests that end the transaction only as many run as have time") {
  Database database;
  std::vector<size_t> ran, deferred;
  const auto end_slowly = [&](size_t i) {
    ran.push_back(i);
    if (i == 0) return database.insert(0).has_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
    REQUIRE(database.writer().connection().execute("ROLLBACK"));
    return false;
  };
  const auto fail = [](size_t, const base::Error&) { FAIL("nothing fails"); };
  REQUIRE(database.writer().run(
      {4, end_slowly, fail, [&](size_t i) { deferred.push_back(i); }, 1'000'000'000}));
  CHECK(ran == std::vector<size_t>{0, 1});
  CHECK(deferred == std::vector<size_t>{0, 2, 3});  // what was undone comes again, too
  CHECK(database.count() == 0);
}

TEST_CASE("a write is held to its time once others wait, and to a longer one in any case") {
  constexpr int64_t kMillisecond = 1'000'000;
  Database database;
  const auto run_endlessly = [&](bool others_wait, const WriteTime& time) {
    const int64_t begun_ns = base::monotonic_ns();
    const auto write = [&](size_t) {
      const WriteHold hold(database.writer(), time);
      const base::Result<void> written = database.writer().connection().execute(
          "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) "
          "INSERT INTO t SELECT max(n) FROM n");
      REQUIRE_FALSE(written);
      CHECK(written.error().code == base::Code::kTimeout);
      return false;
    };
    const auto fail = [](size_t, const base::Error&) {};
    CHECK(database.writer().run({1, write, fail, {}, 0, [&] { return others_wait; }}));
    return (base::monotonic_ns() - begun_ns) / kMillisecond;
  };
  CHECK(run_endlessly(true, {20 * kMillisecond, 60'000 * kMillisecond}) < 20'000);
  CHECK(run_endlessly(false, {kMillisecond, 300 * kMillisecond}) >= 300);
}

TEST_CASE("a batch in several commits fails those that are not in one") {
  constexpr size_t kCount = 100;
  Database database;
  bool refuse = false;
  ::sqlite3_commit_hook(
      database.writer().connection().handle(),
      [](void* refused) { return *static_cast<bool*>(refused) ? 1 : 0; }, &refuse);
  const base::Result<void> outcome = database.run(kCount, [&](size_t i) {
    if (i % 2 == 0) return database.insert(static_cast<int>(i)).has_value();
    // What was committed before stays.
    refuse = database.count() >= 10;
    REQUIRE(database.writer().connection().execute("ROLLBACK"));
    return false;
  });
  REQUIRE_FALSE(outcome);
  CHECK_FALSE(database.failed().empty());
  const auto succeeded = std::count_if(database.failed().begin(), database.failed().end(),
                                       [](size_t i) { return i % 2 == 0; });
  CHECK(database.count() == static_cast<int64_t>(kCount / 2) - succeeded);
}

}  // namespace prodev::db
