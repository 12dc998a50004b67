#include "catalog/catalog.h"

#include "catch.h"
#include "temp_folder.h"

namespace prodev::catalog {
namespace {

std::shared_ptr<const Catalog> catalog_of(const std::string& sql) {
  test::TempFolder folder;
  db::Connection connection =
      std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
  REQUIRE(connection.execute(sql));
  auto catalog = Catalog::load(connection);
  REQUIRE(catalog);
  return *catalog;
}

ValueKind kind_of(const Table* table, std::string_view column) {
  REQUIRE(table != nullptr);
  REQUIRE(table->find_column(column) != nullptr);
  return table->find_column(column)->kind;
}

}  // namespace

TEST_CASE("declared types and CHECK constraints tell what values mean") {
  const auto catalog = catalog_of(
      "CREATE TABLE t (i INTEGER, r REAL, x TEXT, b BLOB, untyped, yes BOOLEAN, j JSON,"
      " at TIMESTAMP, dt DATETIME, d DATE, u UUID, n DECIMAL(10,2), v VARCHAR(9), p DOUBLE "
      "PRECISION, ti TIME, t0 time(0), tw time without time zone, tz timetz,"
      " to_tz time with time zone);"
      "CREATE TABLE s (flag INTEGER CHECK (flag IN (0, 1)),"
      " other INTEGER CHECK (other IN (0, 2)),"
      " doc TEXT CHECK (json_valid(doc)),"
      " \"may be\" TEXT CHECK (\"may be\" IS NULL OR json_valid(\"may be\")),"
      " word TEXT CHECK (word IN ('a', 'it''s')), CHECK (flag < 2)) STRICT;");
  const Table* t = catalog->find("t");
  CHECK(kind_of(t, "i") == ValueKind::kInteger);
  CHECK(kind_of(t, "r") == ValueKind::kReal);
  CHECK(kind_of(t, "p") == ValueKind::kReal);
  CHECK(kind_of(t, "x") == ValueKind::kText);
  CHECK(kind_of(t, "v") == ValueKind::kText);
  CHECK(kind_of(t, "b") == ValueKind::kBlob);
  CHECK(kind_of(t, "untyped") == ValueKind::kAny);
  CHECK(kind_of(t, "yes") == ValueKind::kBoolean);
  CHECK(kind_of(t, "j") == ValueKind::kJson);
  CHECK(kind_of(t, "at") == ValueKind::kTimestamp);
  CHECK(kind_of(t, "dt") == ValueKind::kTimestamp);
  CHECK(kind_of(t, "d") == ValueKind::kDate);
  CHECK(kind_of(t, "u") == ValueKind::kUuid);
  CHECK(kind_of(t, "n") == ValueKind::kNumeric);
  for (const char* time : {"ti", "t0", "tw", "tz", "to_tz"})
    CHECK(kind_of(t, time) == ValueKind::kTime);
  const Table* s = catalog->find("s");
  CHECK(kind_of(s, "flag") == ValueKind::kBoolean);
  CHECK(kind_of(s, "other") == ValueKind::kInteger);
  CHECK(kind_of(s, "doc") == ValueKind::kJson);
  CHECK(kind_of(s, "may be") == ValueKind::kJson);
  CHECK(s->find_column("word")->allowed == std::vector<std::string>{"a", "it's"});
  CHECK_FALSE(t->find_column("j")->always_json);
  CHECK(s->find_column("doc")->always_json);
}

TEST_CASE("keys, foreign keys and indexes are as SQLite has them") {
  const auto catalog = catalog_of(
      "CREATE TABLE a (x TEXT, y INTEGER, z, PRIMARY KEY (y, x)) WITHOUT ROWID;"
      "CREATE TABLE b (y INTEGER, x TEXT, UNIQUE (x), FOREIGN KEY (y, x) REFERENCES a);"
      "CREATE INDEX b_y ON b (y, lower(x)) WHERE y > 1;");
  const Table* a = catalog->find("a");
  REQUIRE(a->primary_key.size() == 2);
  CHECK(a->columns[a->primary_key[0]].name == "y");
  CHECK(a->without_rowid);
  const Table* b = catalog->find("b");
  CHECK(b->primary_key.empty());
  CHECK(b->columns.back().name == "rowid");
  CHECK(b->columns.back().hidden);
  REQUIRE(b->foreign_keys.size() == 1);
  CHECK(b->foreign_keys[0].referenced == std::vector<std::string>{"y", "x"});
  REQUIRE(b->indexes.size() == 2);
  for (const Index& index : b->indexes) {
    if (index.name == "b_y") {
      CHECK(index.partial);
      CHECK(index.columns == std::vector<std::string>{"y", ""});
    } else {
      CHECK(index.unique);
    }
  }
}

TEST_CASE("the system's tables and shadow tables are left out, broken views are told") {
  const auto catalog = catalog_of(
      "CREATE TABLE _prodev_secret (x); CREATE TABLE _AToB (x); CREATE TABLE shown (x); CREATE "
      "VIEW v AS SELECT x FROM shown;"
      "CREATE TABLE gone (x); CREATE VIEW broken AS SELECT x FROM gone; DROP TABLE gone;"
      "CREATE VIRTUAL TABLE words USING fts5(body);"
      "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO shown VALUES (new.x); END;");
  std::vector<std::string> names;
  for (const Table& table : catalog->tables()) names.push_back(table.name);
  CHECK(names == std::vector<std::string>{"_AToB", "shown", "v", "words"});
  REQUIRE(catalog->problems().size() == 1);
  CHECK(catalog->problems()[0].find("broken is left out") == 0);
  CHECK(catalog->find("v")->insertable);
  CHECK_FALSE(catalog->find("v")->updatable);
  CHECK(catalog->find("words")->kind == TableKind::kVirtual);
  CHECK(catalog->find("SHOWN") == nullptr);
}

TEST_CASE("a foreign key that cannot be is told, with a mend only where there is one") {
  const auto problem = [](const std::string& references) {
    const auto catalog = catalog_of(
        "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT);"
        "CREATE TABLE item (pid REFERENCES product (" +
        references + "));");
    REQUIRE(catalog->problems().size() == 1);
    return catalog->problems()[0];
  };
  CHECK(problem("name").ends_with(
      "the mend is CREATE UNIQUE INDEX \"product_key\" ON \"product\" (\"name\")"));
  CHECK(problem("nid").find("product has no column nid: ") != std::string::npos);
  CHECK(problem("nid").find("CREATE") == std::string::npos);
}

TEST_CASE("what of a stored schema no client may use is told, and how text is written") {
  test::TempFolder folder;
  db::Connection connection =
      std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
  REQUIRE(connection.execute(
      "CREATE TABLE tea (id INTEGER PRIMARY KEY, kind TEXT);"
      "CREATE VIEW green AS SELECT id FROM tea WHERE kind = \"tea\";"
      "CREATE VIEW columns AS SELECT name FROM pragma_table_info('tea');"
      "CREATE TRIGGER t AFTER INSERT ON tea BEGIN UPDATE tea SET kind = \"new\"; END;"));
  const auto catalog = Catalog::load(connection);
  REQUIRE(catalog);
  std::string told;
  for (const std::string& problem : (*catalog)->problems()) told += problem + "\n";
  CHECK(told.find("no such column: tea: text stands in single quotes: 'tea'") != std::string::npos);
  CHECK(told.find("columns cannot be read: access to pragma_table_info.name is prohibited") !=
        std::string::npos);
  CHECK(told.find("tea cannot be written: no such column: new: text stands in single quotes: "
                  "'new', in INSERT by trigger t") != std::string::npos);
}

TEST_CASE("a key that is the rowid is never NULL, and another one may be") {
  const auto catalog = catalog_of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY);"
      "CREATE TABLE c (id INTEGER PRIMARY KEY DESC); CREATE TABLE d (id TEXT PRIMARY KEY);");
  CHECK(catalog->find("a")->find_column("id")->not_null);
  for (const char* name : {"b", "c", "d"})
    CHECK_FALSE(catalog->find(name)->find_column("id")->not_null);
}

TEST_CASE("generated columns are known as such") {
  const auto catalog =
      catalog_of("CREATE TABLE t (a INTEGER, b AS (a + 1), c INTEGER AS (a * 2) STORED)");
  const Table* t = catalog->find("t");
  CHECK_FALSE(t->find_column("a")->generated);
  CHECK(t->find_column("b")->generated);
  CHECK(t->find_column("c")->generated);
}

}  // namespace prodev::catalog
