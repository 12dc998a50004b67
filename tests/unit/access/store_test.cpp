#include "access/store.h"

#include "access/project.h"

namespace prodev::access {
namespace {

using test::Project;

constexpr const char* kShop =
    "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price INTEGER) STRICT;\n"
    "CREATE VIEW cheap AS SELECT id, name FROM product WHERE price < 10;\n"
    "CREATE VIRTUAL TABLE words USING fts5(body);\n"
    "CREATE ROLE staff;";

std::string policies(Project& project) {
  return project.list(
      "SELECT table_name || '.' || name || ' ' || verb || ' ' || restrictive || ' ' ||"
      " coalesce(using_expression, '-') || ' ' || coalesce(check_expression, '-') || ' ' ||"
      " (SELECT group_concat(role, '+') FROM (SELECT role FROM _prodev_policy_role"
      "   WHERE policy_id = id ORDER BY role)) FROM _prodev_policy ORDER BY table_name, name");
}

std::string privileges(Project& project) {
  return project.list(
      "SELECT table_name || '.' || role || ' ' || verb || ' ' || scope ||"
      " coalesce((SELECT ' ' || group_concat(column_name, '+') FROM _prodev_privilege_column"
      "   WHERE privilege_id = id), '') FROM _prodev_privilege ORDER BY table_name, role, verb");
}

}  // namespace

TEST_CASE("policies are stored, changed and dropped") {
  Project project(kShop);
  CHECK(project
            .run("CREATE POLICY a ON PRODUCT FOR SELECT USING (price < 5);"
                 "CREATE POLICY b ON product AS RESTRICTIVE TO staff, anon WITH CHECK (id > 0);"
                 "CREATE POLICY c ON cheap USING (auth.uid() IS NOT NULL);"
                 "CREATE POLICY d ON words USING (body MATCH 'x');")
            .empty());
  CHECK(policies(project) ==
        "cheap.c all 0 auth.uid() IS NOT NULL - public,product.a select 0 price < 5 - public,"
        "product.b all 1 - id > 0 anon+staff,words.d all 0 body MATCH 'x' - public");
  CHECK(project
            .run("ALTER POLICY a ON product RENAME TO z; DROP POLICY c ON cheap;"
                 "ALTER POLICY b ON product TO staff USING (id < 9);"
                 "DROP POLICY d ON words; DROP POLICY IF EXISTS nosuch ON product;"
                 "DROP POLICY IF EXISTS nosuch ON nosuch;")
            .empty());
  CHECK(policies(project) ==
        "product.b all 1 id < 9 id > 0 staff,product.z select 0 price < 5 - public");
}

TEST_CASE("what a statement refers to must be there, and the nearest name is suggested") {
  struct Case {
    std::string statement, message;
  };
  const std::vector<Case> cases = {
      {"CREATE POLICY p ON prodct USING (1)",
       "x.sql:1:20: there is no table prodct: did you mean product?"},
      {"CREATE POLICY p ON product\n USING (pric = 1)", "x.sql:2:9: no such column: pric"},
      {"CREATE POLICY p ON product FOR UPDATE USING (1)\n WITH CHECK (1 =\n :x)",
       "x.sql:3:2: an expression of a policy cannot have parameters"},
      {"CREATE POLICY p ON product TO stuff",
       "x.sql:1:31: there is no role stuff: did you mean staff?"},
      {"CREATE POLICY p ON _prodev_role USING (1)", "x.sql:1:20: tables of the system"},
      {"CREATE POLICY p ON sqlite_schema USING (1)", "x.sql:1:20: tables of the system"},
      {"GRANT SELECT ON _prodev_policy TO anon", "x.sql:1:17: tables of the system"},
      {"GRANT SELECT (nmae) ON product TO anon",
       "x.sql:1:15: there is no column of product called nmae: did you mean name?"},
      {"GRANT SELECT ON product TO \"Staff\"", "x.sql:1:28: there is no role Staff"},
      {"DROP POLICY p ON product", "x.sql:1:13: there is no policy on product called p"},
      {"ALTER POLICY p ON product TO anon", "x.sql:1:14: there is no policy on product called p"},
      {"ALTER TABLE prodct ENABLE ROW LEVEL SECURITY", "x.sql:1:13: there is no table prodct"},
      {"CREATE ROLE staff", "x.sql:1:13: role staff exists already"},
      {"CREATE ROLE public", "x.sql:1:13: the name public is reserved"},
      {"CREATE ROLE x IN ROLE nosuch", "x.sql:1:23: there is no role nosuch"},
      {"DROP ROLE anon", "x.sql:1:11: role anon is built in"},
      {"DROP ROLE nosuch", "x.sql:1:11: there is no role nosuch"},
      {"GRANT service_role TO staff", "x.sql:1:7: what service_role may do does not pass"},
      {"GRANT staff TO public", "x.sql:1:16: PUBLIC is every role"},
      {"GRANT staff TO staff", "x.sql:1:7: role staff is a member of staff: a circle"},
      {"REVOKE SELECT ON product FROM service_role", "x.sql:1:31: service_role has every right"},
      {"REVOKE SELECT (id) ON cheap FROM anon", "x.sql:1:16: nothing was granted on the view"},
  };
  Project project(kShop);
  for (const Case& one : cases) {
    const std::string message = project.run(one.statement);
    INFO(one.statement << "\n" << message);
    CHECK(message.substr(0, one.message.size()) == one.message);
  }
}

TEST_CASE("hostile expressions change nothing") {
  Project project(kShop);
  for (const char* expression : {"1) OR (1", "1 --", "1 /*", "'", "\"", "id = 1; SELECT 1",
                                 "1) WITH CHECK (1)) --", "0X1e--) OR (1", "(SELECT 1",
                                 "1)) UNION SELECT (1", "EXISTS (DELETE FROM product)", "?1 = 1"}) {
    INFO(expression);
    CHECK_FALSE(
        project.run(std::string("CREATE POLICY p ON product USING (") + expression + ");").empty());
  }
  CHECK(policies(project).empty());
  CHECK(project.list("SELECT name FROM sqlite_schema WHERE name = 'product'") == "product");
}

TEST_CASE("an ALTER POLICY cannot give a policy the clause that its command does not take") {
  Project project(kShop);
  REQUIRE(project
              .run("CREATE POLICY s ON product FOR SELECT USING (1);"
                   "CREATE POLICY i ON product FOR INSERT WITH CHECK (1)")
              .empty());
  CHECK(project.run("ALTER POLICY s ON product WITH CHECK (1)")
            .find("x.sql:1:39: a policy FOR SELECT or DELETE takes only USING") == 0);
  CHECK(project.run("ALTER POLICY i ON product USING (1)")
            .find("x.sql:1:34: a policy FOR INSERT takes only WITH CHECK") == 0);
  CHECK(project.run("ALTER POLICY i ON product RENAME TO s").find("policy s on product exists") !=
        std::string::npos);
}

TEST_CASE("a role that something needs cannot be dropped") {
  Project project(kShop);
  REQUIRE(project
              .run("CREATE ROLE boss IN ROLE staff; CREATE ROLE temp;"
                   "CREATE POLICY p ON product TO staff USING (1); GRANT SELECT ON product TO temp")
              .empty());
  CHECK(project.run("DROP ROLE staff").find("is needed by policy p on product") !=
        std::string::npos);
  CHECK(project.run("DROP ROLE temp").find("is needed by a privilege on product") !=
        std::string::npos);
  CHECK(
      project.run("DROP POLICY p ON product; DROP ROLE staff; DROP ROLE IF EXISTS staff").empty());
  CHECK(project.list("SELECT member FROM _prodev_role_member").empty());
}

TEST_CASE("roles cannot be members of each other in a circle") {
  Project project("CREATE ROLE a; CREATE ROLE b IN ROLE a; CREATE ROLE c; GRANT b TO c;");
  CHECK(project.run("GRANT c TO a").find("role c is a member of a: a circle") != std::string::npos);
  CHECK(project.run("REVOKE b FROM c; GRANT c TO a").empty());
  CHECK(project.list("SELECT member || '<' || role FROM _prodev_role_member ORDER BY 1") ==
        "a<c,b<a");
}

TEST_CASE("privileges follow what was granted and revoked") {
  Project project(kShop);
  const auto after = [&](const std::string& sql) {
    const std::string problem = project.run(sql);
    return problem.empty() ? privileges(project) : problem;
  };
  CHECK(after("GRANT SELECT (id, NAME) ON product TO anon") ==
        "product.anon select columns id+name");
  CHECK(after("GRANT SELECT (price) ON product TO anon") ==
        "product.anon select columns id+name+price");
  CHECK(after("REVOKE SELECT (id, price) ON product FROM anon") ==
        "product.anon select columns name");
  CHECK(after("REVOKE SELECT (name) ON product FROM anon") == "product.anon select none");
  CHECK(after("REVOKE SELECT (id) ON product FROM anon") == "product.anon select none");
  CHECK(after("GRANT SELECT ON product TO anon") == "product.anon select table");
  CHECK(after("REVOKE SELECT (price) ON product FROM anon") ==
        "product.anon select columns id+name");
  CHECK(after("REVOKE ALL ON product FROM anon") ==
        "product.anon delete none,product.anon insert none,product.anon select none,"
        "product.anon update none");
}

TEST_CASE("a revoked column of a role that nothing was said to starts from what it could do") {
  Project project(kShop);
  REQUIRE(
      project.run("REVOKE SELECT ON product FROM PUBLIC; REVOKE SELECT (id) ON product FROM anon")
          .empty());
  CHECK(privileges(project) == "product.public select none");
  REQUIRE(project
              .run("GRANT SELECT (id, name) ON product TO PUBLIC;"
                   "REVOKE SELECT (id) ON product FROM anon")
              .empty());
  CHECK(privileges(project) ==
        "product.anon select columns name,"
        "product.public select columns id+name");
}

TEST_CASE("what is left of a table that is gone can be removed") {
  Project project(kShop);
  REQUIRE(project
              .run("CREATE POLICY p ON product USING (1); GRANT SELECT ON product TO staff;"
                   "GRANT SELECT (id) ON product TO anon; DROP VIEW cheap; DROP TABLE product")
              .empty());
  CHECK(project.run("DROP POLICY p ON product; REVOKE ALL ON product FROM staff, anon").empty());
  CHECK(policies(project).empty());
  CHECK(privileges(project).empty());
  CHECK(project.list("SELECT count(*) FROM _prodev_privilege_column") == "0");
}

TEST_CASE("every table that refers to another one in the system tables does so by an index") {
  Project project;
  CHECK(project
            .list("SELECT m.name || '.' || f.\"from\" FROM sqlite_schema m,"
                  " pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND NOT EXISTS ("
                  "  SELECT 1 FROM pragma_index_list(m.name) i, pragma_index_info(i.name) c"
                  "  WHERE c.seqno = 0 AND c.name = f.\"from\")")
            .empty());
}

TEST_CASE("a role of which REVOKE has left nothing can be dropped") {
  test::Project project(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, x); CREATE ROLE staff; CREATE ROLE boss;"
      "GRANT SELECT ON t TO staff; GRANT UPDATE (x) ON t TO staff; GRANT SELECT ON t TO boss");
  CHECK(project.run("DROP ROLE staff").find("a privilege on t") != std::string::npos);
  CHECK(project.run("REVOKE ALL ON t FROM staff") == "");
  CHECK(project.run("DROP ROLE staff") == "");
  CHECK(project.list("SELECT role FROM _prodev_privilege") == "boss");
  // What was taken from the role is not taken from another of its name.
  CHECK(project.run("CREATE ROLE staff; CREATE POLICY p ON t USING (true)") == "");
  CHECK(project.rules()->rights("staff", "t", Verb::kSelect).permitted);
}

