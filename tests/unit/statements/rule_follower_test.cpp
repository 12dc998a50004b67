#include "statements/rule_follower.h"

#include "access/rules.h"
#include "catalog/catalog.h"
#include "catalog/function.h"
#include "catch.h"
#include "comments/statement.h"
#include "db/row_statement.h"
#include "db/system_schema.h"
#include "functions/store.h"
#include "statements/lost_rules.h"

namespace prodev::statements {
namespace {

// A database in memory with its rules, which files change as migrations do.
class Project {
 public:
  explicit Project(const std::string& sql = "") {
    REQUIRE(db::apply_system_migrations(connection));
    CHECK(run(sql) == "");
  }

  // The error's message; empty: none.
  std::string run(const std::string& sql) {
    REQUIRE(connection.execute("BEGIN"));
    const auto outcome = db::run_script(connection, sql, "x.sql", hook_, follower_.get());
    REQUIRE(connection.execute(outcome ? "COMMIT" : "ROLLBACK"));
    notes.clear();
    for (const std::string& note : follower_->notes()) notes += note + "\n";
    return outcome ? "" : outcome.error().message;
  }
  // Each row's columns, joined by spaces; the rows by "; ".
  std::string list(const std::string& sql) {
    auto statement = connection.prepare_rows(sql);
    INFO(sql << (statement ? "" : statement.error().message));
    REQUIRE(statement);
    std::string text;
    while (*statement->step()) {
      if (!text.empty()) text += "; ";
      for (int i = 0; i < statement->column_count(); ++i)
        text += (i > 0 ? " " : "") + std::string(statement->column_text(i));
    }
    return text;
  }
  std::string policies() {
    return list(
        "SELECT table_name || '.' || name || iif(restrictive, ' restrictive', '') ||"
        " coalesce(' using ' || using_expression, '') || coalesce(' check ' || check_expression,"
        " '') FROM _prodev_policy ORDER BY table_name, name");
  }
  std::string privileges() {
    return list(
        "SELECT table_name || '.' || role || ' ' || verb || ' ' || scope || coalesce(' ' ||"
        " (SELECT group_concat(column_name, '+') FROM (SELECT column_name FROM"
        " _prodev_privilege_column WHERE privilege_id = id ORDER BY 1)), '')"
        " FROM _prodev_privilege ORDER BY table_name, role, verb");
  }
  std::string body(const std::string& function) {
    return list("SELECT body FROM _prodev_function WHERE name = '" + function + "'");
  }
  std::string comments() {
    return list("SELECT name, column_name, text FROM _prodev_comment ORDER BY 1, 2");
  }
  // What `anon` may read of `table`.
  std::string visible(const std::string& table) {
    const auto rules = access::Rules::load(connection);
    REQUIRE(rules);
    const access::Rights& rights = (*rules)->rights("anon", table, access::Verb::kSelect);
    if (!rights.permitted) return "denied";
    return list("SELECT id FROM " + table +
                (rights.using_sql.empty() ? "" : " WHERE " + rights.using_sql));
  }

  db::Connection connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
  std::string notes;

