#include "access/rules.h"

#include "access/project.h"

namespace prodev::access {
namespace {

using test::Project;

constexpr const char* kNotes =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT, body TEXT, secret TEXT);"
    "INSERT INTO note VALUES (1, 'ann', 'a', 's'), (2, 'bob', 'b', 's'), (3, NULL, 'c', 's');"
    "CREATE VIEW title AS SELECT id, body FROM note;"
    "CREATE ROLE staff; CREATE ROLE boss IN ROLE staff;";

struct Who {
  std::string role = "authenticated";
  std::string id = "ann";
};

// The ids of the rows of `table` that pass `condition`.
std::string passing(Project& project, const std::string& table, const std::string& condition,
                    const Who& who) {
  auto rows = project.connection.prepare("SELECT id FROM " + table + " WHERE " +
                                         (condition.empty() ? "1" : condition) +
                                         " AND coalesce(?1, ?2, ?3) IS NOT NULL ORDER BY id");
  INFO(condition);
  REQUIRE(rows);
  rows->bind_text(1, who.id);
  rows->bind_text(2, who.role);
  rows->bind_text(3, R"({"org":"x"})");
  return Project::list(*rows);
}

// What `who` may do to notes: the ids that it sees, or "denied".
std::string visible(Project& project, const Who& who, Verb verb = Verb::kSelect,
                    const std::string& table = "note") {
  const auto rules = project.rules();
  const Rights& rights = rules->rights(who.role, table, verb);
  return rights.permitted ? passing(project, table, rights.using_sql, who) : "denied";
}
std::string acceptable(Project& project, const Who& who, Verb verb = Verb::kInsert) {
  const auto rules = project.rules();
  const Rights& rights = rules->rights(who.role, "note", verb);
  return rights.permitted ? passing(project, "note", rights.check_sql, who) : "denied";
}

std::string columns(Project& project, const std::string& role, Verb verb = Verb::kSelect,
                    const std::string& table = "note") {
  const auto rules = project.rules();
  const Rights& rights = rules->rights(role, table, verb);
  if (!rights.permitted) return "denied";
  if (!rights.columns) return "all";
  std::string joined;
  for (const std::string& column : *rights.columns) joined += column + ' ';
  return joined;
}

}  // namespace

TEST_CASE("without policies only the service role sees anything") {
  Project project(kNotes);
  for (const Verb verb : kVerbs) CHECK(visible(project, {"service_role", ""}, verb) == "1,2,3");
  for (const char* role : {"anon", "authenticated", "boss"}) CHECK(visible(project, {role}) == "");
  CHECK(acceptable(project, {}) == "");
  CHECK(project.rules()->rights("service_role", "note", Verb::kSelect).bypass);
  CHECK_FALSE(project.rules()->rights("anon", "note", Verb::kSelect).bypass);
}

TEST_CASE("a database without system tables is closed to all but the service role") {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(connection.execute("CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t"));
  const auto rules = *Rules::load(connection);
  CHECK(rules->has_role("anon"));
  CHECK(rules->rights("service_role", "t", Verb::kDelete).bypass);
  CHECK(rules->rights("anon", "t", Verb::kSelect).using_sql == "(0)");
  CHECK_FALSE(rules->rights("anon", "v", Verb::kSelect).permitted);
  CHECK(describe_rules(connection)->empty());
}

TEST_CASE("unknown roles and tables and tables of the system are denied") {
  Project project(kNotes);
  REQUIRE(project.run("CREATE POLICY p ON note USING (true)").empty());
  const auto rules = project.rules();
  for (const char* table : {"nosuch", "_prodev_role", "_prodev_policy", "sqlite_schema", ""}) {
    const Rights& rights = rules->rights("service_role", table, Verb::kSelect);
    CHECK_FALSE(rights.permitted);
    CHECK_FALSE(rights.bypass);
    CHECK(rights.using_sql == "(0)");
    CHECK(rights.check_sql == "(0)");
  }
  for (const char* role : {"nosuch", "public", "ANON", ""}) {
    CHECK_FALSE(rules->rights(role, "note", Verb::kSelect).permitted);
    CHECK_FALSE(rules->has_role(role));
  }
  CHECK(rules->rights("anon", "NOTE", Verb::kSelect).permitted);
  CHECK(rules->has_role("boss"));
}

