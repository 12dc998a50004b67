#include <fstream>

#include "catch.h"
#include "db/migrations.h"
#include "has.h"
#include "temp_folder.h"

namespace prodev::db {
namespace {

using test::has;

class RuledProject {
 public:
  RuledProject() : connection_(std::move(*Connection::open(":memory:", OpenMode::kCreate))) {}

  // What is wrong with the next file; empty: it is applied.
  std::string apply(const std::string& sql) {
    std::string name = "000" + std::to_string(++number_) + "_a.sql";
    folder_.write(name, sql);
    const auto outcome =
        apply_migrations(connection_, *load_migrations(folder_.path()), [](const auto&) {});
    if (outcome) return "";
    std::remove(folder_.path(name).c_str());
    --number_;
    return outcome.error().message;
  }
  int64_t number(const std::string& sql) {
    Statement statement = *connection_.prepare(sql);
    return *statement.step() ? statement.column_int(0) : -1;
  }
  Connection& connection() { return connection_; }

 private:
  test::TempFolder folder_;
  Connection connection_;
  int number_ = 0;
};

constexpr const char* kLibrary =
    "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);\n"
    "CREATE TABLE book (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL\n"
    "  REFERENCES author (id) ON DELETE CASCADE);\n"
    "INSERT INTO author VALUES (1, 'a'), (2, 'b'); INSERT INTO book VALUES (1, 1), (2, 1);\n";

}  // namespace

TEST_CASE("rows that a file leaves without what they refer to are refused, with the file's name") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  const std::string error = project.apply("DELETE FROM author WHERE id = 1;");
  CHECK(has(error,
            "/0002_a.sql: book row 1 (author_id = 1) refers to a row of author that is not "
            "there, and 1 more like it"));
  CHECK(project.number("SELECT count(*) FROM author") == 2);
  CHECK(project.apply("DELETE FROM book WHERE author_id = 1; DELETE FROM author WHERE id = 1;")
            .empty());
}

TEST_CASE("foreign keys act again after a file, applied or not") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  CHECK(project.number("PRAGMA foreign_keys") == 1);
  CHECK_FALSE(project.apply("SELECT nosuch;").empty());
  CHECK(project.number("PRAGMA foreign_keys") == 1);
  REQUIRE(project.connection().execute("DELETE FROM author WHERE id = 1"));
  CHECK(project.number("SELECT count(*) FROM book") == 0);
}

TEST_CASE(
    "references that dangled before a file do not stop it, also under new names and row ids") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  REQUIRE(project.connection().execute(
      "CREATE TABLE note (author_id REFERENCES author (id));"
      "PRAGMA foreign_keys = OFF; INSERT INTO book VALUES (3, 7);"
      "INSERT INTO note VALUES (8), (1); DELETE FROM note WHERE author_id = 1;"
      "INSERT INTO note VALUES (9); PRAGMA foreign_keys = ON"));
  CHECK(project.apply("ALTER TABLE book RENAME TO volume;").empty());
  CHECK(project
            .apply("CREATE TABLE n (author_id REFERENCES author (id)); INSERT INTO n SELECT * FROM "
                   "note ORDER BY 1 DESC; DROP TABLE note; ALTER TABLE n RENAME TO note;")
            .empty());
  CHECK(has(project.apply("INSERT INTO volume VALUES (4, 7);"), "volume row 4 (author_id = 7)"));
}

TEST_CASE("a table that was renamed away and dropped leaves no foreign key without its table") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  REQUIRE(project.connection().execute("DELETE FROM book"));
  const std::string error = project.apply(
      "ALTER TABLE author RENAME TO old; CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);"
      "INSERT INTO author SELECT * FROM old; DROP TABLE old;");
  CHECK(has(error,
            "/0002_a.sql:1: a foreign key of book refers to the table old, which is not there"));
}

TEST_CASE("a foreign key to columns that are not unique is refused with the file that makes it") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  CHECK(has(project.apply("CREATE TABLE fan (name TEXT REFERENCES author (name));"),
            "/0002_a.sql:1: a foreign key of fan refers to author (name), which is not unique, so "
            "that writes fail: give author (name) UNIQUE or PRIMARY KEY in the same file"));
  CHECK(
      has(project.apply("\nCREATE TABLE fan (name TEXT REFERENCES author (nam));"),
          "/0002_a.sql:2: a foreign key of fan refers to author (nam): author has no column nam"));
  CHECK(project
            .apply("CREATE TABLE fan (name TEXT REFERENCES author (name));"
                   "CREATE UNIQUE INDEX author_name ON author (name);")
            .empty());
}