 private:
  db::StatementHook hook_ = [comments = comments::schema_statements(),
                             others = functions::schema_statements()](
                                db::Connection& own, std::string_view statement,
                                std::string_view comment) -> db::StatementResult<bool> {
    TRY_ASSIGN(const bool taken, comments(own, statement, comment));
    return taken ? true : others(own, statement, comment);
  };
  std::unique_ptr<db::ScriptObserver> follower_ = make_rule_follower();
};

constexpr const char* kDoc =
    "CREATE TABLE doc (id INTEGER PRIMARY KEY, owner TEXT, secret TEXT, name TEXT);\n"
    "CREATE TABLE member (doc_id INTEGER, person TEXT, kind TEXT);\n"
    "INSERT INTO doc VALUES (1, 'ann', 's1', 'a'), (2, 'bob', 's2', 'b');\n";

constexpr const char* kRules =
    "CREATE POLICY open ON doc FOR SELECT USING (true);\n"
    "CREATE POLICY r ON doc AS RESTRICTIVE FOR SELECT USING (doc.owner = 'ann');\n"
    "GRANT SELECT (id, name) ON doc TO anon;\n"
    "COMMENT ON TABLE doc IS 'Papers'; COMMENT ON COLUMN doc.name IS 'Its name';\n";

// What kRules leaves on a table of another name.
std::string rules_on(const std::string& table, const std::string& qualifier) {
  return table + ".open using true; " + table + ".r restrictive using " + qualifier +
         ".owner = 'ann'";
}

}  // namespace

TEST_CASE("rules follow a table to its new name, with the names in them") {
  Project project(std::string(kDoc) + kRules +
                  "CREATE POLICY m ON member USING (EXISTS (SELECT 1 FROM doc d WHERE d.id = doc_id"
                  " AND d.owner = auth.uid() /* theirs */));");
  CHECK(project.visible("doc") == "1");
  CHECK(project.run("ALTER TABLE doc RENAME TO paper") == "");
  CHECK(project.policies() ==
        "member.m using EXISTS (SELECT 1 FROM \"paper\" d WHERE d.id = doc_id"
        " AND d.owner = auth.uid() /* theirs */); " +
            rules_on("paper", "\"paper\""));
  CHECK(project.privileges() == "paper.anon select columns id+name");
  CHECK(project.comments() == "paper  Papers; paper name Its name");
  CHECK(project.visible("paper") == "1");
  // Another table of the old name begins without rules.
  CHECK(project.run("CREATE TABLE doc (id, salary); INSERT INTO doc VALUES (7, 1)") == "");
  CHECK(project.visible("doc") == "");
}

TEST_CASE("rules follow a column to its new name") {
  Project project(
      std::string(kDoc) +
      "CREATE POLICY own ON doc USING (owner = auth.uid() AND 'owner' <> \"name\")"
      " WITH CHECK (OWNER IS NOT NULL);"
      "CREATE POLICY m ON member USING (doc_id IN (SELECT id FROM doc WHERE owner ="
      " person));"
      "GRANT SELECT (id, owner) ON doc TO anon; COMMENT ON COLUMN doc.owner IS 'Whose'");
  CHECK(project.run("ALTER TABLE doc RENAME COLUMN owner TO boss") == "");
  CHECK(project.policies() ==
        "doc.own using boss = auth.uid() AND 'owner' <> \"name\" check boss IS NOT NULL; "
        "member.m using doc_id IN (SELECT id FROM doc WHERE boss = person)");
  CHECK(project.privileges() == "doc.anon select columns boss+id");
  CHECK(project.comments() == "doc boss Whose");
}

TEST_CASE("a name that would come to mean something else is refused, not followed") {
  Project project(std::string(kDoc) +
                  "CREATE POLICY m ON doc USING (EXISTS (SELECT 1 FROM member WHERE doc_id = id AND"
                  " person = owner))");
  const std::string before = project.policies();
  // `owner` would become the member's person.
  CHECK(
      project.run("SELECT 1;\nALTER TABLE doc RENAME COLUMN owner TO person") ==
      "x.sql:2:1: policy m on doc cannot follow doc.owner to its new name: person means something "
      "else in it already: qualify the names there (table.column). Drop the policy before, and "
      "make it anew after, in this file, in: ALTER TABLE doc RENAME COLUMN owner TO person");
  // The member's kind would take the place of the outer owner.
  CHECK(project.run("ALTER TABLE member RENAME COLUMN kind TO owner").find("cannot follow") !=
        std::string::npos);
  CHECK(project.run("ALTER TABLE member ADD COLUMN owner TEXT")
            .find("policy m on doc says owner of another table") != std::string::npos);
  CHECK(project.policies() == before);
  CHECK(project.run("ALTER TABLE doc RENAME COLUMN owner TO boss") == "");
  CHECK(project.run("ALTER TABLE member ADD COLUMN owner TEXT") == "");
}

TEST_CASE("columns of a view that change their names with a table's keep their privileges") {
  Project project(
      std::string(kDoc) +
      "CREATE VIEW v AS SELECT id, owner, secret FROM doc; GRANT SELECT (id, owner) ON v"
      " TO anon");
  CHECK(project.run("ALTER TABLE doc RENAME COLUMN owner TO x; ALTER TABLE doc RENAME COLUMN secret"
                    " TO owner; ALTER TABLE doc RENAME COLUMN x TO secret") == "");
  CHECK(project.privileges() == "v.anon select columns id+secret");
}

TEST_CASE("rules end with their table") {
  Project project(std::string(kDoc) + kRules);
  CHECK(project.run("DROP TABLE doc") == "");
  CHECK(project.notes ==
        "with doc end its rules: policy open, policy r, privilege SELECT of anon\n");
  CHECK(project.policies() + project.privileges() + project.comments() == "");
  CHECK(project.run("CREATE TABLE doc (id, salary); INSERT INTO doc VALUES (1, 2)") == "");
  CHECK(project.visible("doc") == "");
}

TEST_CASE("rules end with their view, or stay with the one that the same file makes") {
  Project project(std::string(kDoc) +
                  "CREATE VIEW v AS SELECT id FROM doc; GRANT SELECT ON v TO anon;");
  CHECK(project.run("DROP VIEW v; CREATE VIEW v AS SELECT id, name FROM doc") == "");
  CHECK(project.visible("v") == "1; 2");
  CHECK(project.run("DROP VIEW v") == "");
  CHECK(project.run("CREATE VIEW v AS SELECT id, secret FROM doc") == "");
  CHECK(project.visible("v") == "denied");
}

TEST_CASE("a table that is rebuilt keeps its rules, in whatever order") {
  const std::string copy = "INSERT INTO fresh SELECT * FROM doc; ";
  const std::string columns =
      "(id INTEGER PRIMARY KEY, owner TEXT, secret TEXT, name TEXT NOT NULL)";
  const std::string one = "CREATE TABLE fresh " + columns + "; " + copy +
                          "DROP TABLE doc; ALTER TABLE fresh RENAME TO doc; ";
  const std::string away = "ALTER TABLE doc RENAME TO old; CREATE TABLE doc " + columns +
                           "; INSERT INTO doc SELECT * FROM old; DROP TABLE old; ";
  const std::string aside =
      "CREATE TEMP TABLE kept AS SELECT * FROM doc; DROP TABLE doc; "
      "CREATE TABLE doc " +
      columns + "; INSERT INTO doc SELECT * FROM kept; DROP TABLE kept; ";
  const std::string both = "ALTER TABLE doc RENAME TO old; CREATE TABLE fresh " + columns +
                           "; INSERT INTO fresh SELECT * FROM old; DROP TABLE old; "
                           "ALTER TABLE fresh RENAME TO doc; ";
  const std::string swap = "CREATE TABLE fresh " + columns + "; " + copy +
                           "ALTER TABLE doc RENAME TO old; ALTER TABLE fresh RENAME TO doc; "
                           "DROP TABLE old; ";
  for (const std::string& file :
       {one, away, aside, both, swap, swap + away + swap, one + one, away + away, one + away,
        both + aside + both, away + one + both}) {
    INFO(file);
    Project project(std::string(kDoc) + kRules +
                    "CREATE POLICY m ON member USING (doc_id IN (SELECT doc.id FROM doc))");
    CHECK(project.run(file) == "");
    CHECK(project.notes.empty());
    CHECK(project.privileges() == "doc.anon select columns id+name");
    CHECK(project.comments() == "doc  Papers; doc name Its name");
    CHECK(project.visible("doc") == "1");
    CHECK(project.policies().find("doc.r restrictive using ") != std::string::npos);
    CHECK(project.list("SELECT count(*) FROM _prodev_policy") == "3");
    CHECK(project.policies().find("old") == std::string::npos);
    CHECK(project.run("CREATE TABLE old (id)") == "");
  }
}

TEST_CASE("what was there before a file is not a successor") {
  Project project(std::string(kDoc) + kRules +
                  "CREATE TABLE other (id); INSERT INTO other VALUES (9);"
                  "CREATE POLICY m ON member USING (doc_id IN (SELECT id FROM doc))");
  CHECK(project.run("DROP TABLE doc; ALTER TABLE other RENAME TO doc") ==
        "x.sql: policy m on member needs doc, which this file drops (DROP it, or ALTER or replace "
        "it so that it fits, in the same file)");
  CHECK(project.run("DROP POLICY m ON member; DROP TABLE doc; ALTER TABLE other RENAME TO doc") ==
        "");
  CHECK(project.policies().empty());
  CHECK(project.visible("doc") == "");
}

TEST_CASE("what a file says of a table made anew wins, but a restrictive policy is not lost") {
  Project project(std::string(kDoc) + kRules);
  const std::string start = "ALTER TABLE doc RENAME TO old; CREATE TABLE doc (id, owner, name);";
  CHECK(project.run(start + "CREATE POLICY r ON doc USING (true); DROP TABLE old") ==
        "x.sql:1:104: doc was made anew, and its policy r was restrictive before and is permissive "
        "now: "
        "give the new policy another name, or DROP POLICY r before the old table goes, in: DROP "
        "TABLE old");
  CHECK(project.run(start + "CREATE POLICY open ON doc FOR SELECT USING (id = 2);"
                            "GRANT SELECT (id) ON doc TO anon; DROP TABLE old") == "");
  CHECK(project.policies() == "doc.open using id = 2; doc.r restrictive using doc.owner = 'ann'");
  CHECK(project.privileges() == "doc.anon select columns id");
}

TEST_CASE("two tables that change names change rules") {
  Project project(std::string(kDoc) + kRules + "CREATE POLICY m ON member USING (person = 'x');");
  CHECK(project.run("ALTER TABLE doc RENAME TO t; ALTER TABLE member RENAME TO doc;"
                    "ALTER TABLE t RENAME TO member") == "");
  CHECK(project.policies() == "doc.m using person = 'x'; " + rules_on("member", "\"member\""));
}

TEST_CASE("a column's privileges end with it, and a policy that uses it keeps it") {
  Project project(std::string(kDoc) +
                  "CREATE POLICY own ON doc USING (owner = 'ann');"
                  "GRANT SELECT (id, name) ON doc TO anon; GRANT UPDATE (name) ON doc TO anon;"
                  "COMMENT ON COLUMN doc.name IS 'n'");
  CHECK(project.run("\nALTER TABLE doc DROP COLUMN owner; ALTER TABLE doc ADD COLUMN owner TEXT") ==
        "x.sql:2:1: policy own on doc needs doc.owner: drop or alter the policy before, in: ALTER "
        "TABLE doc DROP COLUMN owner; ALTER TABLE doc ADD COLUM...");
  CHECK(project.run("ALTER TABLE doc DROP COLUMN name; ALTER TABLE doc RENAME COLUMN secret TO "
                    "name") == "");
  CHECK(project.notes ==
        "with doc.name end its rules: privilege SELECT (name) of anon, privilege "
        "UPDATE (name) of anon\n");
  CHECK(project.privileges() == "doc.anon select columns id; doc.anon update none");
  CHECK(project.comments().empty());
}

TEST_CASE("a file that would leave a rule without meaning is refused") {
  Project project(
      std::string(kDoc) + kRules +
      "CREATE POLICY m ON member USING (doc_id IN (SELECT id FROM doc));"
      "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM doc';"
      "CREATE FUNCTION docs() RETURNS SETOF doc LANGUAGE sql AS 'SELECT * FROM doc';");
  const std::string rebuilt =
      "CREATE TABLE fresh (id, boss, name); DROP TABLE doc; ALTER TABLE fresh RENAME TO doc;";
  CHECK(project.run(rebuilt) ==
        "x.sql: policy r on doc would fit no longer after this file: no such column: doc.owner "
        "(DROP it, or ALTER or replace it so that it fits, in the same file)");
  CHECK(
      project.run("CREATE TABLE fresh (id, owner); DROP TABLE doc; ALTER TABLE fresh RENAME TO doc;"
                  "DROP FUNCTION names") ==
      "x.sql: privilege SELECT (name) of anon on doc would name a column that is not there after "
      "this file (REVOKE it in the same file, before the table or view is made anew)");
  CHECK(project.run("DROP TABLE doc; DROP FUNCTION docs; DROP FUNCTION names") ==
        "x.sql: policy m on member needs doc, which this file drops (DROP it, or ALTER or replace "
        "it so that it fits, in the same file)");
  CHECK(project.run("DROP POLICY m ON member; DROP TABLE doc; DROP FUNCTION docs")
            .find("x.sql: function names() would fit no longer after this file: no such table") ==
        0);
  CHECK(project.run("CREATE TABLE names (id)").find("function names() would fit no longer") !=
        std::string::npos);
  CHECK(project.run(rebuilt + "ALTER POLICY r ON doc USING (boss = 'ann')") == "");
}

TEST_CASE("functions follow tables and columns, in types and bodies") {
  Project project(
      std::string(kDoc) +
      "CREATE FUNCTION docs() RETURNS SETOF doc LANGUAGE sql AS $$ SELECT * FROM doc $$;"
      "CREATE FUNCTION owned(who text) RETURNS SETOF doc VOLATILE LANGUAGE sql AS"
      " $$ UPDATE doc SET name = :who WHERE owner = $1 AND auth.uid() = owner RETURNING *;"
      "   SELECT doc.* FROM doc -- all\n WHERE owner = :who $$;"
      "CREATE FUNCTION add(o text) RETURNS doc VOLATILE LANGUAGE sql AS"
      " $$ INSERT INTO doc (owner) VALUES (:o) ON CONFLICT (id) DO UPDATE SET owner ="
      " excluded.owner RETURNING * $$;"
      "CREATE FUNCTION title(doc) RETURNS text LANGUAGE sql AS $$ SELECT $1.owner || doc.name $$;"
      "CREATE FUNCTION mates(d doc) RETURNS SETOF member LANGUAGE sql AS"
      " $$ SELECT * FROM member WHERE person = d.owner $$;");
  CHECK(
      project.run("ALTER TABLE doc RENAME TO paper; ALTER TABLE paper RENAME COLUMN owner TO boss;"
                  "ALTER TABLE member RENAME COLUMN person TO who") == "");
  CHECK(project.list("SELECT signature, returns_type FROM _prodev_function ORDER BY 1") ==
        "add(text) paper; docs() paper; mates(paper) member; owned(text) paper; title(paper) text");
  CHECK(project.body("docs") == " SELECT * FROM \"paper\" ");
  CHECK(project.body("owned") ==
        " UPDATE \"paper\" SET name = :who WHERE boss = $1 AND auth.uid() = boss RETURNING *;"
        "   SELECT \"paper\".* FROM \"paper\" -- all\n WHERE boss = :who ");
  CHECK(project.body("add") ==
        " INSERT INTO \"paper\" (boss) VALUES (:o) ON CONFLICT (id) DO UPDATE SET boss ="
        " excluded.boss RETURNING * ");
  CHECK(project.body("title") == " SELECT $1.boss || \"paper\".name ");
  CHECK(project.body("mates") == " SELECT * FROM member WHERE who = d.boss ");
}

TEST_CASE("a body that SQLite cannot rewrite is refused where it names what is renamed") {
  Project project(std::string(kDoc) +
                  "CREATE FUNCTION f() RETURNS void VOLATILE LANGUAGE sql AS"
                  " $$ WITH x AS (SELECT 1 AS a) INSERT INTO doc (name) SELECT a FROM x $$;");
  CHECK(project.run("ALTER TABLE doc RENAME TO paper").find("function f() cannot follow doc") !=
        std::string::npos);
  CHECK(project.run("ALTER TABLE member RENAME COLUMN kind TO sort") == "");
}

TEST_CASE("rules that had lost their object before end, and nothing wakes them") {
  Project project(std::string(kDoc) + kRules);
  REQUIRE(project.connection.execute(
      "ALTER TABLE doc RENAME TO gone; CREATE TABLE late (id, name);"
      "INSERT INTO _prodev_privilege (table_name, role, verb, scope) VALUES ('late', 'anon',"
      " 'select', 'columns'); INSERT INTO _prodev_privilege_column SELECT max(id), 'secret' FROM"
      " _prodev_privilege"));
  const auto ended = find_and_end_lost_rules(project.connection);
  REQUIRE(ended);
  CHECK(ended->size() == 2);
  CHECK(project.policies().empty());
  CHECK(project.privileges() == "late.anon select none");
  CHECK(find_and_end_lost_rules(project.connection)->empty());
  REQUIRE(project.connection.execute(
      "INSERT INTO _prodev_policy (table_name, name, verb, restrictive, using_expression) VALUES"
      " ('doc', 'p', 'select', 0, 'true')"));
  CHECK(project.run("CREATE TABLE doc (id); INSERT INTO doc VALUES (3)") == "");
  CHECK(project.notes == "there is no doc any more: its rules end: policy p\n");
  CHECK(project.visible("doc") == "");
}

TEST_CASE("what did not fit before a file hinders nobody") {
  Project project(std::string(kDoc) + kRules);
  REQUIRE(
      project.connection.execute("UPDATE _prodev_policy SET using_expression = 'nosuch = 1'"
                                 " WHERE restrictive"));
  CHECK(project.run("ALTER TABLE doc RENAME COLUMN secret TO hidden; ALTER TABLE member RENAME TO "
                    "m; DROP TABLE m") == "");
  CHECK(project.visible("doc") == "");
}

TEST_CASE("a temporary table of the same name changes no rules") {
  Project project(std::string(kDoc) + kRules);
  const std::string before = project.policies() + project.privileges();
  CHECK(project.run("CREATE TEMP TABLE member (doc_id); ALTER TABLE member RENAME TO x;"
                    "DROP TABLE x") == "");
  CHECK(project.policies() + project.privileges() == before);
}

TEST_CASE("a table that is made anew is what views, triggers and policies elsewhere name") {
  constexpr const char* kBase =
      "CREATE TABLE doc (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);"
      "INSERT INTO doc (name) VALUES ('a'), ('b'); DELETE FROM doc WHERE id = 2;"
      "CREATE TABLE part (doc_id INTEGER REFERENCES doc (id)); CREATE VIEW names AS SELECT name "
      "FROM"
      " doc; CREATE TRIGGER t AFTER INSERT ON part BEGIN UPDATE doc SET name = 'p'; END;"
      "CREATE POLICY p ON part USING (doc_id IN (SELECT id FROM doc));";
  constexpr const char* kMade = "(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)";
  const std::string made = kMade;
  const std::vector<std::string> ways{
      "ALTER TABLE doc RENAME TO old; CREATE TABLE doc " + made +
          "; INSERT INTO doc SELECT * FROM old; DROP TABLE old",
      "CREATE TABLE fresh " + made +
          "; INSERT INTO fresh SELECT * FROM doc; DROP TABLE doc; ALTER TABLE fresh RENAME TO doc",
      "CREATE TABLE fresh " + made +
          "; INSERT INTO fresh SELECT * FROM doc; ALTER TABLE doc RENAME TO old; ALTER TABLE fresh"
          " RENAME TO doc; DROP TABLE old",
      "ALTER TABLE doc RENAME TO old; CREATE TABLE fresh " + made +
          "; INSERT INTO fresh SELECT * FROM old; DROP TABLE old; ALTER TABLE fresh RENAME TO doc"};
  constexpr const char* kElsewhere =
      "SELECT sql FROM sqlite_schema WHERE name IN ('part', 'names', 't') ORDER BY name";
  for (const std::string& way : {ways[0], ways[1], ways[2], ways[3], ways[1] + ";" + ways[0],
                                 ways[1] + ";" + ways[1], ways[0] + ";" + ways[3]}) {
    INFO(way);
    Project project(kBase);
    REQUIRE(project.connection.execute("PRAGMA foreign_keys = OFF"));  // as in a file's transaction
    const std::string before = project.list(kElsewhere) + project.policies();
    CHECK(project.run(way) == "");
    CHECK(project.list(kElsewhere) + project.policies() == before);
    CHECK(project.list("SELECT seq FROM sqlite_sequence WHERE name = 'doc'") == "2");
    CHECK(project.list("PRAGMA legacy_alter_table") == "0");
    // Another renaming is followed again.
    CHECK(project.run("ALTER TABLE doc RENAME TO paper") == "");
    CHECK(project.list("SELECT sql FROM sqlite_schema WHERE name = 'names'") ==
          "CREATE VIEW names AS SELECT name FROM \"paper\"");
  }
}

namespace {

constexpr const char* kRoom =
    "CREATE TABLE msg (id INTEGER PRIMARY KEY, room_id INTEGER, body TEXT);\n"
    "INSERT INTO msg VALUES (1, 1, 'mine'), (2, 2, 'theirs');\n";
// What a file makes of the member of kRoom.
std::string remade(const std::string& columns) {
  return "CREATE TABLE fresh (" + columns + ");\nDROP TABLE member;\n" +
         "ALTER TABLE fresh RENAME TO member";
}
constexpr const char* kWay =
    " after this file: put the table in front of the name (table.column) before that, in this file "
    "(ALTER POLICY), in: ";

}  // namespace

TEST_CASE("a column that a name means is not dropped, also where another one has the name") {
  Project project(std::string(kRoom) +
                  "CREATE TABLE member (room_id INTEGER, who TEXT); INSERT INTO member VALUES (1,"
                  " 'u1'); CREATE POLICY p ON msg USING (EXISTS (SELECT 1 FROM member WHERE room_id"
                  " = msg.room_id AND who = 'u1'));");
  CHECK(project.visible("msg") == "1");
  CHECK(project.run("\nALTER TABLE member DROP COLUMN room_id") ==
        "x.sql:2:1: policy p on msg needs member.room_id: drop or alter the policy before, in: "
        "ALTER TABLE member DROP COLUMN room_id");
  CHECK(project.run(remade("room INTEGER, who TEXT")) ==
        "x.sql:3:1: policy p on msg says room_id of member, and would mean msg.room_id" +
            std::string(kWay) + "ALTER TABLE fresh RENAME TO member");
  CHECK(
      project.run(remade("room INTEGER, who TEXT") +
                  "; ALTER POLICY p ON msg USING (EXISTS (SELECT 1 FROM member WHERE member.room ="
                  " msg.room_id AND who = 'u1'))") == "");
  CHECK(project.visible("msg") == "");
}

TEST_CASE("a column that comes takes no name from another one, whatever brings it") {
  const std::string policy =
      "CREATE POLICY p ON msg USING (EXISTS (SELECT 1 FROM member WHERE room = room_id AND who ="
      " 'u1'));";
  const std::string says = "policy p on msg says room_id of msg, and would mean member.room_id";
  {
    Project project(std::string(kRoom) + "CREATE TABLE member (room INTEGER, who TEXT);" + policy);
    CHECK(project.run("ALTER TABLE member ADD COLUMN room_id INTEGER")
              .find("policy p on msg says room_id of another table") != std::string::npos);
    CHECK(project.run(remade("room INTEGER, who TEXT, room_id INTEGER")) ==
          "x.sql:3:1: " + says + kWay + "ALTER TABLE fresh RENAME TO member");
    CHECK(project.run(remade("room INTEGER, who TEXT, body TEXT")) == "");
    CHECK(project.run(remade("room INTEGER, who TEXT, room_id INTEGER") +
                      "; DROP POLICY p ON msg; CREATE POLICY p ON msg USING (EXISTS (SELECT 1 FROM"
                      " member WHERE room = msg.room_id))") == "");
  }
  const std::string view =
      "CREATE TABLE base (room INTEGER, who TEXT); CREATE VIEW member AS SELECT room, who FROM "
      "base;";
  Project project(kRoom + view + policy);
  CHECK(project.run(
            "DROP VIEW member;\nCREATE VIEW member AS SELECT room, who, room AS room_id FROM"
            " base") == "x.sql:2:1: " + says + kWay +
                            "CREATE VIEW member AS SELECT room, who, room AS room_id FROM...");
  CHECK(project.run("DROP VIEW member; CREATE VIEW member AS SELECT who, room FROM base WHERE 1") ==
        "");
  // The view's columns are called as the table's are.
  CHECK(project.run("ALTER TABLE base RENAME COLUMN who TO room_id").find("policy p on msg") !=
        std::string::npos);
}

TEST_CASE("names mean what they meant through subqueries, WITH, joins and stars") {
  struct Case {
    std::string condition;
    std::string allowed;  // columns of member that it is made anew with
    std::string refused;
  };
  const std::vector<Case> cases{
      {"EXISTS (SELECT * FROM member WHERE room_id = msg.room_id)", "room_id, who, more",
       "room, who"},
      {"EXISTS (SELECT * FROM member WHERE room = room_id)", "room, who, more",
       "room, who, room_id"},
      {"EXISTS (SELECT 1 FROM (SELECT * FROM member) WHERE room = room_id)", "room, who, more",
       "room, room_id"},
      {"EXISTS (SELECT 1 FROM (SELECT * FROM member) WHERE room_id = msg.room_id)",
       "room_id, who, more", "room, who"},
      {"EXISTS (WITH mine AS (SELECT * FROM member) SELECT 1 FROM mine WHERE room = room_id)",
       "room, who, more", "room, room_id"},
      {"EXISTS (WITH mine (a) AS (SELECT who FROM member WHERE body = room) SELECT 1 FROM mine)",
       "room, who, more", "room, who, body"},
      {"EXISTS (SELECT 1 FROM member NATURAL JOIN seat)", "room, who", "room, who, place"},
      {"EXISTS (SELECT 1 FROM member NATURAL JOIN seat WHERE seat.who = 'u')", "room, who", "room"},
      {"EXISTS (SELECT who AS body FROM member WHERE body = 'u')", "room, who, more",
       "room, who, body"},
      {"EXISTS (SELECT 1 FROM member m WHERE m.room = msg.room_id)", "room, room_id, id, body",
       "who"},
      {"(SELECT count(*) * 2 FROM member WHERE id = room) > 0", "room, more", "room, id"},
  };
  for (const Case& one : cases) {
    INFO(one.condition);
    const bool with_id = one.condition.find("room_id = msg") != std::string::npos;
    Project project(std::string(kRoom) + "CREATE TABLE seat (who TEXT, place TEXT);" +
                    "CREATE TABLE member (" + (with_id ? "room_id" : "room") + ", who);" +
                    "CREATE POLICY p ON msg USING (" + one.condition + ");");
    CHECK(project.run(remade(one.refused)).find("policy p on msg") != std::string::npos);
    CHECK(project.run(remade(one.allowed)) == "");
  }
}

TEST_CASE("WITH CHECK, functions, their defaults and views keep what their names mean") {
  const std::string member = "CREATE TABLE member (room_id INTEGER, who TEXT);";
  const std::string query =
      "SELECT body FROM msg WHERE EXISTS (SELECT 1 FROM member WHERE room_id ="
      " msg.room_id)";
  for (const std::string& rule : std::vector<std::string>{
           "CREATE POLICY x ON msg FOR INSERT WITH CHECK (id IN (SELECT id FROM member WHERE "
           "room_id ="
           " msg.room_id));",
           "CREATE FUNCTION x() RETURNS SETOF text LANGUAGE sql AS '" + query + "';",
           std::string(
               "CREATE FUNCTION x(msg) RETURNS text LANGUAGE sql AS 'SELECT who FROM member m"
               " WHERE EXISTS (SELECT 1 FROM msg o, member WHERE o.room_id = $1.room_id AND"
               " who = m.who)';"),
           "CREATE FUNCTION x(a text DEFAULT (" + query +
               ")) RETURNS text LANGUAGE sql AS"
               " 'SELECT :a';",
           "CREATE FUNCTION x() RETURNS void VOLATILE LANGUAGE sql AS 'DELETE FROM msg WHERE EXISTS"
           " (SELECT 1 FROM member WHERE room_id = msg.room_id)';",
           "CREATE VIEW x AS " + query + ";"}) {
    INFO(rule);
    Project project(kRoom + member + rule);
    const bool of_row = rule.find("x(msg)") != std::string::npos;
    const std::string away = of_row ? "CREATE TABLE fresh (room_id INTEGER, whom TEXT);"
                                    : "CREATE TABLE fresh (room"
                                      " INTEGER, who TEXT);";
    const std::string message =
        project.run(away + "DROP TABLE member; ALTER TABLE fresh RENAME TO member");
    CHECK(message.find(" x") != std::string::npos);
    CHECK(message.find("after this file") != std::string::npos);
    CHECK(project.run(remade("room_id INTEGER, who TEXT, more TEXT")) == "");
    if (rule.find("DEFAULT") != std::string::npos) continue;  // which do not follow
    CHECK(project.run("ALTER TABLE msg RENAME COLUMN room_id TO place; ALTER TABLE msg RENAME TO"
                      " note; ALTER TABLE member RENAME COLUMN room_id TO seat") == "");
  }
}

TEST_CASE("a view in a table's place, or a table in a view's, begins without its rules") {
  const std::string rules =
      std::string(kDoc) + "CREATE POLICY p ON doc USING (owner = 'ann'); GRANT ALL ON doc TO anon;";
  const std::string base =
      "CREATE TABLE base (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO base SELECT id, owner ";
  const std::string view = "CREATE VIEW doc AS SELECT * FROM base;";
  for (const std::string& file :
       {base + "FROM doc; DROP TABLE doc;" + view,
        "ALTER TABLE doc RENAME TO old;" + base + "FROM old;" + view + "DROP TABLE old;"}) {
    INFO(file);
    Project project(rules);
    CHECK(project.run(file) == "");
    CHECK(project.notes ==
          "doc was a table and is a view now: its rules end: policy p, privilege DELETE of anon, "
          "privilege INSERT of anon, privilege SELECT of anon, privilege UPDATE of anon\n");
    CHECK(project.visible("doc") == "denied");
    CHECK(project.run("GRANT SELECT ON doc TO anon;") == "");
    CHECK(project.visible("doc") == "1; 2");
    CHECK(project.run("CREATE TABLE fresh (id); INSERT INTO fresh VALUES (7); CREATE POLICY p ON"
                      " doc USING (true)") == "");
    CHECK(project.run("DROP VIEW doc; ALTER TABLE fresh RENAME TO doc") == "");
    CHECK(project.visible("doc") == "");
  }
  Project project(rules);
  CHECK(project.run("ALTER TABLE doc RENAME TO old; CREATE TABLE base (id, owner);" + view +
                    "GRANT SELECT (id) ON doc TO anon; DROP TABLE old") == "");
  CHECK(project.privileges() == "doc.anon select columns id");
  REQUIRE(project.connection.execute("DROP VIEW doc; CREATE TABLE doc (id INTEGER PRIMARY KEY)"));
  const auto ended = find_and_end_lost_rules(project.connection);
  REQUIRE(ended);
  REQUIRE(ended->size() == 1);
  CHECK(ended->front() ==
        "doc was a view and is a table now: its rules end: privilege SELECT of anon");
}

TEST_CASE("a policy that the file states for a table made anew replaces one of its name") {
  Project project(std::string(kDoc) + kRules);
  const std::string again =
      "DROP TABLE doc;\nCREATE TABLE doc (id INTEGER PRIMARY KEY, owner, name);";
  CHECK(project.run(again + "CREATE POLICY open ON doc FOR SELECT USING (id = 2);") == "");
  CHECK(project.policies() == "doc.open using id = 2; doc.r restrictive using doc.owner = 'ann'");
  CHECK(project.run(again + "CREATE POLICY r ON doc FOR SELECT USING (true)") ==
        "x.sql:2:70: doc was made anew, and its policy r was restrictive before and is permissive "
        "now: give the new policy another name, or DROP POLICY r before, in: CREATE POLICY r ON "
        "doc FOR SELECT USING (true)");
  CHECK(project.run(again + "DROP POLICY r ON doc; CREATE POLICY r ON doc USING (id = 1);") == "");
  CHECK(project.policies() == "doc.open using id = 2; doc.r using id = 1");
  CHECK(
      project.run(again + "CREATE POLICY r ON doc USING (id = 3); CREATE POLICY r ON doc USING (1)")
          .find("policy r on doc exists already") != std::string::npos);
  CHECK(project.run("CREATE POLICY r ON doc USING (id = 3)").find("exists already") !=
        std::string::npos);
}

}  // namespace prodev::statements
