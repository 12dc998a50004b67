#include "db/migration_repairs.h"

#include <sodium.h>

#include <array>

#include "catch.h"
#include "db/migrations.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

class RepairedProject {
 public:
  RepairedProject() : connection_(std::move(*Connection::open(":memory:", OpenMode::kCreate))) {}

  std::vector<MigrationFile> files() { return *load_migrations(folder.path()); }
  std::string apply() {
    const auto done = apply_migrations(connection_, files(), [](const auto&) {});
    return done ? "" : done.error().message;
  }
  MigrationState state() { return migration_status(connection_, files())->at(0).state; }
  Connection& connection() { return connection_; }

  test::TempFolder folder;

 private:
  Connection connection_;
};

}  // namespace

TEST_CASE("a changed file can be taken as it is, and shows what was applied") {
  RepairedProject project;
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);");
  REQUIRE(project.apply().empty());
  project.folder.write("0001_a.sql", "CREATE TABLE a (x, y);");
  CHECK(project.apply().find("prodev migrate accept 0001_a.sql") != std::string::npos);
  const auto accepted =
      accept_migration(project.connection(), project.files(), "schema/0001_a.sql");
  REQUIRE(accepted);
  CHECK(accepted->recorded_sql == "CREATE TABLE a (x);");
  CHECK(accepted->present_sql == "CREATE TABLE a (x, y);");
  CHECK(project.apply().empty());
  CHECK(project.state() == MigrationState::kApplied);
}

TEST_CASE("a file that is gone can be forgotten, one that was never applied cannot") {
  RepairedProject project;
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);");
  CHECK_FALSE(accept_migration(project.connection(), project.files(), "0001_a.sql"));
  REQUIRE(project.apply().empty());
  std::remove(project.folder.path("0001_a.sql").c_str());
  CHECK(project.state() == MigrationState::kMissing);
  CHECK(accept_migration(project.connection(), project.files(), "0001_a.sql")->is_gone);
  CHECK(project.apply().empty());
  CHECK_FALSE(accept_migration(project.connection(), project.files(), "0001_a.sql"));
}

TEST_CASE("what cannot be accepted is told for what it is") {
  RepairedProject project;
  const auto refusal = [&](const char* name) {
    const auto accepted = accept_migration(project.connection(), project.files(), name);
    return accepted ? std::string() : accepted.error().message;
  };
  CHECK(refusal("0005").find("of this name was applied: there are none") != std::string::npos);
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);");
  REQUIRE(project.apply().empty());
  project.folder.write("0002_b.sql", "CREATE TABLE b (x);");
  project.folder.write("0003_c.sql", "-- to come\n");
  CHECK(
      refusal("0005").find("there is no file 0005 in the schema folder, and none of this name was "
                           "applied: there are 0001_a.sql, 0002_b.sql and 0003_c.sql") == 0);
  CHECK(refusal("0001").ends_with("did you mean 0001_a.sql?"));
  CHECK(refusal("schema/0002_b.sql")
            .starts_with("0002_b.sql is pending, so there is nothing to "
                         "accept: prodev migrate applies it"));
  CHECK(refusal("0003_c.sql").starts_with("0003_c.sql holds no statement yet"));
  CHECK(record_baseline(project.connection(), project.files(), "0009_x.sql")
            .error()
            .message.ends_with("0002_b.sql and 0003_c.sql"));
  for (int i = 10; i < 20; ++i)
    project.folder.write("00" + std::to_string(i) + "_x.sql", "CREATE TABLE x (x);");
  CHECK(
      refusal("0005").ends_with("the last ones are 0012_x.sql, 0013_x.sql, 0014_x.sql, 0015_x.sql, "
                                "0016_x.sql, 0017_x.sql, 0018_x.sql and 0019_x.sql"));
}

TEST_CASE(
    "a record with the digest of the bytes holds for those bytes, and then for the statements") {
  RepairedProject project;
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);\n");
  REQUIRE(project.apply().empty());
  const std::string former = project.files()[0].former_digest;
  CHECK(former.size() == 32);
  const std::string set = "UPDATE _prodev_migration SET digest = '" + former + "'";
  REQUIRE(project.connection().execute(set));
  project.folder.write("0001_a.sql", "CREATE TABLE a (x, y);\n");
  CHECK(project.state() == MigrationState::kChanged);
  project.folder.write("0001_a.sql", "-- why\nCREATE TABLE a (x);\n");
  CHECK(project.state() == MigrationState::kChanged);  // nobody can know that yet
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);\r\n");
  CHECK(project.state() == MigrationState::kApplied);
  REQUIRE(project.apply().empty());
  project.folder.write("0001_a.sql", "-- why\nCREATE TABLE a (x);\n");
  CHECK(project.state() == MigrationState::kApplied);
}

TEST_CASE("a baseline records without running, up to a file, and only in order") {
  RepairedProject project;
  project.folder.write("0001_a.sql", "CREATE TABLE a (x);");
  project.folder.write("0003_c.sql", "CREATE TABLE c (x);");
  CHECK_FALSE(record_baseline(project.connection(), project.files(), "0009_x.sql"));
  CHECK(*record_baseline(project.connection(), project.files(), "0001_a.sql") ==
        std::vector<std::string>{"0001_a.sql"});
  CHECK(*record_baseline(project.connection(), project.files(), "") ==
        std::vector<std::string>{"0003_c.sql"});
  CHECK(project.apply().empty());
  CHECK(project.connection().prepare("SELECT * FROM a").error().code == base::Code::kBadInput);
  project.folder.write("0002_b.sql", "CREATE TABLE b (x);");
  CHECK_FALSE(record_baseline(project.connection(), project.files(), ""));
}

TEST_CASE("a file without a statement waits, is not recorded, and does not stop later ones") {
  RepairedProject project;
  project.folder.write("0001_a.sql", "-- to be written");
  project.folder.write("0002_b.sql", "CREATE TABLE b (x);");
  REQUIRE(project.apply().empty());
  CHECK(project.state() == MigrationState::kWaiting);
  CHECK(load_records(project.connection())->size() == 1);
}

}  // namespace prodev::db