TEST_CASE(
    "a policy's rowid is the key of its table, and judges no row that a virtual one is given") {
  test::Project project(
      "CREATE TABLE k (id INTEGER PRIMARY KEY, x); CREATE TABLE n (x TEXT PRIMARY KEY, oid TEXT);"
      "CREATE TABLE own (k INTEGER, o TEXT); CREATE VIRTUAL TABLE ft USING fts5(body)");
  CHECK(project.run("CREATE POLICY p ON k USING (rowid > 1 AND k._rowid_ < 3 AND x IN (SELECT rowid"
                    " FROM own WHERE own.k = k.ROWID))") == "");
  const Rights rights = project.rules()->rights("anon", "k", Verb::kInsert);
  CHECK(rights.check_sql.find("\"id\" > 1") != std::string::npos);
  CHECK(rights.check_sql.find("SELECT rowid FROM own") != std::string::npos);
  CHECK(project.run("CREATE POLICY p ON n USING (oid = 'a' AND x IN (SELECT rowid FROM own))") ==
        "");
  CHECK(project.run("CREATE POLICY p ON ft USING (rowid IN (SELECT k FROM own))")
            .find("x.sql:1:30: a row that is written to ft has no rowid to be judged by") == 0);
  CHECK(project.run("CREATE POLICY p ON ft FOR SELECT USING (rowid IN (SELECT k FROM own))") == "");
}

TEST_CASE("rules of a table are none of a view of its name, nor the other way round") {
  test::Project project(
      "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE POLICY p ON t USING (true);"
      "GRANT ALL ON t TO anon; CREATE VIEW v AS SELECT id FROM t; GRANT SELECT ON v TO anon;"
      "CREATE POLICY p ON v USING (true)");
  const auto may_read = [&](const char* name) {
    const Rights rights = project.rules()->rights("anon", name, Verb::kSelect);
    return rights.permitted && rights.using_sql != "(0)";
  };
  CHECK(may_read("t"));
  CHECK(may_read("v"));
  // As a shell does it.
  REQUIRE(
      project.connection.execute("DROP VIEW v; ALTER TABLE t RENAME TO base;"
                                 "CREATE VIEW t AS SELECT * FROM base;"
                                 "CREATE TABLE v AS SELECT * FROM base"));
  CHECK_FALSE(may_read("t"));
  CHECK_FALSE(may_read("v"));
  std::string problems;
  const auto described = describe_rules(project.connection);
  REQUIRE(described);
  for (const RuleDescription& rule : *described) problems += rule.problem + "; ";
  CHECK(problems.starts_with("there is no table t; there is no view v; "));
}

}  // namespace prodev::access
