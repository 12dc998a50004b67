#include "db/migrations.h"

#include <fstream>

#include "catch.h"
#include "has.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

using test::has;

// A schema folder and a database beside it.
class Project {
 public:
  Project() : connection_(open()) {}

  void write(const std::string& name, const std::string& sql) {
    std::ofstream(folder_.path(name)) << sql;
  }
  void remove(const std::string& name) { std::remove(folder_.path(name).c_str()); }

  base::Result<void> apply() {
    applied.clear();
    TRY_ASSIGN(const std::vector<MigrationFile> files, load_migrations(folder_.path(".")));
    return apply_migrations(connection_, files,
                            [&](const AppliedMigration& one) { applied.push_back(one.name); });
  }
  std::string error() {
    const base::Result<void> outcome = apply();
    return outcome ? "" : outcome.error().message;
  }
  std::vector<MigrationStatus> status() {
    return *migration_status(connection_, *load_migrations(folder_.path(".")));
  }
  int64_t count(const std::string& sql) {
    Statement statement = *connection_.prepare(sql);
    return *statement.step() ? statement.column_int(0) : -1;
  }
  std::string path(const std::string& name) { return folder_.path(name); }
  Connection& connection() { return connection_; }

  std::vector<std::string> applied;

 private:
  Connection open() {
    return std::move(*Connection::open(folder_.path("x.db"), OpenMode::kCreate));
  }

  test::TempFolder folder_;
  Connection connection_;
};

}  // namespace

TEST_CASE("pending files are applied in the order of their numbers, once") {
  Project project;
  project.write("0010_b.sql", "INSERT INTO a VALUES (2);");
  project.write("0002_a.sql", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);");
  REQUIRE(project.apply());
  CHECK(project.applied == std::vector<std::string>{"0002_a.sql", "0010_b.sql"});
  REQUIRE(project.apply());
  CHECK(project.applied.empty());
  CHECK(project.count("SELECT count(*) FROM a") == 2);
}

TEST_CASE("a file that fails leaves nothing, and the error points at the spot") {
  Project project;
  project.write("0001_a.sql", "CREATE TABLE a (x);\n");
  project.write("0002_b.sql",
                "CREATE TABLE b (x);\n-- then\nINSERT INTO a\n  VALUES (1), (nosuch);\n");
  const std::string error = project.error();
  CHECK(has(error, "0002_b.sql:4:16: no such column: nosuch, in: INSERT INTO a..."));
  CHECK(project.applied == std::vector<std::string>{"0001_a.sql"});
  CHECK(project.count("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  project.write("0002_b.sql", "CREATE TABLE b (x);");
  CHECK(project.error().empty());
}

TEST_CASE("a constraint that a migration breaks is told with its message") {
  Project project;
  project.write(
      "0001_a.sql",
      "CREATE TABLE a (x UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\n");
  CHECK(has(project.error(), "0001_a.sql:3:1: UNIQUE constraint failed: a.x"));
}

TEST_CASE("an applied file that has changed stops the start and is named") {
  Project project;
  project.write("0001_a.sql", "CREATE TABLE a (x);");
  REQUIRE(project.apply());
  project.write("0001_a.sql", "CREATE TABLE a (x, y);");
  CHECK(has(project.error(), "0001_a.sql was applied at "));
  CHECK(project.status()[0].state == MigrationState::kChanged);
}

TEST_CASE("an applied file that is gone stops the start and is named") {
  Project project;
  project.write("0001_a.sql", "CREATE TABLE a (x);");
  REQUIRE(project.apply());
  project.remove("0001_a.sql");
  CHECK(has(project.error(), "0001_a.sql was applied at "));
  CHECK(project.status()[0].state == MigrationState::kMissing);
}

TEST_CASE("a pending file before an applied one is refused") {
  Project project;
  project.write("0005_b.sql", "CREATE TABLE b (x);");
  REQUIRE(project.apply());
  project.write("0003_a.sql", "CREATE TABLE a (x);");
  CHECK(has(project.error(), "0003_a.sql comes before 0005_b.sql"));
}

TEST_CASE("a schema file may not end its own transaction") {
  Project project;
  for (const char* word : {"BEGIN", "commit", "Rollback", "END"}) {
    project.write("0001_a.sql",
                  std::string("CREATE TABLE a (x);\n  ") + word + ";\nCREATE TABLE b (x);");
    CHECK(has(project.error(), "0001_a.sql:2:3: a schema file runs in a transaction of its own"));
    CHECK(project.count("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')") == 0);
  }
}

TEST_CASE("triggers, comments and quoted semicolons do not split statements") {
  Project project;
  project.write("0001_a.sql",
                "/* one; */ CREATE TABLE a (x TEXT DEFAULT ';'); -- two;\n"
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 'a;b'; SELECT 1; END;\n"
                "INSERT INTO a VALUES ('c')\n");
  CHECK(project.error().empty());
  CHECK(project.count("SELECT count(*) FROM a WHERE x = 'a;b'") == 1);
}

TEST_CASE("names that are not NNNN_name.sql and numbers used twice are refused") {
  Project project;
  project.write("1_a.sql", "");
  CHECK(has(project.error(), "named like 0001_products.sql"));
  project.remove("1_a.sql");
  project.write("0001_a.sql", "SELECT 1;");
  project.write("0001_b.sql", "SELECT 1;");
  CHECK(has(project.error(), "have the same number"));
}

TEST_CASE("a new migration gets the next number") {
  Project project;
  project.write("0007_a.sql", "SELECT 1;");
  CHECK(*create_migration(project.path("."), "add_price") ==
        project.path(".") + "/0008_add_price.sql");
  CHECK_FALSE(create_migration(project.path("."), "../x"));
}

TEST_CASE("a file that leaves a view or trigger without what it names is refused at the line") {
  Project project;
  project.write("0001_a.sql",
                "CREATE TABLE a (x); CREATE TABLE b (y); CREATE VIEW v AS SELECT x FROM a;\n"
                "CREATE TRIGGER t AFTER DELETE ON b BEGIN UPDATE a SET x = 1; END;\n");
  REQUIRE(project.apply());
  project.write("0002_b.sql", "INSERT INTO b VALUES (1);\n-- gone\nDROP TABLE a;\n");
  const std::string error = project.error();
  CHECK(has(error, "0002_b.sql:3: "));
  CHECK(has(error,
            "trigger t would refuse every DELETE of b after this file: no such table: main.a"));
  CHECK(has(error, "; also broken: v"));
  CHECK(project.count("SELECT count(*) FROM b") == 0);
  project.write("0002_b.sql", "DROP VIEW v; DROP TRIGGER t; DROP TABLE a;");
  CHECK(project.error().empty());
}

TEST_CASE("what is broken before a file, and what it breaks and mends, is no matter") {
  Project project;
  project.write("0001_a.sql", "CREATE TABLE a (x);");
  REQUIRE(project.apply());
  REQUIRE(project.connection().execute("CREATE VIEW v AS SELECT y FROM a"));
  project.write("0002_b.sql",
                "CREATE VIEW w AS SELECT z FROM c; CREATE TABLE d (y); CREATE TABLE c (z);");
  CHECK(project.error().empty());
}

}  // namespace prodev::db
