#include "functions/function_statement.h"

#include "catch.h"

namespace prodev::functions {
namespace {

// "ok", "other" for a statement that is not about functions, or "<offset>: <message>".
std::string parsed(const std::string& statement) {
  const auto result = parse_statement(statement);
  if (!result) return std::to_string(result.error().offset) + ": " + result.error().error.message;
  return *result ? "ok" : "other";
}

// Points into `statement`.
CreateFunction create(std::string_view statement) {
  const auto result = parse_statement(statement);
  INFO(statement << (result ? "" : ": " + result.error().error.message));
  REQUIRE(result);
  REQUIRE(*result);
  return std::get<CreateFunction>(**result);
}

std::string type_of(const NewArgument& argument) {
  return argument.type.name.text + (argument.type.is_array ? "[]" : "");
}

}  // namespace

TEST_CASE("CREATE FUNCTION is read with its arguments, defaults and options in any order") {
  const CreateFunction one = create(
      "CREATE FUNCTION f(a integer, b numeric(10, 2) DEFAULT max(1, 2), IN c text[] = '[]',"
      " \"Odd\" double precision) STABLE AS $$ SELECT 1; $$ ROWS 5 COST 1 RETURNS SETOF bigint"
      " STRICT PARALLEL SAFE SECURITY DEFINER LANGUAGE 'sql'");
  CHECK(one.name.text == "f");
  REQUIRE(one.arguments.size() == 4);
  CHECK(one.arguments[0].name->text == "a");
  CHECK(type_of(one.arguments[1]) == "numeric");
  CHECK(one.arguments[1].default_value->text == "max(1, 2)");
  CHECK(type_of(one.arguments[2]) == "text[]");
  CHECK(one.arguments[2].default_value->text == "'[]'");
  CHECK(one.arguments[3].name->text == "Odd");
  CHECK(type_of(one.arguments[3]) == "double precision");
  CHECK(one.returns_set);
  CHECK(one.returns->name.text == "bigint");
  CHECK(one.strict);
  CHECK(one.volatility == catalog::Volatility::kStable);
  CHECK(one.row_count == 5U);
  CHECK(one.body.text() == " SELECT 1; ");
}

TEST_CASE("an argument may have no name, and a type several words") {
  const CreateFunction one = create(
      "create or replace function public.f(product, timestamp with time zone, timestamp,"
      " t timestamp without time zone, character varying(20), integer DEFAULT 1)"
      " returns void language sql as 'select 1'");
  CHECK(one.or_replace);
  CHECK_FALSE(one.returns);
  std::string types;
  for (const NewArgument& argument : one.arguments)
    types += (argument.name ? argument.name->text + ":" : "") + type_of(argument) + ",";
  CHECK(types ==
        "product,timestamp with time zone,timestamp,t:timestamp without time zone,"
        "character varying,integer,");
}

TEST_CASE("a place in a body is found in the statement, however the body is quoted") {
  const std::string dollars = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ab$x$";
  CHECK(dollars.substr(create(dollars).body.offset_of(1), 1) == "b");
  const std::string quotes = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'a''''b'";
  CHECK(create(quotes).body.text() == "a''b");
  CHECK(quotes.substr(create(quotes).body.offset_of(3), 1) == "b");
}

TEST_CASE("the other statements about functions are read") {
  CHECK(parsed("DROP FUNCTION IF EXISTS f(integer, n text), g CASCADE") == "ok");
  CHECK(parsed("ALTER FUNCTION f RENAME TO g") == "ok");
  CHECK(parsed("GRANT EXECUTE ON FUNCTION f(int), g TO anon, PUBLIC") == "ok");
  CHECK(parsed("REVOKE ALL PRIVILEGES ON FUNCTION f FROM anon") == "ok");
  CHECK(parsed("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO staff") == "ok");
}

TEST_CASE("statements about other things are left to others") {
  for (const char* other :
       {"CREATE TABLE f (a)", "GRANT SELECT ON t TO anon", "GRANT a TO b", "GRANT ALL ON t TO anon",
        "DROP TABLE f", "SELECT 1", "", "REVOKE", "CREATE OR", "ALTER TABLE t ADD COLUMN c"}) {
    INFO(other);
    CHECK(parsed(other) == "other");
  }
}

TEST_CASE("what cannot be read is refused at its spot, with what to write") {
  const std::string f = "CREATE FUNCTION f() RETURNS int ";
  CHECK(parsed("CREATE FUNCTION f(a integer RETURNS int") == "28: expected , or ), found RETURNS");
  CHECK(parsed("CREATE FUNCTION f RETURNS int") == "18: expected (, found RETURNS");
  CHECK(parsed("CREATE FUNCTION f() LANGUAGE sql AS $$x$$") ==
        "41: expected RETURNS, found the end of the statement");
  CHECK(parsed(f + "LANGUAGE sql") == "44: expected AS, found the end of the statement");
  CHECK(parsed(f + "LANGUAGE plpgsql AS $$x$$") ==
        "41: functions are written in sql here: LANGUAGE sql, not plpgsql: write the statements "
        "between BEGIN and END alone, a condition as WHERE, and SELECT in place of RETURN");
  CHECK(parsed(f + "LANGUAGE sql AS SELECT 1") ==
        "48: expected the body as $$ ... $$, found SELECT");
  CHECK(parsed(f + "STABEL AS $$x$$").find(": did you mean STABLE?") != std::string::npos);
  CHECK(parsed(f + "SECURITY INVOKER AS $$x$$").find("41: functions run with their owner's") == 0);
  CHECK(parsed(f + "BEGIN ATOMIC SELECT 1") == "32: write the body as AS $$ ... $$");
  CHECK(
      parsed(f + "STABLE VOLATILE AS $$x$$").find("IMMUTABLE, STABLE or VOLATILE is given twice") !=
      std::string::npos);
  CHECK(parsed("CREATE FUNCTION f(OUT a int) RETURNS int AS $$x$$") ==
        "18: write what comes out as RETURNS TABLE (name type)");
  CHECK(parsed("CREATE FUNCTION f() RETURNS trigger AS $$x$$").find("28: triggers are") == 0);
  CHECK(parsed("CREATE FUNCTION f() RETURNS SETOF record AS $$x$$") != "ok");
  CHECK(parsed("CREATE FUNCTION f(a int DEFAULT) RETURNS int AS $$x$$") ==
        "31: expected the default's expression");
  CHECK(parsed("CREATE FUNCTION f(a int DEFAULT (1") ==
        "34: expected , or ), found the end of the statement");
  CHECK(parsed(f + "AS $$x") != "ok");
  CHECK(parsed(f + "AS $a$x$b$") != "ok");
  CHECK(parsed("GRANT EXECUTE ON f TO anon") == "17: expected FUNCTION, found f");
  CHECK(parsed("GRANT EXECUTE ON FUNCTION f FROM anon") == "28: expected TO, found FROM");
  CHECK(parsed("ALTER FUNCTION f OWNER TO x") == "17: expected RENAME, found OWNER");
}

TEST_CASE("lists and bodies of a function have a limit") {
  std::string arguments = "a0 int";
  for (int i = 1; i <= 100; ++i) arguments += ", a" + std::to_string(i) + " int";
  CHECK(parsed("CREATE FUNCTION f(" + arguments + ") RETURNS int AS $$x$$")
            .find("a function has at most 100 arguments") != std::string::npos);
  CHECK(parsed("CREATE FUNCTION f() RETURNS int AS $$" + std::string(65'537, 'x') + "$$")
            .find("a body has at most 65536 bytes") != std::string::npos);
}

}  // namespace prodev::functions
