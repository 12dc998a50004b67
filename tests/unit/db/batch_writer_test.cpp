#include "db/batch_writer.h"

#include <sqlite3.h>

#include "catch.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

class Database {
 public:
  Database()
      : writer_(open()), reader_(std::move(*Connection::open(path(), OpenMode::kReadOnly))) {}

  BatchWriter& writer() { return writer_; }
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
};

}  // namespace

TEST_CASE("the requests of a batch become visible together, at its commit") {
  Database database;
  REQUIRE(database.writer().run(3, [&](size_t i) {
    CHECK(database.count() == 0);
    return database.insert(static_cast<int>(i)).has_value();
  }));
  CHECK(database.count() == 3);
}

TEST_CASE("a request that fails is undone alone") {
  Database database;
  REQUIRE(database.writer().run(3, [&](size_t i) {
    REQUIRE(database.insert(static_cast<int>(i)));
    return i != 1;
  }));
  CHECK(database.count() == 2);
}

TEST_CASE("a constraint that a request breaks does not touch the others") {
  Database database;
  REQUIRE(database.writer().run(
      3, [&](size_t i) { return database.insert(i == 2 ? 0 : static_cast<int>(i)).has_value(); }));
  CHECK(database.count() == 2);
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
  const base::Result<void> failed = database.writer().run(2, insert_two);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kUnavailable);
  CHECK(database.count() == 0);
  CHECK_FALSE(database.writer().healthy());
  CHECK_FALSE(database.writer().run(2, insert_two));
  refuse = false;
  REQUIRE(database.writer().run(2, insert_two));
  CHECK(database.writer().healthy());
  CHECK(database.count() == 2);
}

TEST_CASE("a request that ends the transaction itself fails its batch") {
  Database database;
  CHECK_FALSE(database.writer().run(2, [&](size_t i) {
    if (i == 1) return database.writer().connection().execute("ROLLBACK").has_value();
    return database.insert(1).has_value();
  }));
  CHECK(database.count() == 0);
}

}  // namespace prodev::db
