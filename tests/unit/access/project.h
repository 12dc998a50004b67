// A database in memory with system tables, on which a test runs schema files.
#pragma once

#include <string>

#include "access/rules.h"
#include "access/store.h"
#include "catch.h"
#include "db/sql_script.h"
#include "db/system_schema.h"

namespace prodev::access::test {

class Project {
 public:
  explicit Project(const std::string& sql = "") {
    REQUIRE(db::apply_system_migrations(connection));
    const std::string problem = run(sql);
    INFO(problem);
    REQUIRE(problem.empty());
  }

  // Runs a file as a migration does. The error's message; empty: none.
  std::string run(const std::string& sql) {
    REQUIRE(connection.execute("BEGIN"));
    const auto outcome = db::run_script(connection, sql, "x.sql", schema_statements());
    REQUIRE(connection.execute(outcome ? "COMMIT" : "ROLLBACK"));
    return outcome ? "" : outcome.error().message;
  }
  std::shared_ptr<const Rules> rules() {
    auto rules = Rules::load(connection);
    INFO((rules ? "" : rules.error().message));
    REQUIRE(rules);
    return *rules;
  }
  // The first column of the rows, joined by commas.
  std::string list(const std::string& sql) {
    auto statement = connection.prepare(sql);
    INFO(sql << (statement ? "" : statement.error().message));
    REQUIRE(statement);
    return list(*statement);
  }
  static std::string list(db::Statement& statement) {
    std::string joined;
    while (*statement.step()) {
      if (!joined.empty()) joined += ',';
      joined += statement.column_text(0);
    }
    return joined;
  }

  db::Connection connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
};

}  // namespace prodev::access::test
