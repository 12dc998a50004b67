#include "catalog/view_key.h"

#include "catch.h"
#include "temp_folder.h"

namespace prodev::catalog {
namespace {

std::vector<std::string> key_of(const std::string& view) {
  test::TempFolder folder;
  db::Connection connection =
      std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
  REQUIRE(connection.execute(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
      "CREATE TABLE pair (a TEXT NOT NULL, b INTEGER NOT NULL, c, PRIMARY KEY (a, b));"
      "CREATE TABLE loose (a TEXT PRIMARY KEY, b);" +
      view));
  const auto catalog = Catalog::load(connection);
  REQUIRE(catalog);
  const Table* table = (*catalog)->find("v");
  REQUIRE(table != nullptr);
  std::vector<std::string> names;
  for (const size_t i : table->primary_key) names.push_back(table->columns[i].name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("only_source is the name of a single SELECT from one name") {
  for (const char* sql :
       {"CREATE VIEW v AS SELECT * FROM t", "CREATE VIEW v (a, b) AS SELECT id, a FROM t AS x;",
        "create view \"as\" as select (select max(id) from u) from main.t x where a in (1, 2) "
        "order by a",
        "CREATE VIEW v AS SELECT DISTINCT id FROM [t] /* , u */ GROUP BY a HAVING count(*) > 1 "
        "LIMIT 5",
        "CREATE VIEW v AS SELECT id FROM \"t\" WHERE a = 'UNION' AND EXISTS (SELECT 1 FROM a, b "
        "UNION SELECT 2)"}) {
    CAPTURE(sql);
    CHECK(only_source(sql).table == "t");
  }
}

TEST_CASE("only_source is empty where a row may be shown again") {
  for (const char* sql :
       {"CREATE VIEW v AS SELECT * FROM t, u", "CREATE VIEW v AS SELECT * FROM t JOIN u",
        "CREATE VIEW v AS SELECT * FROM t x LEFT JOIN u ON x.id = u.id",
        "CREATE VIEW v AS SELECT id FROM t UNION ALL SELECT id FROM t",
        "CREATE VIEW v AS SELECT id FROM t WHERE id > 1 UNION SELECT id FROM t",
        "CREATE VIEW v AS WITH c AS (SELECT 1) SELECT * FROM t", "CREATE VIEW v AS VALUES (1)",
        "CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT * FROM (SELECT * FROM t)",
        "CREATE VIEW v AS SELECT * FROM json_each('[]')",
        "CREATE VIEW v AS SELECT * FROM t NATURAL JOIN u", "CREATE VIEW v AS SELECT * FROM (t, u)",
        "CREATE VIEW v", ""}) {
    CAPTURE(sql);
    CHECK(only_source(sql).table.empty());
  }
}

TEST_CASE("only_source tells what leaves rows out") {
  CHECK(!only_source("CREATE VIEW v AS SELECT a, (SELECT 1 WHERE 0 LIMIT 1) FROM t "
                     "GROUP BY a ORDER BY a")
             .conditional);
  CHECK(!only_source("CREATE VIEW v AS SELECT \"where\" FROM t").conditional);
  for (const char* rest : {"WHERE a", "GROUP BY a HAVING a", "LIMIT 3", "ORDER BY a LIMIT 3"}) {
    CAPTURE(rest);
    CHECK(only_source(std::string("CREATE VIEW v AS SELECT a FROM t ") + rest).conditional);
  }
}

TEST_CASE("a view has the key of the one table whose rows it shows") {
  CHECK(key_of("CREATE VIEW v AS SELECT * FROM t") == Names{"id"});
  CHECK(key_of("CREATE VIEW v (x, y) AS SELECT a, id FROM T WHERE id > 3") == Names{"y"});
  CHECK(key_of("CREATE VIEW v AS SELECT c, b AS second, a AS first FROM pair") ==
        Names{"first", "second"});
}

TEST_CASE("a view has no key where it shows a part of one, or rows of several tables") {
  for (const char* view :
       {"CREATE VIEW v AS SELECT a FROM t", "CREATE VIEW v AS SELECT id + 1 AS id FROM t",
        "CREATE VIEW v AS SELECT a FROM pair", "CREATE VIEW v AS SELECT t.id FROM t, pair",
        "CREATE VIEW v AS SELECT * FROM t UNION ALL SELECT * FROM t",
        "CREATE VIEW v AS SELECT * FROM loose",
        "CREATE VIEW w AS SELECT t.id FROM t, pair; CREATE VIEW v AS SELECT * FROM w"}) {
    CAPTURE(view);
    CHECK(key_of(view).empty());
  }
}

}  // namespace prodev::catalog
