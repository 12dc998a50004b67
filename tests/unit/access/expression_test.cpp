#include "access/expression.h"

#include "catch.h"

namespace prodev::access {
namespace {

// The SQL, or "<offset>: <message>".
std::string lowered(const std::string& source) {
  const auto expression = lower_expression(source);
  if (expression) return expression->sql;
  return std::to_string(expression.error().offset) + ": " + expression.error().error.message;
}

bool uses_identity(const std::string& source) { return lower_expression(source)->uses_identity; }

// "ok" or "<offset>: <message>" of using `source` on a table.
std::string checked(const std::string& source) {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(connection.execute("CREATE TABLE \"or\"\"der\" (id, owner, \"select\", note)"));
  const auto expression = lower_expression(source);
  INFO(source);
  REQUIRE(expression);
  const auto outcome = check_expression(connection, "or\"der", *expression);
  if (outcome) return "ok";
  return std::to_string(outcome.error().offset) + ": " + outcome.error().error.message;
}

}  // namespace

TEST_CASE("functions of auth become parameters wherever they are called") {
  CHECK(lowered("owner = auth.uid()") == "owner = ?1 ");
  CHECK(lowered("AUTH . Role ( )") == "?2 ");
  CHECK(lowered("auth.jwt()->>'org' = a") == "?3 ->>'org' = a");
  CHECK(lowered("owner = (select auth/**/.uid(\n))") == "owner = (select ?1 )");
  CHECK(lowered("auth.uid()5") == "?1 5");
  CHECK(lowered("'auth.uid()' = \"auth.uid()\"") == "'auth.uid()' = \"auth.uid()\"");
  CHECK(lowered("`auth.uid()` + [auth.uid()]") == "`auth.uid()` + [auth.uid()]");
  CHECK(lowered("myauth.uid") == "myauth.uid");
  CHECK(lowered("auth.uid") == "auth.uid");  // a column of a table called auth
  CHECK(lowered("x.auth.uid()") == "x.auth.uid()");
}

TEST_CASE("only auth.uid and auth.jwt depend on who asks") {
  CHECK(uses_identity("auth.uid() = a"));
  CHECK(uses_identity("auth.jwt() ->> 'a'"));
  CHECK_FALSE(uses_identity("auth.role() = 'staff'"));
  CHECK_FALSE(uses_identity("'auth.uid()' = a"));
}

TEST_CASE("comments and line ends do not reach the lowered expression") {
  CHECK(lowered(" a -- = 1)\n = /* ( */ 2 -- end") == "a = 2");
  CHECK(lowered("a\r\n\t= '--'") == "a = '--'");
}

TEST_CASE("an expression that would leave its parentheses is refused") {
  CHECK(lowered("1) OR (1") == "1: this parenthesis was not opened");
  CHECK(lowered("1); DROP TABLE a") == "1: this parenthesis was not opened");
  CHECK(lowered("(1") == "0: this parenthesis is not closed");
  CHECK(lowered("1; DROP TABLE a") == "1: an expression cannot hold a semicolon");
  CHECK(lowered("a = 'x") == "4: this quote has no end");
  CHECK(lowered("a = \"x") == "4: this quote has no end");
  CHECK(lowered("a = `x") == "4: this quote has no end");
  CHECK(lowered("a = [x") == "4: this quote has no end");
  CHECK(lowered("a /* x") == "2: this comment has no end");
  CHECK(lowered("1 --") == "1");
  // A number and a comment: the e is no exponent in hexadecimal.
  CHECK(lowered("0X1e--(\n") == "0X1e");
  CHECK(lowered("") == "0: the expression is empty: write true for every row");
  CHECK(lowered(" -- nothing") == "0: the expression is empty: write true for every row");
  CHECK(lowered("SELECT 1") == "0: a subquery needs parentheses of its own");
  CHECK(lowered("with x as (select 1) select 1") == "0: a subquery needs parentheses of its own");
}

TEST_CASE("parameters and what is PostgreSQL's alone are refused with what to write") {
  for (const char* parameter : {"?", "?1", "?4", ":a", "@a", "$a", "$a::b(1)", "$$", "$$ x"}) {
    INFO(parameter);
    CHECK(lowered(std::string("a = ") + parameter)
              .find("4: an expression of a policy cannot have parameters") == 0);
  }
  CHECK(lowered("a = $$x$$") == "4: SQLite has no $$ quotes: write 'text'");
  CHECK(lowered("a = $x$ ) $x$") == "4: SQLite has no $$ quotes: write 'text'");
  CHECK(lowered("auth.uid()::text = a") == "10: SQLite has no :: casts: write CAST(value AS type)");
  CHECK(lowered("auth.uuid() = a") == "5: there is no auth.uuid(): did you mean auth.uid()?");
  CHECK(lowered("auth.organisation() = a") ==
        "5: there is no auth.organisation(): there are auth.uid(), auth.role() and auth.jwt()");
  CHECK(lowered("auth.uid(1) = a") == "9: auth.uid() takes no argument");
}

TEST_CASE("an expression cannot name the tables that rules are kept in") {
  const std::string sentence = " is a table of prodev itself, which no statement may use";
  CHECK(lowered("id IN (SELECT id FROM _prodev_role)") == "22: _prodev_role" + sentence);
  CHECK(lowered("id IN (WITH x AS (SELECT 1 FROM [_PRODEV_policy]) SELECT 1 FROM x)") ==
        "32: _PRODEV_policy" + sentence);
}

TEST_CASE("an expression that SQLite cannot use on the table is refused at its spot") {
  CHECK(checked("owner = auth.uid() AND \"select\" IS NOT NULL") == "ok");
  CHECK(checked("true") == "ok");
  CHECK(checked("id IN (SELECT id FROM \"or\"\"der\" o WHERE o.owner = auth.uid())") == "ok");
  CHECK(checked("auth.uid() = /* whose */ ownr") == "25: no such column: ownr");
  // SQLite would take this for a string.
  CHECK(checked("\"ownr\" = auth.uid()") ==
        "0: no such column: ownr: text stands in single quotes: 'ownr'");
  CHECK(checked("id = nosuch(1)").find("no such function: nosuch") != std::string::npos);
  CHECK(checked("a b c").find("syntax error") != std::string::npos);
  CHECK(checked("id, owner").find("row value misused") != std::string::npos);
  CHECK(checked("count(*) > 1").find("misuse of aggregate") != std::string::npos);
}

TEST_CASE("double-quoted strings stay what they were on a connection after a check") {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(connection.execute("CREATE TABLE t (a)"));
  const bool before = connection.prepare("SELECT \"nosuch\" FROM t").has_value();
  CHECK_FALSE(check_expression(connection, "t", *lower_expression("\"nosuch\" = a")));
  CHECK(connection.prepare("SELECT \"nosuch\" FROM t").has_value() == before);
}

}  // namespace prodev::access
