#include "catalog/catalog.h"
#include "catch.h"
#include "comments/statement.h"
#include "db/sql_script.h"
#include "db/system_schema.h"

namespace prodev::comments {
namespace {

class Project {
 public:
  Project() { REQUIRE(db::apply_system_migrations(connection)); }

  // Runs a file as a migration does. The error's message; empty: none.
  std::string run(const std::string& sql) {
    REQUIRE(connection.execute("BEGIN"));
    const auto outcome = db::run_script(connection, sql, "x.sql", schema_statements());
    REQUIRE(connection.execute(outcome ? "COMMIT" : "ROLLBACK"));
    return outcome ? "" : outcome.error().message;
  }
  // The description of a table, or of a column of it.
  std::string described(std::string_view table, std::string_view column = {}) {
    const auto catalog = catalog::Catalog::load(connection);
    REQUIRE(catalog);
    const catalog::Table* found = (*catalog)->find(table);
    REQUIRE(found != nullptr);
    if (column.empty()) return found->description;
    REQUIRE(found->find_column(column) != nullptr);
    return found->find_column(column)->description;
  }

  db::Connection connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
};

}  // namespace

TEST_CASE("the comment block directly above a CREATE statement describes what it makes") {
  Project project;
  REQUIRE(project
              .run("-- About the file.\n\n-- A shelf.\n-- With books.\nCREATE TABLE shelf (x);\n"
                   "-- Apart.\n\nCREATE TABLE apart (x); -- trailing\nCREATE TABLE after (x);\n"
                   "-- What is on it.\nCREATE VIEW content AS SELECT x FROM shelf;\n")
              .empty());
  CHECK(project.described("shelf") == "A shelf.\nWith books.");
  CHECK(project.described("apart").empty());
  CHECK(project.described("after").empty());
  CHECK(project.described("content") == "What is on it.");
}

TEST_CASE("COMMENT ON describes tables, views and columns, and wins over what stands above") {
  Project project;
  REQUIRE(project
              .run("-- Above.\nCREATE TABLE Shelf (\n  -- Inside.\n  x, y);\n"
                   "CREATE VIEW content AS SELECT x FROM shelf;\n"
                   "comment on table shelf is 'It''s stated';\n"
                   "COMMENT ON COLUMN shelf.x IS 'Stated x';\n"
                   "COMMENT ON COLUMN public.shelf.\"y\" IS 'Stated y';\n"
                   "COMMENT ON VIEW content IS 'Stated view';\n"
                   "INSERT INTO _prodev_function (name, signature, returns, returns_set, "
                   "volatility, strict,"
                   " body) VALUES ('f', 'f()', 'void', 0, 'volatile', 0, 'SELECT 1');\n"
                   "COMMENT ON FUNCTION f(integer, text) IS 'Stated function';")
              .empty());
  CHECK(project.described("Shelf") == "It's stated");
  CHECK(project.described("Shelf", "x") == "Stated x");
  CHECK(project.described("Shelf", "y") == "Stated y");
  CHECK(project.described("content") == "Stated view");
  REQUIRE(project.run("COMMENT ON TABLE shelf IS NULL; COMMENT ON COLUMN shelf.x IS NULL").empty());
  CHECK(project.described("Shelf").empty());
  CHECK(project.described("Shelf", "x").empty());
}

TEST_CASE("a table that is rebuilt keeps what was said about it, one made anew does not") {
  Project project;
  REQUIRE(project.run("-- A shelf.\nCREATE TABLE shelf (x);").empty());
  REQUIRE(project
              .run("CREATE TABLE fresh (x, y); DROP TABLE shelf;"
                   "ALTER TABLE fresh RENAME TO shelf;")
              .empty());
  CHECK(project.described("shelf") == "A shelf.");
  REQUIRE(project.run("DROP TABLE shelf; CREATE TABLE shelf (z);").empty());
  CHECK(project.described("shelf").empty());
}

TEST_CASE("a COMMENT ON that cannot be carried out points at the spot") {
  Project project;
  REQUIRE(project.run("CREATE TABLE shelf (wide)").empty());
  CHECK(project.run("COMMENT ON TABLE shelv IS 'x'")
            .find("x.sql:1:18: there is no table shelv: did you mean shelf?") == 0);
  CHECK(project.run("COMMENT ON COLUMN shelf.wid IS 'x'")
            .find("x.sql:1:25: there is no column of "
                  "shelf called wid") == 0);
  CHECK(project.run("COMMENT ON COLUMN shelf IS 'x'").find("x.sql:1:25: expected ., found IS") ==
        0);
  CHECK(project.run("COMMENT ON TABLE shelf IS x")
            .find("x.sql:1:27: expected a text in quotes or NULL, found x") == 0);
  CHECK(project.run("COMMENT ON FUNCTION f IS 'x'").find("x.sql:1:21: there is no function f") ==
        0);
  CHECK(project.run("COMMENT ON TABLE _prodev_role IS 'x'")
            .find("x.sql:1:18: tables of the system") == 0);
  CHECK(project.run("COMMENT ON TABEL shelf IS 'x'").find("did you mean TABLE?") !=
        std::string::npos);
  CHECK(project.run("COMMENT ON TABLE shelf IS '" + std::string(kMaxCommentBytes + 1, 'x') + "'")
            .find("a comment has at most 16384 bytes") != std::string::npos);
}

}  // namespace prodev::comments
