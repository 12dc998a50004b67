#include "db/transaction.h"

#include <sqlite3.h>

#include "catch.h"
#include "temp_folder.h"

namespace prodev::db {

namespace {

class OneTable {
 public:
  OneTable() { REQUIRE(connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")); }

  int64_t rows() {
    Statement count = *connection.prepare("SELECT count(*) FROM t");
    REQUIRE(count.step());
    return count.column_int(0);
  }
  bool is_in_transaction() const { return ::sqlite3_get_autocommit(connection.handle()) == 0; }

 private:
  test::TempFolder folder_;

 public:
  Connection connection =
      std::move(*Connection::open(folder_.path("x.db"), OpenMode::kCreate, Durability::kNormal));
};

}  // namespace

TEST_CASE("a transaction that is not committed leaves nothing") {
  OneTable database;
  {
    auto transaction = Transaction::begin(database.connection);
    REQUIRE(transaction);
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (1)"));
  }
  CHECK(database.rows() == 0);
  CHECK_FALSE(database.is_in_transaction());
  {
    auto transaction = Transaction::begin(database.connection);
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (1)"));
    REQUIRE(transaction->commit());
  }
  CHECK(database.rows() == 1);
}

TEST_CASE("what SQLiteCpp throws is an error: a transaction within one, a second commit") {
  OneTable database;
  auto transaction = Transaction::begin(database.connection);
  const auto second = Transaction::begin(database.connection);
  REQUIRE_FALSE(second);
  CHECK(second.error().message ==
        "a transaction cannot begin: cannot start a transaction within a transaction");
  REQUIRE(transaction->commit());
  CHECK_FALSE(transaction->commit());
}

TEST_CASE("a transaction that a statement has ended is no trouble at its end") {
  OneTable database;
  {
    auto transaction = Transaction::begin(database.connection);
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (1); ROLLBACK"));
    CHECK_FALSE(transaction->commit());
  }
  CHECK_FALSE(database.is_in_transaction());
  CHECK(Transaction::begin(database.connection));
}

TEST_CASE("a savepoint that is not released is undone, and leaves no transaction open") {
  OneTable database;
  {
    const Savepoint savepoint(database.connection, "trial");
    REQUIRE(savepoint.begun());
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (1)"));
  }
  CHECK(database.rows() == 0);
  CHECK_FALSE(database.is_in_transaction());
}

TEST_CASE("a savepoint within a transaction undoes its part alone") {
  OneTable database;
  auto transaction = Transaction::begin(database.connection);
  REQUIRE(database.connection.execute("INSERT INTO t VALUES (1)"));
  {
    const Savepoint undone(database.connection, "trial");
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (2)"));
  }
  {
    Savepoint kept(database.connection, "trial");
    REQUIRE(database.connection.execute("INSERT INTO t VALUES (3)"));
    REQUIRE(kept.release());
  }
  REQUIRE(database.is_in_transaction());
  REQUIRE(transaction->commit());
  CHECK(database.rows() == 2);
}

TEST_CASE("a value that cannot be bound fails the statement, not the process") {
  OneTable database;
  Statement insert = *database.connection.prepare("INSERT INTO t VALUES (?)");
  insert.bind_int(2, 1);
  const auto row = insert.step();
  REQUIRE_FALSE(row);
  CHECK(row.error().message == "a number cannot be bound: column index out of range");
  insert.reset();
  insert.bind_int(1, 1);
  CHECK(insert.step());
  CHECK(database.rows() == 1);
}

TEST_CASE("a column that is not there is empty") {
  OneTable database;
  Statement rows = *database.connection.prepare("SELECT a FROM t");
  CHECK(rows.column_int(0) == 0);  // before the first step
  REQUIRE(rows.step());
  CHECK(rows.column_text(0).empty());  // after the last row
  CHECK(rows.column_is_null(3));
}

}  // namespace prodev::db
