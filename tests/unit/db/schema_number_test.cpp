#include "db/schema_number.h"

#include "catch.h"
#include "db/batch_writer.h"
#include "db/client_rules.h"
#include "db/reader.h"
#include "db/transaction.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

// A file with a table of one row, open for what others do to it.
struct Shared {
  test::TempFolder folder;
  std::string path = folder.path("x.db");
  Connection other = std::move(*Connection::open(path, OpenMode::kCreate));
  Shared() { REQUIRE(other.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)")); }

  void change_rules() {
    auto transaction = Transaction::begin(other);
    REQUIRE(transaction);
    REQUIRE(raise_schema_number(other));
    REQUIRE(transaction->commit());
  }
};

int64_t read_row(Reader& reader) {
  RowStatement* rows = *reader.statements().get("SELECT a FROM t");
  const StatementUse use(*rows);
  REQUIRE(*rows->step());
  return rows->column_int(0);
}

}  // namespace

TEST_CASE("the schema number grows when rules change, as when tables do, and leaves no trace") {
  Shared shared;
  const int64_t first = *schema_number(shared.other);
  shared.change_rules();
  const int64_t second = *schema_number(shared.other);
  CHECK(second > first);
  REQUIRE(shared.other.execute("ALTER TABLE t ADD COLUMN b"));
  CHECK(*schema_number(shared.other) > second);
  auto objects = shared.other.prepare("SELECT count(*) FROM sqlite_schema");
  REQUIRE(objects);
  REQUIRE(objects->step());
  CHECK(objects->column_int(0) == 1);
}

TEST_CASE("a reader knows whether what it has read was of a schema number") {
  Shared shared;
  const auto reader = std::move(*Reader::open(shared.path));
  const int64_t first = *schema_number(shared.other);
  CHECK(read_row(*reader) == 1);
  CHECK(*reader->is_at(first));
  CHECK_FALSE(*reader->is_at(first + 1));

  // Rows that others write change nothing of it.
  REQUIRE(shared.other.execute("UPDATE t SET a = 2"));
  CHECK(read_row(*reader) == 2);
  CHECK(*reader->is_at(first));

  shared.change_rules();
  const int64_t second = *schema_number(shared.other);
  CHECK(read_row(*reader) == 2);
  CHECK_FALSE(*reader->is_at(first));
  CHECK(*reader->is_at(second));

  // Nor is it told by what was read last where nothing was read since.
  shared.change_rules();
  CHECK(*reader->is_at(*schema_number(shared.other)));
}

TEST_CASE("a reader knows its schema number however long ago its time has ended") {
  Shared shared;
  const auto reader = std::move(*Reader::open(shared.path));
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(shared.other.execute("UPDATE t SET a = a + 1"));
    (void)read_row(*reader);
    reader->set_deadline(1);
    const auto same = reader->is_at(*schema_number(shared.other));
    reader->set_deadline(0);
    REQUIRE(same);
    CHECK(*same);
  }
}

TEST_CASE("requests of a batch are told the schema number of their transaction") {
  Shared shared;
  auto opened = Connection::open(shared.path, OpenMode::kReadWrite);
  REQUIRE(opened);
  restrict_to_client_statements(*opened);
  BatchWriter writer(std::move(*opened));
  int64_t seen = 0;
  const WriteBatch batch{1,
                         [&](size_t) {
                           seen = writer.schema_number();
                           return true;
                         },
                         [](size_t, const base::Error&) {}};
  REQUIRE(writer.run(batch));
  CHECK(seen == *schema_number(shared.other));
  shared.change_rules();
  REQUIRE(writer.run(batch));
  CHECK(seen == *schema_number(shared.other));
}

}  // namespace prodev::db
