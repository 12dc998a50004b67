#include "access/statement.h"

#include "catch.h"

namespace prodev::access {
namespace {

// Its expressions are views of `statement`.
template <class T>
T parsed(std::string_view statement) {
  const auto outcome = parse_statement(statement);
  INFO(statement << ": " << (outcome ? "" : outcome.error().error.message));
  REQUIRE(outcome);
  REQUIRE(outcome->has_value());
  REQUIRE(std::holds_alternative<T>(**outcome));
  return std::get<T>(**outcome);
}

// "<offset>: <message>"; "sqlite" for what is left to SQLite, "ok" for what is not.
std::string outcome_of(const std::string& statement) {
  const auto outcome = parse_statement(statement);
  if (!outcome)
    return std::to_string(outcome.error().offset) + ": " + outcome.error().error.message;
  return outcome->has_value() ? "ok" : "sqlite";
}

std::string joined(const std::vector<Name>& names) {
  std::string text;
  for (const Name& name : names) text += (text.empty() ? "" : ",") + name.text;
  return text;
}

}  // namespace

TEST_CASE("a policy statement is read with all its clauses") {
  const std::string statement =
      "Create Policy \"My \"\"own\"\"\" ON public.Orders As Restrictive for UPDATE TO Staff, "
      "\"Boss\" USING (a = ')' -- )\n AND (b)) WITH CHECK ( c )";
  const auto policy = parsed<CreatePolicy>(statement);
  CHECK(policy.name.text == "My \"own\"");
  CHECK(policy.table.text == "orders");
  CHECK(policy.table.offset == statement.find("Orders"));
  CHECK(policy.restrictive);
  CHECK(policy.verb == Verb::kUpdate);
  CHECK(joined(policy.roles) == "staff,Boss");
  REQUIRE(policy.using_expression);
  CHECK(policy.using_expression->text == "a = ')' -- )\n AND (b)");
  CHECK(policy.using_expression->offset == statement.find("a = "));
  REQUIRE(policy.check_expression);
  CHECK(policy.check_expression->text == " c ");
}

TEST_CASE("a policy without clauses is permissive, for every command and everyone") {
  const auto policy = parsed<CreatePolicy>("CREATE POLICY p ON t");
  CHECK_FALSE(policy.restrictive);
  CHECK_FALSE(policy.verb);
  CHECK(joined(policy.roles) == "public");
  CHECK_FALSE(policy.using_expression);
  CHECK_FALSE(policy.check_expression);
  CHECK(joined(parsed<CreatePolicy>("CREATE POLICY p ON t FOR ALL TO PUBLIC").roles) == "public");
}

TEST_CASE("the other statements about policies and roles are read") {
  CHECK(parsed<AlterPolicy>("ALTER POLICY p ON t RENAME TO q").new_name->text == "q");
  const auto alter = parsed<AlterPolicy>("ALTER POLICY p ON t TO a, PUBLIC USING (1)");
  CHECK(joined(alter.roles) == "a,public");
  CHECK(alter.using_expression->text == "1");
  CHECK(parsed<DropPolicy>("DROP POLICY IF EXISTS p ON main.t").if_exists);
  CHECK_FALSE(parsed<DropPolicy>("DROP POLICY p ON t").if_exists);
  CHECK(joined(parsed<CreateRole>("CREATE ROLE a IN ROLE b, c").member_of) == "b,c");
  CHECK(parsed<DropRole>("DROP ROLE IF EXISTS a").if_exists);
  const auto grant = parsed<Membership>("GRANT a, b TO c");
  CHECK(grant.grant);
  CHECK(joined(grant.roles) == "a,b");
  CHECK(joined(grant.members) == "c");
  CHECK_FALSE(parsed<Membership>("REVOKE a FROM c, d").grant);
  CHECK(parsed<EnableRowSecurity>("ALTER TABLE t ENABLE ROW LEVEL SECURITY").table.text == "t");
  CHECK(parsed<EnableRowSecurity>("alter table \"T\" force row level security").table.text == "T");
}

TEST_CASE("privileges are read with their columns") {
  const auto grant = parsed<ChangePrivileges>(
      "GRANT SELECT (id, \"Name\"), UPDATE (name), DELETE ON TABLE a, public.b TO anon, PUBLIC");
  CHECK(grant.grant);
  REQUIRE(grant.privileges.size() == 3);
  CHECK(grant.privileges[0].verbs == std::vector<Verb>{Verb::kSelect});
  CHECK(joined(grant.privileges[0].columns) == "id,Name");
  CHECK(grant.privileges[2].columns.empty());
  CHECK(joined(grant.tables) == "a,b");
  CHECK(joined(grant.roles) == "anon,public");
  const auto revoke = parsed<ChangePrivileges>("REVOKE ALL PRIVILEGES ON a FROM anon");
  CHECK_FALSE(revoke.grant);
  CHECK(revoke.privileges[0].verbs.size() == 4);
  // PostgreSQL has no privilege to delete a column.
  CHECK(parsed<ChangePrivileges>("GRANT ALL (a) ON t TO x").privileges[0].verbs.size() == 3);
}

TEST_CASE("statements of SQLite are left to it") {
  for (const char* statement :
       {"", "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "CREATE UNIQUE INDEX i ON t (x)",
        "DROP TABLE t", "ALTER TABLE t ADD COLUMN x", "ALTER TABLE t RENAME TO policy",
        "ALTER TABLE t DROP COLUMN enable", "INSERT INTO policy VALUES ('CREATE POLICY')",
        "SELECT 'GRANT'", "WITH x AS (SELECT 1) SELECT * FROM x", "PRAGMA user_version", "'x",
        "EXPLAIN SELECT 1", "REINDEX", "RELEASE x", "CREATE"}) {
    INFO(statement);
    CHECK(outcome_of(statement) == "sqlite");
  }
}

TEST_CASE("a statement that is wrong is told at its spot, with what was expected") {
  struct Case {
    std::string statement, outcome;
  };
  const std::vector<Case> cases = {
      {"CREATE POLCY p ON t", "7: unknown word POLCY: did you mean policy?"},
      {"GRNAT SELECT ON t TO x", "0: unknown word GRNAT: did you mean grant?"},
      {"CREATE POLICY", "13: expected the policy's name, found the end of the statement"},
      {"CREATE POLICY ON t", "14: expected the policy's name, found ON"},
      {"CREATE POLICY p IN t", "16: expected ON, found IN"},
      {"CREATE POLICY p ON other.t", "19: there is one schema here: write the table's name alone"},
      {"CREATE POLICY p ON t AS RESTRICTED",
       "24: expected PERMISSIVE or RESTRICTIVE, found RESTRICTED: did you mean RESTRICTIVE?"},
      {"CREATE POLICY p ON t FOR SELEKT",
       "25: expected SELECT, INSERT, UPDATE, DELETE or ALL, found SELEKT: did you mean SELECT?"},
      {"CREATE POLICY p ON t FOR SELECT, UPDATE",
       "31: expected TO, USING, WITH or the end of the statement, found ,"},
      {"CREATE POLICY p ON t USNG (1)",
       "21: expected AS, FOR, TO, USING, WITH or the end of the statement, found USNG: did you "
       "mean USING?"},
      {"CREATE POLICY p ON t USING (1) TO x",
       "31: TO is given twice or too late: the order is AS, FOR, TO, USING, WITH CHECK"},
      {"CREATE POLICY p ON t TO a TO b",
       "26: TO is given twice: the order is AS, FOR, TO, USING, WITH CHECK"},
      {"CREATE POLICY p ON t TO a,", "26: expected a role, found the end of the statement"},
      {"CREATE POLICY p ON t USING 1", "27: expected (, found 1"},
      {"CREATE POLICY p ON t USING (a = (1)", "27: this parenthesis is not closed"},
      {"CREATE POLICY p ON t USING (1 --)", "27: this parenthesis is not closed"},
      {"CREATE POLICY p ON t USING (a = 'x)", "32: this quote has no end"},
      {"CREATE POLICY p ON t USING (a = \"x)", "32: this quote has no end"},
      {"CREATE POLICY p ON t USING (a /* x)", "30: this comment has no end"},
      {"CREATE POLICY p ON t USING (1) OR (1)",
       "31: expected WITH or the end of the statement, found OR"},
      {"CREATE POLICY p ON t USING (1); DROP TABLE t",
       "30: expected WITH or the end of the statement, found ;"},
      {"CREATE POLICY p ON t USING (1; DROP TABLE t)", "29: an expression cannot hold a semicolon"},
      {"CREATE POLICY p ON t WITH (1)", "26: expected CHECK, found ("},
      {"CREATE POLICY p ON t FOR INSERT USING (1)",
       "39: a policy FOR INSERT takes only WITH CHECK: there is no row yet that USING could look "
       "at"},
      {"CREATE POLICY p ON t FOR SELECT WITH CHECK (1)",
       "44: a policy FOR SELECT or DELETE takes only USING: there is no new row that WITH CHECK "
       "could look at"},
      {"CREATE POLICY p ON t FOR DELETE USING (1) WITH CHECK (1)",
       "54: a policy FOR SELECT or DELETE takes only USING: there is no new row that WITH CHECK "
       "could look at"},
      {"ALTER POLICY p ON t FOR SELECT",
       "20: ALTER POLICY cannot change what a policy is for: drop it and create it anew"},
      {"ALTER POLICY p ON t",
       "19: expected RENAME, TO, USING or WITH, found the end of the statement"},
      {"ALTER TABLE t DISABLE ROW LEVEL SECURITY",
       "14: row-level security is always on: to open every row, write CREATE POLICY ... USING "
       "(true)"},
      {"ALTER TABLE t NO FORCE ROW LEVEL SECURITY",
       "14: row-level security is always on: to open every row, write CREATE POLICY ... USING "
       "(true)"},
      {"DROP POLICY p", "13: expected ON, found the end of the statement"},
      {"DROP POLICY p ON t CASCADE", "19: expected the end of the statement, found CASCADE"},
      {"CREATE ROLE a OTHER", "14: expected the end of the statement, found OTHER"},
      {"CREATE ROLE \"\"", "12: a name cannot be empty"},
      {"CREATE ROLE \"a", "12: this quote has no end"},
      {"GRANT a TO", "10: expected a role, found the end of the statement"},
      {"GRANT a FROM b", "8: expected TO, found FROM"},
      {"REVOKE SELECT ON t TO b", "19: expected FROM, found TO"},
      {"GRANT SELECT TO b", "6: expected a role, found SELECT"},
      {"GRANT SELECT, DELETE (a) ON t TO b", "21: DELETE takes whole rows: it has no columns"},
      {"GRANT SELECT (a b) ON t TO c", "16: expected , or ), found b"},
      {"GRANT EXECUTE ON FUNCTION f TO a",
       "6: expected SELECT, INSERT, UPDATE, DELETE or ALL, found EXECUTE"},
  };
  for (const Case& one : cases) {
    INFO(one.statement);
    CHECK(outcome_of(one.statement) == one.outcome);
  }
}

TEST_CASE("what PostgreSQL has and roles here have not is told with the way out") {
  const struct {
    const char* statement;
    const char* says;
  } kCases[] = {
      {"CREATE ROLE a NOLOGIN", "14: a role has no options here, and nobody logs in as one"},
      {"CREATE ROLE a WITH LOGIN PASSWORD 'x'", "leave WITH and what follows it out"},
      {"CREATE ROLE a IN ROLE b NOINHERIT", "leave NOINHERIT and what follows it out"},
      {"CREATE ROLE a BYPASSRLS", "no role but service_role is above the policies"},
      {"CREATE ROLE IF NOT EXISTS a", "12: a schema file runs once: leave IF NOT EXISTS out"},
      {"GRANT SELECT ON ALL TABLES IN SCHEMA public TO a", "16: each table is granted by name"},
      {"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM a", "write ON a, b, c in place of"},
      {"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO a", "SQLite has no sequences"},
      {"GRANT SELECT ON SEQUENCE s TO a", "SQLite has no sequences"},
      {"GRANT ALL ON SCHEMA public TO a", "every role may use the one schema"},
      {"GRANT ALL ON DATABASE d TO a", "every role may use the one database"},
      {"GRANT SELECT ON t TO a WITH GRANT OPTION", "schema files alone grant: leave WITH and"},
      {"GRANT a TO b WITH ADMIN OPTION", "schema files alone grant: leave WITH and"},
      {"REVOKE SELECT ON t FROM a CASCADE", "leave CASCADE and what follows it out"},
      {"GRANT SELECT, TRUNCATE ON t TO a", "14: clients cannot do this anyway: leave TRUNCATE"}};
  for (const auto& one : kCases) {
    INFO(one.statement << ": " << outcome_of(one.statement));
    CHECK(outcome_of(one.statement).find(one.says) != std::string::npos);
  }
  for (const char* fine : {"CREATE ROLE login IN ROLE a", "GRANT SELECT ON schema TO a",
                           "GRANT SELECT ON sequence, database TO a", "CREATE ROLE cascade"})
    CHECK(outcome_of(fine) == "ok");
}

TEST_CASE("names and lists have limits") {
  const std::string longest(kMaxNameBytes, 'a');
  CHECK(outcome_of("CREATE ROLE " + longest) == "ok");
  CHECK(outcome_of("CREATE ROLE " + longest + "a") ==
        "12: a name has at most 128 bytes: shorten it");
  std::string roles = "a";
  for (size_t i = 1; i < kMaxListItems; ++i) roles += ",a";
  CHECK(outcome_of("CREATE POLICY p ON t TO " + roles) == "ok");
  CHECK(outcome_of("CREATE POLICY p ON t TO " + roles + ",a").find("at most 1000 names") !=
        std::string::npos);
  CHECK(outcome_of("CREATE POLICY p ON t USING (" + std::string(kMaxExpressionBytes, '1') + ")") ==
        "ok");
  CHECK(outcome_of("CREATE POLICY p ON t USING (" + std::string(kMaxExpressionBytes + 1, '1') + ")")
            .find("at most 65536 bytes") != std::string::npos);
}

}  // namespace prodev::access
