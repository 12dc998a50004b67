#include "catalog/stored_columns.h"

#include <string>
#include <vector>

#include "catch.h"
#include "temp_folder.h"

namespace prodev::catalog {
namespace {

// The columns of the view v that cannot fail to be read.
std::vector<std::string> stored_of(const std::string& views) {
  test::TempFolder folder;
  db::Connection connection =
      std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
  REQUIRE(connection.execute(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, g AS (json(a)), i AS (json(a)));"
      "CREATE TABLE u (id INTEGER PRIMARY KEY, b TEXT);"
      "CREATE INDEX t_i ON t (i);" +
      views));
  const auto catalog = Catalog::load(connection);
  REQUIRE(catalog);
  const Table* view = (*catalog)->find("v");
  REQUIRE(view != nullptr);
  std::vector<std::string> names;
  for (const Column& column : view->columns) {
    if (column.shown_as_stored) names.push_back(column.name);
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("columns of tables are stored where a view shows them as they are") {
  CHECK(stored_of("CREATE VIEW v AS SELECT id, json(a) AS a FROM t WHERE id > 1") == Names{"id"});
  CHECK(stored_of("CREATE VIEW v AS SELECT * FROM u") == Names{"id", "b"});
  CHECK(
      stored_of("CREATE VIEW w AS SELECT id, b FROM u; CREATE VIEW v AS SELECT id, b, 1 FROM w") ==
      Names{"id", "b"});
  CHECK(stored_of("CREATE VIEW v AS SELECT t.id AS x, max(b) AS m FROM t JOIN u ON t.id = u.id "
                  "GROUP BY t.id") == Names{"x"});
}

TEST_CASE("a generated column is stored where it is in an index") {
  CHECK(stored_of("CREATE VIEW v AS SELECT g, i FROM t") == Names{"i"});
}

TEST_CASE("no column is stored where several SELECTs make it") {
  for (const char* views : {
           "CREATE VIEW v AS SELECT id, b FROM u UNION ALL SELECT id, json(a) FROM t",
           "CREATE VIEW v AS SELECT id, b FROM u UNION SELECT id, json(a) FROM t",
           "CREATE VIEW v AS SELECT id, b FROM u UNION ALL SELECT id, json(a) FROM t ORDER BY 1",
           "CREATE VIEW v AS SELECT id, b FROM u EXCEPT SELECT id, json(a) FROM t",
           "CREATE VIEW v AS SELECT * FROM (SELECT id, b FROM u UNION ALL SELECT id, json(a) FROM "
           "t)"
           " WHERE id > 3",
           "CREATE VIEW w AS SELECT id, b FROM u UNION ALL SELECT id, json(a) FROM t;"
           "CREATE VIEW v AS SELECT w.id, w.b FROM w JOIN u USING (id)",
           "CREATE VIEW v AS WITH RECURSIVE r(id, b) AS (SELECT id, b FROM u UNION ALL"
           " SELECT id + 1, json(b) FROM r WHERE id < 3) SELECT id, b FROM r",
       }) {
    CAPTURE(views);
    CHECK(stored_of(views).empty());
  }
}

}  // namespace prodev::catalog
