#include "db/sql_script.h"

#include <vector>

#include "catch.h"
#include "db/memory_database.h"
#include "db/system_schema.h"

namespace prodev::db {
namespace {

using test::open_memory;

int64_t count(Connection& connection, const std::string& sql) {
  Statement statement = *connection.prepare(sql);
  return *statement.step() ? statement.column_int(0) : -1;
}

// Runs `sql` with a hook that takes statements beginning with "TAKE"; returns their text.
std::vector<std::string> taken(const std::string& sql) {
  Connection connection = open_memory();
  std::vector<std::string> statements;
  const auto outcome = run_script(connection, sql, "x.sql",
                                  [&](Connection&, std::string_view statement, std::string_view) {
                                    const bool takes = statement.starts_with("TAKE");
                                    if (takes) statements.emplace_back(statement);
                                    return takes;
                                  });
  if (!outcome) return {outcome.error().message};
  return statements;
}

// Writes down what it is told, and refuses DROP after it has run.
class Diary : public ScriptObserver {
 public:
  base::Result<void> begin(Connection&, std::string_view) override {
    lines = {"begin"};
    return {};
  }
  StatementResult<void> before_hook(Connection&, std::string_view statement) override {
    if (statement.starts_with("TAKE")) lines.push_back("hook " + std::string(statement));
    return {};
  }
  StatementResult<void> before(Connection&, std::string_view statement) override {
    lines.push_back("before " + std::string(statement));
    return {};
  }
  StatementResult<void> after(Connection&, std::string_view statement) override {
    lines.push_back("after " + std::string(statement));
    if (!statement.starts_with("DROP")) return {};
    return tl::make_unexpected(StatementError({base::Code::kConflict, "kept"}, 5));
  }
  tl::expected<void, EndError> finish(Connection& connection) override {
    lines.emplace_back("finish");
    if (count(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'worse'") > 0)
      return tl::make_unexpected(EndError({base::Code::kBadInput, "a worse end"}, 1));
    if (count(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'bad'") == 0) return {};
    return base::fail(base::Code::kBadInput, "a bad end");
  }
  std::vector<std::string> notes() const override { return {}; }

  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("an observer sees what SQLite runs, and the end") {
  Connection connection = open_memory();
  Diary diary;
  const StatementHook hook = [](Connection&, std::string_view statement, std::string_view) {
    return statement.starts_with("TAKE");
  };
  REQUIRE(run_script(connection, "CREATE TABLE a (x); TAKE b; SELECT 1", "x.sql", hook, &diary));
  CHECK(diary.lines == std::vector<std::string>{"begin", "before CREATE TABLE a (x)",
                                                "after CREATE TABLE a (x)", "hook TAKE b",
                                                "before SELECT 1", "after SELECT 1", "finish"});
  auto outcome = run_script(connection, "\n DROP TABLE a", "x.sql", hook, &diary);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "x.sql:2:7: kept, in: DROP TABLE a");
  CHECK(diary.lines.back() == "after DROP TABLE a");
  outcome = run_script(connection, "CREATE TABLE bad (x)", "x.sql", hook, &diary);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "x.sql: a bad end");
  outcome = run_script(connection, "SELECT 1; TAKE b;\n CREATE TABLE worse (x); SELECT 2", "x.sql",
                       hook, &diary);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "x.sql:2:2: a worse end, in: CREATE TABLE worse (x); SELECT 2");
}

TEST_CASE("a hook gets each statement whole, whatever its quotes and comments hold") {
  CHECK(taken("TAKE a; SELECT 1;TAKE b") == std::vector<std::string>{"TAKE a", "TAKE b"});
  CHECK(taken("-- first;\n TAKE ';' \";\" [;] `;` 'it''s;' ;") ==
        std::vector<std::string>{"TAKE ';' \";\" [;] `;` 'it''s;' "});
  CHECK(taken("TAKE -- one;\n two /* ; */ three; TAKE c") ==
        std::vector<std::string>{"TAKE -- one;\n two /* ; */ three", "TAKE c"});
  CHECK(taken("TAKE 'no end; TAKE b;") == std::vector<std::string>{"TAKE 'no end; TAKE b;"});
  CHECK(taken("CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; "
              "END; TAKE a") == std::vector<std::string>{"TAKE a"});
  CHECK(taken("TAKE $$ a; 'b $$ c; TAKE $x$ ; $$ ; $y$ ; $x$; TAKE d") ==
        std::vector<std::string>{"TAKE $$ a; 'b $$ c", "TAKE $x$ ; $$ ; $y$ ; $x$", "TAKE d"});
  // Without an end it is no quote.
  CHECK(taken("TAKE $$ a; TAKE $1$; TAKE a$b$; TAKE $b$") ==
        std::vector<std::string>{"TAKE $$ a", "TAKE $1$", "TAKE a$b$", "TAKE $b$"});
}

TEST_CASE("the error of a hook points at the spot that it names") {
  Connection connection = open_memory();
  const StatementHook hook = [](Connection&, std::string_view statement,
                                std::string_view) -> StatementResult<bool> {
    if (!statement.starts_with("TAKE")) return false;
    return tl::make_unexpected(
        StatementError({base::Code::kConflict, "not this"}, statement.find("this")));
  };
  const auto outcome = run_script(connection, "SELECT 1;\n\n  TAKE\n   this;", "x.sql", hook);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::kConflict);
  CHECK(outcome.error().message == "x.sql:4:4: not this, in: TAKE...");
}

TEST_CASE("the system tables are made once") {
  Connection connection = open_memory();
  REQUIRE(apply_system_migrations(connection));
  const int64_t steps = count(connection, "SELECT count(*) FROM _prodev_system_migration");
  CHECK(steps >= 1);
  CHECK(count(connection, "SELECT count(*) FROM _prodev_role") == 4);
  REQUIRE(apply_system_migrations(connection));
  CHECK(count(connection, "SELECT count(*) FROM _prodev_system_migration") == steps);
  // The second time needs no lock.
  REQUIRE(connection.execute("PRAGMA query_only = ON"));
  CHECK(apply_system_migrations(connection));
}

TEST_CASE("system tables of a newer prodev are left alone and told of") {
  Connection connection = open_memory();
  REQUIRE(apply_system_migrations(connection));
  REQUIRE(
      connection.execute("INSERT INTO _prodev_system_migration (number, name) VALUES (9000, 'x')"));
  const int64_t before = count(connection, "SELECT total_changes()");
  const auto outcome = apply_system_migrations(connection);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::kConflict);
  CHECK(outcome.error().message.find("newer prodev (its system tables are at step 9000, this one "
                                     "knows up to ") != std::string::npos);
  CHECK(count(connection, "SELECT total_changes()") == before);
}

}  // namespace prodev::db