// PostgreSQL's manual, CREATE POLICY, "Policies Applied by Command Type".
TEST_CASE("each policy applies to the commands that PostgreSQL's table names") {
  struct Case {
    std::string policy;
    std::string select, update, remove, insert_check, update_check;
  };
  const std::vector<Case> cases = {
      {"FOR SELECT USING (id = 1)", "1", "", "", "", ""},
      {"FOR INSERT WITH CHECK (id = 1)", "", "", "", "1", ""},
      {"FOR UPDATE USING (id = 1)", "", "1", "", "", "1"},
      {"FOR UPDATE USING (id = 1) WITH CHECK (id = 2)", "", "1", "", "", "2"},
      {"FOR UPDATE WITH CHECK (id = 2)", "", "", "", "", "2"},
      {"FOR DELETE USING (id = 1)", "", "", "1", "", ""},
      {"USING (id = 1)", "1", "1", "1", "1", "1"},
      {"USING (id = 1) WITH CHECK (id = 2)", "1", "1", "1", "2", "2"},
      {"WITH CHECK (id = 2)", "", "", "", "2", "2"},
      {"FOR SELECT", "", "", "", "", ""},
      {"FOR INSERT", "", "", "", "", ""},
  };
  for (const Case& one : cases) {
    Project project(std::string(kNotes) + "CREATE POLICY p ON note " + one.policy);
    INFO(one.policy);
    CHECK(visible(project, {}) == one.select);
    CHECK(visible(project, {}, Verb::kUpdate) == one.update);
    CHECK(visible(project, {}, Verb::kDelete) == one.remove);
    CHECK(acceptable(project, {}) == one.insert_check);
    CHECK(acceptable(project, {}, Verb::kUpdate) == one.update_check);
  }
}

TEST_CASE("permissive policies are OR-ed and restrictive ones AND-ed") {
  struct Case {
    std::string policies, visible;
  };
  const std::vector<Case> cases = {
      {"CREATE POLICY a ON note USING (id = 1); CREATE POLICY b ON note USING (id = 3)", "1,3"},
      {"CREATE POLICY a ON note AS RESTRICTIVE USING (true)", ""},
      {"CREATE POLICY a ON note USING (true); CREATE POLICY b ON note AS RESTRICTIVE USING (id < "
       "3)",
       "1,2"},
      {"CREATE POLICY a ON note USING (id < 3); CREATE POLICY b ON note USING (id = 3);"
       "CREATE POLICY c ON note AS RESTRICTIVE USING (id > 1);"
       "CREATE POLICY d ON note AS RESTRICTIVE USING (id <> 2)",
       "3"},
      {"CREATE POLICY a ON note USING (true); CREATE POLICY b ON note AS RESTRICTIVE USING (false)",
       ""},
      {"CREATE POLICY a ON note USING (false); CREATE POLICY b ON note USING (1)", "1,2,3"},
      // AND and OR inside expressions do not mix with those between them.
      {"CREATE POLICY a ON note USING (id = 1 OR id = 2);"
       "CREATE POLICY b ON note AS RESTRICTIVE USING (id = 2 OR id = 3)",
       "2"},
      // NULL is not true.
      {"CREATE POLICY a ON note USING (owner <> 'bob')", "1"},
      {"CREATE POLICY a ON note USING (true);"
       "CREATE POLICY b ON note AS RESTRICTIVE USING (owner <> 'bob')",
       "1"},
      // A restrictive policy without USING says nothing about rows that are read.
      {"CREATE POLICY a ON note USING (true); CREATE POLICY b ON note AS RESTRICTIVE WITH CHECK "
       "(0)",
       "1,2,3"},
      {"CREATE POLICY a ON note USING (owner = auth.uid())", "1"},
      {"CREATE POLICY a ON note USING (auth.role() = 'authenticated' AND auth.jwt()->>'org' = 'x')",
       "1,2,3"},
      {"CREATE POLICY a ON note USING (note.id = (SELECT max(id) FROM note n))", "3"},
  };
  for (const Case& one : cases) {
    Project project(std::string(kNotes) + one.policies);
    INFO(one.policies);
    CHECK(visible(project, {}) == one.visible);
  }
}