TEST_CASE("what a file breaks of an earlier one is refused at the line that changes the table") {
  RuledProject project;
  REQUIRE(project
              .apply("CREATE TABLE event (id INTEGER PRIMARY KEY, title TEXT UNIQUE);"
                     "CREATE TABLE talk (title TEXT REFERENCES event (title));"
                     "CREATE VIEW coming AS SELECT event.title FROM event;"
                     "CREATE VIRTUAL TABLE event_text USING fts5 (title, content='event');")
              .empty());
  const std::string anew =
      "INSERT INTO talk VALUES (NULL);\n\n"
      "DROP TABLE event;\n"
      "CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT);";
  CHECK(has(project.apply(anew),
            "/0002_a.sql:3: a foreign key of talk refers to event (title): event has no column "
            "title"));
  CHECK(has(project.apply(anew + "DROP TABLE talk;"),
            "/0002_a.sql:3: view coming would not work after this file: no such column: "
            "event.title (DROP it, or make it anew so that it fits, in the same file); also "
            "broken: event_text"));
  CHECK(has(project.apply(anew + "DROP TABLE talk; DROP VIEW coming;"),
            "/0002_a.sql:3: full-text table event_text would not find its content after this "
            "file: no such column: title ("));
}

TEST_CASE("a view or trigger that would be refused when a client uses it is refused in its file") {
  RuledProject project;
  REQUIRE(project.apply(kLibrary).empty());
  const std::string text = "no such column: y: text stands in single quotes: 'y' (DROP it";
  CHECK(has(project.apply("\nCREATE VIEW z AS SELECT id FROM author WHERE name <> \"y\";"),
            "/0002_a.sql:2: view z would not work after this file: " + text));
  CHECK(
      has(project.apply("\nCREATE TRIGGER t AFTER INSERT ON author BEGIN"
                        " UPDATE author SET name = \"y\" WHERE id = new.id; END;"),
          "/0002_a.sql:2: trigger t would refuse every INSERT of author after this file: " + text));
  const std::string pragma =
      "access to pragma_table_info.name is prohibited: pragmas tell of the database itself";
  CHECK(has(project.apply("CREATE VIEW z AS SELECT name FROM pragma_table_info('author');"),
            "/0002_a.sql:1: view z would not work after this file: " + pragma));
  CHECK(has(
      project.apply("CREATE TRIGGER t AFTER INSERT ON author BEGIN"
                    " UPDATE author SET name = (SELECT name FROM"
                    " pragma_table_info('author')); END;"),
      "/0002_a.sql:1: trigger t would refuse every INSERT of author after this file: " + pragma));
  CHECK(project
            .apply("CREATE TABLE pragma_notes (name TEXT);"
                   "CREATE VIEW z AS SELECT name FROM pragma_notes;")
            .empty());
}

TEST_CASE("a new table may refer to one of a later file") {
  RuledProject project;
  CHECK(project.apply("CREATE TABLE a (id INTEGER PRIMARY KEY, b_id REFERENCES b (id));").empty());
  CHECK(project.apply("CREATE TABLE b (id INTEGER PRIMARY KEY);").empty());
}

TEST_CASE("pragmas without a lasting effect are refused at their spot, with what to do") {
  RuledProject project;
  const std::string error = project.apply("CREATE TABLE a (x);\n  PRAGMA encoding = 'UTF-16';");
  CHECK(has(error,
            "/0001_a.sql:2:10: PRAGMA encoding has no lasting effect in a schema file: leave "
            "it out (the text of a database is in UTF-8 here)"));
  for (const char* pragma : {"auto_vacuum = FULL", "page_size=8192", "recursive_triggers = ON",
                             "main.journal_mode = DELETE", "synchronous(OFF)", "cache_size = 1",
                             "case_sensitive_like = 1", "ignore_check_constraints = 1",
                             "writable_schema = ON", "nosuch", "\"query_only\" = 1"}) {
    CHECK(has(project.apply(std::string("PRAGMA ") + pragma), "no lasting effect"));
  }
}

TEST_CASE("pragmas that do what they say are taken") {
  RuledProject project;
  REQUIRE(
      project
          .apply("PRAGMA foreign_keys=OFF; PRAGMA user_version = 7; PRAGMA legacy_alter_table=ON;"
                 "PRAGMA foreign_key_check; PRAGMA integrity_check; PRAGMA foreign_keys=ON;")
          .empty());
  CHECK(project.number("PRAGMA user_version") == 7);
  CHECK(project.number("PRAGMA legacy_alter_table") == 0);
}

TEST_CASE("VACUUM, ATTACH and DETACH are refused with the way to have them") {
  RuledProject project;
  CHECK(has(project.apply("vacuum;"), "0001_a.sql:1:1: VACUUM cannot run in a schema file"));
  CHECK(
      has(project.apply("/* x */ ATTACH 'x.db' AS x;"), "0001_a.sql:1:9: a schema file works on"));
  CHECK(has(project.apply("DETACH x;"), "a schema file works on the project's database alone"));
}

TEST_CASE("what a file made with CREATE TEMP ends with it") {
  RuledProject project;
  REQUIRE(
      project
          .apply("CREATE TABLE a (x); CREATE TEMP TABLE a (x, y); CREATE TEMP VIEW v AS SELECT 1;"
                 "CREATE TEMP TRIGGER t AFTER INSERT ON main.a BEGIN SELECT 1; END;")
          .empty());
  CHECK(project.number("SELECT count(*) FROM temp.sqlite_schema") == 0);
  CHECK(project.number("SELECT count(*) FROM pragma_table_info('a')") == 1);
}

}  // namespace prodev::db
