#include "records/estimate.h"

#include "catch.h"
#include "db/analyzer.h"
#include "rest/grammar.h"
#include "temp_folder.h"

namespace prodev::records {
namespace {

const catalog::Catalog& loaded() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    test::TempFolder folder;
    db::Connection connection =
        std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
    REQUIRE(connection.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, a TEXT, b TEXT,"
        "  flag INTEGER CHECK (flag IN (0, 1)), UNIQUE (a, b)) STRICT;"
        "CREATE INDEX t_grp ON t (grp);"
        "CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;"
        "CREATE TABLE odd (rowid TEXT, _rowid_ TEXT) STRICT; CREATE VIEW v AS SELECT * FROM t;"
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
        "INSERT INTO t SELECT i, i % 4, i, i, i % 2 FROM n; INSERT INTO pair VALUES ('x', 'y');"));
    REQUIRE(db::analyze(connection));
    return *catalog::Catalog::load(connection);
  }();
  return *catalog;
}

uint64_t estimate(std::string_view logic) {
  query::Condition where;
  if (!logic.empty())
    where.children.push_back(*rest::parse_logic(query::Condition::Kind::kAll, false, logic));
  return estimate_rows(*loaded().find("t"), where, 200);
}

}  // namespace

TEST_CASE("the catalog knows what ANALYZE found") {
  CHECK(loaded().find("t")->estimated_rows == 200U);
  CHECK(loaded().find("pair")->estimated_rows == 1U);
  for (const catalog::Index& index : loaded().find("t")->indexes) {
    if (index.name == "t_grp") CHECK(index.rows_per_key == std::vector<uint64_t>{50});
  }
}

TEST_CASE("estimates go by keys, indexes and what is known of columns") {
  CHECK(estimate("") == 200);
  CHECK(estimate("(id.eq.5)") == 1);
  CHECK(estimate("(a.eq.x,b.eq.y)") == 1);
  CHECK(estimate("(grp.eq.1)") == 50);
  CHECK(estimate("(grp.neq.1)") == 150);
  CHECK(estimate("(grp.in.(1,2,3))") == 150);
  CHECK(estimate("(not.and(grp.eq.1))") == 150);
  CHECK(estimate("(or(grp.eq.1,grp.eq.2))") == 88);
  CHECK(estimate("(flag.is.true)") == 100);
  CHECK(estimate("(grp.is.null)") == 0);
  CHECK(estimate("(grp.eq.1,flag.eq.1)") == 25);
  CHECK(estimate("(id.gt.5)") == 67);
}

TEST_CASE("nothing is estimated where rows are hidden, or where nothing tells their number") {
  const catalog::Table& table = *loaded().find("t");
  CHECK(may_estimate(table, {}));
  CHECK_FALSE(may_estimate(table, {"(x)", nullptr}));
  CHECK_FALSE(may_estimate(table, {"(0)", nullptr}));
  CHECK_FALSE(may_estimate(*loaded().find("v"), {}));
}

TEST_CASE("the largest rowid is asked for under a name that no column hides") {
  CHECK(largest_rowid_sql(*loaded().find("t")) == "SELECT max(rowid) FROM \"t\"");
  CHECK(largest_rowid_sql(*loaded().find("odd")) == "SELECT max(oid) FROM \"odd\"");
  CHECK(largest_rowid_sql(*loaded().find("pair")).empty());
  CHECK(largest_rowid_sql(*loaded().find("v")).empty());
}

}  // namespace prodev::records
