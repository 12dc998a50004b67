#include "cli/doctor_schema.h"

#include "catch.h"
#include "db/sql_script.h"
#include "db/system_schema.h"
#include "functions/store.h"

namespace prodev::cli {
namespace {

using CheckFunction = base::Result<Finding> (*)(db::Connection&);

// "warn: <what was found> -> <fix>" of a check on the schema that `sql` makes.
std::string found(CheckFunction check, const std::string& sql) {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(db::apply_system_migrations(connection));
  const auto run = db::run_script(connection, sql, "x.sql", functions::schema_statements());
  INFO((run ? "" : run.error().message));
  REQUIRE(run);
  const auto finding = check(connection);
  INFO((finding ? "" : finding.error().message));
  REQUIRE(finding);
  return std::string(finding->grade == Grade::kOk ? "ok" : "warn") + ": " + finding->says +
         (finding->fix.empty() ? "" : " -> " + finding->fix);
}

constexpr const char* kNote = "CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT);";

}  // namespace

TEST_CASE("doctor tells of rules that fit no table") {
  CHECK(found(check_rules, kNote) == "ok: all fit the schema");
  CHECK(found(check_rules, std::string(kNote) + "CREATE POLICY p ON note USING (true);"
                                                "DROP TABLE note;")
            .find("warn: policy p FOR ALL TO public USING (true): there is no table note -> ") ==
        0);
}

TEST_CASE("doctor tells of views and functions that are left out") {
  const std::string schema = std::string(kNote) +
                             "CREATE FUNCTION bodies() RETURNS SETOF text LANGUAGE sql AS"
                             " $$ SELECT owner FROM note; $$;";
  CHECK(found(check_left_out, schema) == "ok: all that it names is there");
  CHECK(found(check_left_out, schema + "DROP TABLE note;")
            .find("warn: function bodies() is left out: no such table: note -> ") == 0);
}

TEST_CASE("doctor tells which tables are closed to all but the service role") {
  const std::string schema = std::string(kNote) +
                             "CREATE TABLE inbox (id); CREATE VIEW v AS SELECT id FROM note;"
                             "CREATE VIRTUAL TABLE words USING fts5(body);"
                             "CREATE POLICY i ON inbox FOR INSERT WITH CHECK (true);";
  CHECK(found(check_closed_tables, schema) ==
        "ok: only service_role can use note, v, words -> if clients should: CREATE POLICY ... ON "
        "note ... USING (...)");
  CHECK(found(check_closed_tables, schema + "CREATE POLICY n ON note USING (id = 1);"
                                            "CREATE POLICY w ON words USING (true);"
                                            "GRANT SELECT ON v TO anon;") == "ok: none");
  CHECK(found(check_closed_tables, std::string(kNote) + "CREATE POLICY n ON note USING (false)")
            .find("only service_role can use note") != std::string::npos);
}

TEST_CASE("doctor tells of policies that read a whole table to find a user's rows") {
  const std::string policy = "CREATE POLICY own ON note USING (owner = auth.uid());";
  CHECK(found(check_policy_scans, kNote + policy)
            .find("warn: reads a whole table: policy own on note (SCAN note) -> ") == 0);
  CHECK(found(check_policy_scans, kNote + policy + "CREATE INDEX i ON note (owner);").find("ok") ==
        0);
  CHECK(found(check_policy_scans, std::string(kNote) + "CREATE POLICY p ON note USING (id > 0);"
                                                       "CREATE POLICY q ON note USING (true);")
            .find("ok") == 0);
}

TEST_CASE("doctor advises of a policy that asks a subquery of each row to ask it once") {
  const std::string schema =
      "CREATE TABLE member (team INTEGER, who TEXT, PRIMARY KEY (team, who));"
      "CREATE INDEX member_who ON member (who);"
      "CREATE TABLE task (id INTEGER PRIMARY KEY, team INTEGER);"
      "CREATE INDEX task_team ON task (team);";
  const std::string asked =
      found(check_policy_scans,
            schema +
                "CREATE POLICY p ON task USING (EXISTS (SELECT 1 FROM member WHERE member.team ="
                " task.team AND member.who = auth.uid()));");
  CHECK(asked.find("warn: reads a whole table: policy p on task (SCAN task") == 0);
  CHECK(asked.find("-> write EXISTS as column IN (SELECT") != std::string::npos);
  CHECK(found(check_policy_scans,
              schema + "CREATE POLICY p ON task USING (team IN (SELECT team FROM member WHERE who ="
                       " auth.uid()));")
            .find("ok") == 0);
}

TEST_CASE("doctor tells of foreign keys without an index") {
  const std::string schema =
      "CREATE TABLE a (x, y, PRIMARY KEY (x, y));"
      "CREATE TABLE b (id INTEGER PRIMARY KEY, x, y, FOREIGN KEY (x, y) REFERENCES a (x, y));";
  CHECK(found(check_foreign_keys, schema) ==
        "warn: without an index: b (\"x\", \"y\") -> CREATE INDEX ... ON \"b\" (\"x\", \"y\")");
  CHECK(found(check_foreign_keys, schema + "CREATE INDEX i ON b (y, x);") ==
        "ok: each of 1 has an index");
  CHECK(found(check_foreign_keys, kNote) == "ok: there are none");
}

}  // namespace prodev::cli
