// What PostgreSQL's users write is explained alike wherever SQL stands in a schema file.
#include "db/foreign_spellings.h"

#include "catch.h"
#include "db/sql_script.h"
#include "db/system_schema.h"
#include "functions/store.h"

namespace prodev::functions {
namespace {

// The error of a file with `statement` on its fourth line; without what comes after ", in: ".
std::string error_of(const std::string& statement) {
  auto connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  REQUIRE(db::apply_system_migrations(connection));
  const std::string file =
      "CREATE TABLE note (id INTEGER PRIMARY KEY, owner TEXT, at TEXT,\n"
      "  tags TEXT, body TEXT);\n\n" +
      statement;
  const auto outcome = db::run_script(connection, file, "x.sql", schema_statements());
  const std::string error = outcome ? "" : outcome.error().message;
  return error.substr(0, error.find(", in: "));
}

struct Row {
  const char* condition;
  const char* at;  // the spelling that is explained
  const char* says;
};

constexpr Row kRows[] = {
    {"at > now() - interval '1 day'", "interval", "SQLite has no intervals: write strftime("},
    {"at > now() - '1 day'::interval", "::", "SQLite has no intervals"},
    {"body ILIKE 'a%'", "ILIKE", "SQLite has no ILIKE: its LIKE takes upper and lower case"},
    {"owner::text = 'x'", "::", "SQLite has no :: casts: write CAST(value AS type)"},
    {"owner :: text = 'x'", "::", "SQLite has no :: casts: write CAST(value AS type)"},
    {"tags = ARRAY['a', 'b']", "ARRAY", "SQLite has no arrays: keep"},
    {"tags && tags", "&&", "SQLite has no &&: write EXISTS (SELECT 1 FROM json_each(a)"},
    {"tags[1] = 'a'", "[1]", "SQLite has no arrays: of a JSON array the first is c ->> 0"},
    {"tags ? 'a'", "?", "SQLite has no ?: write 'a' IN (SELECT value FROM json_each(c))"},
    {"tags ?| 'a'", "?", "SQLite has no ?: "},
    {"tags @> '[1]'", "@", "SQLite has no @>: "},
    {"tags #>> '{a}' = 'x'", "#", "SQLite has no #>: "},
    {"owner = ANY (SELECT body FROM note)", "ANY", "SQLite has no ANY: write IN (SELECT ...)"},
    {"owner <> ALL (SELECT body FROM note)", "ALL", "SQLite has no ALL: write NOT IN"},
    {"body ~* 'a'", "~", "SQLite has no ~ and no ~*"},
    {"body SIMILAR TO 'a'", "SIMILAR", "SQLite has no SIMILAR TO"},
    {"to_tsvector(body) @@ to_tsquery('a')", "@@", "SQLite has no @@: full-text search is"},
    {"extract(epoch from at) > 1", "extract", "SQLite says it so: strftime('%s', c)"},
    {"at > timestamp '2030-01-31'", "timestamp", "a time is a text in SQLite"},
    {"at AT TIME ZONE 'utc' > '2'", "AT", "SQLite has no time zones"},
    {"storage.foldername(body) = 'a'", "storage", "no function has a schema here"},
    {"id IN (SELECT 1 FROM auth.users)", "auth", "there are no accounts here yet"},
};

// Names, which SQLite can read; in views they are looked up at the end of the file.
constexpr Row kNames[] = {
    {"owner = ANY (tags)", "ANY", "no such function: ANY: SQLite has no ANY: write IN (...)"},
    {"string_agg(body, ',') = 'a'", "string_agg", "group_concat(c, ', ')"},
    {"to_tsvector(body) MATCH 'a'", "to_tsvector", "full-text search is CREATE VIRTUAL TABLE"},
    {"current_user = owner", "current_user", "who calls is in auth.uid() and auth.role()"},
    {"auth.role = 'x'", "auth.role", "it is a function: write auth.role()"},
    {"current_setting('request.jwt.claim.sub') = owner", "current_setting", "auth.jwt()"},
    {"owner IN (unnest(tags))", "unnest", "SELECT value FROM json_each(c)"},
    {"is_admin()", "is_admin", "what CREATE FUNCTION makes is for clients to call"},
};

void check_explained(const std::string& before, const Row& row, bool has_spot) {
  const std::string error = error_of(before + row.condition + (before.ends_with('(') ? ")" : ""));
  INFO(before << row.condition << "\n" << error);
  CHECK(error.find(row.says) != std::string::npos);
  const size_t column =
      before.size() + std::string_view(row.condition).find(row.at) + 1 - (before.rfind('\n') + 1);
  if (has_spot) CHECK(error.starts_with("x.sql:5:" + std::to_string(column) + ": "));
}

}  // namespace

TEST_CASE("a policy with another database's spelling is refused at its spot, with SQLite's way") {
  for (const Row& row : kRows)
    check_explained("CREATE POLICY own ON note FOR SELECT\n USING (", row, true);
  for (const Row& row : kNames)
    check_explained("CREATE POLICY own ON note FOR UPDATE USING (true)\n WITH CHECK (", row, true);
  check_explained("CREATE POLICY p ON note USING (true); ALTER POLICY p ON note\n USING (",
                  kRows[0], true);
}

TEST_CASE("a function's body with another database's spelling is refused in the same words") {
  const std::string before =
      "CREATE FUNCTION f() RETURNS SETOF note LANGUAGE sql AS $$ SELECT 1;\n"
      " SELECT * FROM note WHERE ";
  for (const Row& row : kRows) {
    Row quoted = row;
    const std::string condition = std::string(row.condition) + " $$;";
    quoted.condition = condition.c_str();
    check_explained(before, quoted, true);
  }
  for (const Row& row : kNames) {
    Row quoted = row;
    const std::string condition = std::string(row.condition) + " $$;";
    quoted.condition = condition.c_str();
    check_explained(before, quoted, true);
  }
}

TEST_CASE("a view and a trigger with another database's spelling are refused in the same words") {
  for (const Row& row : kRows) {
    check_explained("CREATE VIEW v AS SELECT * FROM note\n WHERE ", row, true);
    check_explained("CREATE TRIGGER g AFTER INSERT ON note BEGIN SELECT 1 FROM note WHERE\n(", row,
                    false);
  }
}

TEST_CASE("the statements of PL/pgSQL are refused with what a body holds instead") {
  const auto refused = [](const std::string& body) {
    return error_of("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\n" + body + " $$;");
  };
  CHECK(refused("BEGIN UPDATE note SET body = 'x'; END")
            .starts_with("x.sql:5:1: a body is SQL alone, without PL/pgSQL's blocks"));
  CHECK(refused("DECLARE n int; BEGIN SELECT 1; END").starts_with("x.sql:5:1: a body is SQL"));
  CHECK(
      refused("SELECT 1; RETURN NEW").starts_with("x.sql:5:11: what a trigger does stands in it"));
  CHECK(refused("NEW.at = now(); RETURN NEW").starts_with("x.sql:5:1: what a trigger does"));
  CHECK(refused("RETURN 1").starts_with("x.sql:5:1: what the last statement gives is returned"));
  CHECK(refused("IF true THEN SELECT 1; END IF").starts_with("x.sql:5:1: a body is SQL alone"));
  CHECK(refused("PERFORM 1").starts_with("x.sql:5:1: write SELECT in place of PERFORM"));
  CHECK(refused("RAISE EXCEPTION 'no'").find("SELECT RAISE(ABORT, 'why')") != std::string::npos);
  CHECK(refused("n := 1").find("has no variables") != std::string::npos);
  CHECK(refused("TRUNCATE note").starts_with("x.sql:5:1: SQLite says it so: DELETE FROM t"));
  CHECK(refused("CREATE TABLE other (a)").find("holds SELECT, INSERT") != std::string::npos);
  CHECK(error_of("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;")
            .starts_with("x.sql:4:1: a body stands in quotes here: write AS $$"));
  const std::string plpgsql =
      error_of("CREATE FUNCTION f() RETURNS void AS $$ BEGIN END $$\nLANGUAGE plpgsql");
  CHECK(plpgsql.starts_with("x.sql:5:10: functions are written in sql here"));
  CHECK(plpgsql.find("SELECT in place of RETURN") != std::string::npos);
  CHECK(error_of("CREATE FUNCTION f(a int DEFAULT\n'1'::int) RETURNS int LANGUAGE sql AS $$ "
                 "SELECT :a $$")
            .starts_with("x.sql:5:4: SQLite has no :: casts"));
}

}  // namespace prodev::functions