TEST_CASE("a policy applies to its roles and to their members, however far") {
  Project project(std::string(kNotes) +
                  "CREATE ROLE chief; GRANT boss TO chief;"
                  "CREATE POLICY s ON note TO staff USING (id = 1);"
                  "CREATE POLICY b ON note TO boss, anon USING (id = 2)");
  CHECK(visible(project, {"staff"}) == "1");
  CHECK(visible(project, {"boss"}) == "1,2");
  CHECK(visible(project, {"chief"}) == "1,2");
  CHECK(visible(project, {"anon"}) == "2");
  CHECK(visible(project, {"authenticated"}) == "");
  REQUIRE(project.run("REVOKE boss FROM chief").empty());
  CHECK(visible(project, {"chief"}) == "");
}

TEST_CASE("rights without conditions and those that depend on nobody say so") {
  const auto rights = [](const std::string& policies) {
    Project project(std::string(kNotes) + policies);
    return project.rules()->rights("anon", "note", Verb::kSelect);
  };
  CHECK(rights("CREATE POLICY a ON note USING ( TRUE )").using_sql == "");
  const Rights open = rights(
      "CREATE POLICY a ON note USING (owner = auth.uid()); CREATE POLICY b ON note USING (1)");
  CHECK(open.using_sql == "");
  CHECK_FALSE(open.uses_identity);
  CHECK(rights("CREATE POLICY a ON note USING (owner = auth.uid())").uses_identity);
  CHECK(rights("CREATE POLICY a ON note USING (auth.jwt() IS NULL)").uses_identity);
  CHECK_FALSE(rights("CREATE POLICY a ON note USING (auth.role() = 'anon')").uses_identity);
  // A check that a SELECT never makes does not tie its answer to somebody.
  CHECK_FALSE(
      rights("CREATE POLICY a ON note USING (1) WITH CHECK (owner = auth.uid())").uses_identity);
}

TEST_CASE("GRANT of columns narrows, and REVOKE takes away") {
  Project project(std::string(kNotes) + "CREATE POLICY p ON note USING (true)");
  CHECK(columns(project, "anon") == "all");
  REQUIRE(project.run("GRANT SELECT (body, id) ON note TO anon").empty());
  CHECK(columns(project, "anon") == "id body ");
  CHECK(columns(project, "anon", Verb::kUpdate) == "all");
  CHECK(columns(project, "authenticated") == "all");
  REQUIRE(project.run("GRANT SELECT ON note TO anon").empty());
  CHECK(columns(project, "anon") == "all");
  REQUIRE(project.run("REVOKE SELECT (secret) ON note FROM PUBLIC").empty());
  CHECK(columns(project, "anon") == "all");
  CHECK(columns(project, "authenticated") == "id owner body ");
  REQUIRE(project.run("REVOKE SELECT ON note FROM anon").empty());
  CHECK(columns(project, "anon") == "denied");
  CHECK(columns(project, "service_role") == "all");
}

TEST_CASE("what is said to a role stands above its roles, and those above PUBLIC") {
  Project project(std::string(kNotes) +
                  "CREATE POLICY p ON note USING (true);"
                  "CREATE ROLE guest; CREATE ROLE both IN ROLE staff, guest;"
                  "REVOKE ALL ON note FROM PUBLIC;"
                  "GRANT SELECT (id) ON note TO staff;"
                  "GRANT SELECT (body) ON note TO guest");
  CHECK(columns(project, "anon") == "denied");
  CHECK(columns(project, "staff") == "id ");
  CHECK(columns(project, "boss") == "id ");
  CHECK(columns(project, "both") == "id body ");
  REQUIRE(project.run("GRANT SELECT ON note TO boss; REVOKE SELECT ON note FROM both").empty());
  CHECK(columns(project, "boss") == "all");
  CHECK(columns(project, "both") == "denied");
}

