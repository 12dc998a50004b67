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

namespace {

const std::string kIndexed =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
    "CREATE VIRTUAL TABLE words USING fts5(title, body, content='note', content_rowid='id');";

// The schema with the statements that the check has advised: `advice` is its finding.
std::string mended(const std::string& schema, const std::string& advice) {
  const size_t lines = advice.find('\n');
  REQUIRE(lines != std::string::npos);
  return schema + advice.substr(lines + 1);
}

}  // namespace

TEST_CASE("doctor tells of full-text tables that nothing keeps in step, with the triggers to add") {
  const std::string rows = "INSERT INTO note VALUES (1, 'red', 'fox'), (2, 'blue', 'bird');";
  const std::string bare = found(check_text_search, kIndexed + rows);
  CHECK(bare.find("warn: no trigger keeps words in step with note on INSERT, UPDATE, DELETE; "
                  "words does not hold the rows of note -> in a new schema file:\n"
                  "CREATE TRIGGER \"words_insert\" AFTER INSERT ON \"note\" BEGIN INSERT INTO ") ==
        0);
  const std::string whole = mended(kIndexed + rows, bare);
  CHECK(found(check_text_search, whole) == "ok: each index is kept in step");
  // The triggers that were advised do it.
  const std::string used =
      whole +
      "INSERT INTO note VALUES (3, 'green', 'tree');"
      "UPDATE note SET body = 'wolf' WHERE id = 1; DELETE FROM note WHERE id = 2;"
      "INSERT INTO words (words, rank) VALUES ('integrity-check', 1);";
  CHECK(found(check_text_search, used) == "ok: each index is kept in step");
}

TEST_CASE("doctor tells of the one trigger that a full-text table lacks") {
  const std::string two =
      kIndexed +
      "CREATE TRIGGER a AFTER INSERT ON note BEGIN INSERT INTO words (rowid, title, body)"
      " VALUES (new.id, new.title, new.body); END;"
      "CREATE TRIGGER d AFTER DELETE ON note BEGIN INSERT INTO words (words, rowid, title, body)"
      " VALUES ('delete', old.id, old.title, old.body); END;"
      "CREATE TRIGGER u AFTER UPDATE ON note BEGIN SELECT 1; END;";
  CHECK(found(check_text_search, two)
            .find("warn: no trigger keeps words in step with note on UPDATE -> ") == 0);
  CHECK(found(check_text_search, mended(two, found(check_text_search, two))) ==
        "ok: each index is kept in step");
}

TEST_CASE("doctor tells of a full-text table that was made after the rows and never filled") {
  const std::string schema = mended(kIndexed, found(check_text_search, kIndexed));
  CHECK(found(check_text_search, schema) == "ok: each index is kept in step");
  // A row that came while the triggers were away.
  const std::string unfilled =
      schema +
      "CREATE TABLE other (sql TEXT); DROP TRIGGER words_insert;"
      "INSERT INTO note VALUES (7, 'a', 'b');" +
      "CREATE TRIGGER i AFTER INSERT ON note BEGIN INSERT INTO words (rowid,"
      " title, body) VALUES (new.id, new.title, new.body); END;";
  CHECK(found(check_text_search, unfilled) ==
        "warn: words does not hold the rows of note -> in a new schema file:\n"
        "INSERT INTO \"words\" (\"words\") VALUES ('rebuild');");
}

TEST_CASE("doctor leaves full-text tables alone that keep their own text or index a view") {
  CHECK(found(check_text_search,
              "CREATE VIRTUAL TABLE a USING fts5(x); INSERT INTO a VALUES ('b');"
              "CREATE VIRTUAL TABLE c USING fts5(x, content='');") ==
        "ok: no table indexes another one");
  CHECK(found(check_text_search, std::string(kNote) +
                                     "CREATE VIEW v AS SELECT id, owner FROM note;"
                                     "CREATE VIRTUAL TABLE w USING fts5(owner, content='v',"
                                     " content_rowid='id');") == "ok: each index is kept in step");
}

TEST_CASE("doctor tells of UUIDs in another spelling, with the update that mends them") {
  // A schema file runs so, too.
  const std::string tables =
      "PRAGMA foreign_keys = OFF; CREATE TABLE a (id uuid PRIMARY KEY); CREATE TABLE b (id INTEGER "
      "PRIMARY KEY,"
      " a_id uuid REFERENCES a (id), note TEXT);";
  const std::string well = "INSERT INTO a VALUES ('0b8e5f0e-1c2d-4e3f-8a9b-0c1d2e3f4a5b'), (NULL);";
  CHECK(found(check_uuids, tables + well) == "ok: all are in lower case with hyphens");
  const std::string capitals =
      tables + well +
      "INSERT INTO a VALUES ('1B8E5F0E-1C2D-4E3F-8A9B-0C1D2E3F4A5B');"
      "INSERT INTO b VALUES (1, '1B8E5F0E-1C2D-4E3F-8A9B-0C1D2E3F4A5B', 'ABC');";
  const std::string told = found(check_uuids, capitals);
  CHECK(told.find("warn: not spelled as REST stores them, in lower case with hyphens, so that "
                  "references to them fail and the same ones can be stored again: 1 of a.id, 1 of "
                  "b.a_id -> in one new schema file:\n"
                  "UPDATE \"a\" SET \"id\" = lower(\"id\") WHERE ") == 0);
  CHECK(found(check_uuids, mended(capitals, told)) == "ok: all are in lower case with hyphens");
  const std::string others = tables +
                             "INSERT INTO a VALUES ('{1B8E5F0E-1C2D-4E3F-8A9B-0C1D2E3F4A5B}'),"
                             " ('2b8e5f0e1c2d4e3f8a9b0c1d2e3f4a5b'), ('no uuid at all');";
  const std::string more = found(check_uuids, others);
  CHECK(more.find(": 2 of a.id -> ") != std::string::npos);
  CHECK(found(check_uuids, mended(others, more)) == "ok: all are in lower case with hyphens");
}

}  // namespace prodev::cli