TEST_CASE("a view is closed until a grant opens every row or a policy its rows") {
  Project project(kNotes);
  CHECK(visible(project, {}, Verb::kSelect, "title") == "denied");
  CHECK(visible(project, {"service_role"}, Verb::kSelect, "title") == "1,2,3");
  REQUIRE(project.run("GRANT SELECT ON title TO authenticated").empty());
  CHECK(visible(project, {}, Verb::kSelect, "title") == "1,2,3");
  CHECK(visible(project, {"anon"}, Verb::kSelect, "title") == "denied");
  CHECK(visible(project, {}, Verb::kDelete, "title") == "denied");
  REQUIRE(project.run("CREATE POLICY p ON title FOR SELECT TO anon, staff USING (id = 2)").empty());
  CHECK(visible(project, {"anon"}, Verb::kSelect, "title") == "2");
  CHECK(visible(project, {}, Verb::kSelect, "title") == "1,2,3");
  // With a grant and a policy the policy decides.
  REQUIRE(project.run("GRANT SELECT (id) ON title TO anon").empty());
  CHECK(visible(project, {"anon"}, Verb::kSelect, "title") == "2");
  CHECK(columns(project, "anon", Verb::kSelect, "title") == "id ");
  REQUIRE(project.run("CREATE POLICY r ON title AS RESTRICTIVE USING (id < 3)").empty());
  CHECK(visible(project, {}, Verb::kSelect, "title") == "1,2");
  REQUIRE(project.run("REVOKE SELECT ON title FROM anon").empty());
  CHECK(visible(project, {"anon"}, Verb::kSelect, "title") == "denied");
}

TEST_CASE("rules of a table or column that is gone have no effect and are told of") {
  Project project(std::string(kNotes) +
                  "CREATE TABLE old (a); CREATE POLICY o ON old USING (1);"
                  "GRANT SELECT ON old TO anon; GRANT SELECT (id, secret) ON note TO anon;"
                  "CREATE POLICY p ON note USING (id = 1);"
                  "CREATE POLICY q ON note TO anon USING (secret = 's');"
                  "DROP TABLE old; ALTER TABLE note DROP COLUMN secret");
  CHECK(visible(project, {"anon"}) == "1");
  CHECK(columns(project, "anon") == "id ");
  CHECK_FALSE(project.rules()->rights("anon", "old", Verb::kSelect).permitted);
  const auto rules = describe_rules(project.connection);
  REQUIRE(rules);
  std::string told;
  for (const RuleDescription& rule : *rules)
    told += rule.table + ": " + rule.rule + ": " + rule.problem + "\n";
  CHECK(told ==
        "note: policy p FOR ALL TO public USING (id = 1): \n"
        "note: policy q FOR ALL TO anon USING (secret = 's'): no such column: secret: the "
        "expression counts as false\n"
        "old: policy o FOR ALL TO public USING (1): there is no table old\n"
        "note: privilege SELECT (secret) of anon: note has no column secret\n"
        "old: privilege SELECT of anon: there is no table old\n");
}

TEST_CASE("a restrictive policy that no longer fits its table closes it") {
  Project project(std::string(kNotes) +
                  "CREATE POLICY p ON note USING (true);"
                  "CREATE POLICY r ON note AS RESTRICTIVE TO anon USING (\"secret\" <> 'x');"
                  "ALTER TABLE note RENAME COLUMN secret TO hidden");
  CHECK(visible(project, {"anon"}) == "");
  CHECK(visible(project, {}) == "1,2,3");
}

TEST_CASE("a view whose table is gone closes nothing else") {
  Project project(std::string(kNotes) +
                  "CREATE POLICY p ON note USING (true); CREATE TABLE old (a);"
                  "CREATE VIEW broken AS SELECT a FROM old; GRANT SELECT (a) ON broken TO anon;"
                  "CREATE POLICY b ON broken USING (a = 1); DROP TABLE old");
  CHECK(visible(project, {}) == "1,2,3");
  CHECK_FALSE(project.rules()->rights("anon", "broken", Verb::kSelect).permitted);
  CHECK(describe_rules(project.connection));
}

TEST_CASE("a table that is rebuilt keeps its rules") {
  Project project(std::string(kNotes) +
                  "CREATE POLICY p ON note USING (id = 1);"
                  "DROP VIEW title; CREATE TABLE new_note (id, owner);"
                  "INSERT INTO new_note SELECT id, owner FROM note;"
                  "DROP TABLE note; ALTER TABLE new_note RENAME TO note");
  CHECK(visible(project, {}) == "1");
}

TEST_CASE("rules load inside a transaction and on a connection that only reads") {
  Project project(kNotes);
  REQUIRE(project.connection.execute("PRAGMA query_only = ON; BEGIN"));
  CHECK(Rules::load(project.connection));
  CHECK(project.connection.execute("COMMIT"));
  CHECK(Rules::load(project.connection));
  CHECK_FALSE(project.connection.execute("COMMIT"));  // no transaction was left open
}

}  // namespace prodev::access
