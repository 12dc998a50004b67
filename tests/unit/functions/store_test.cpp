#include "functions/store.h"

#include "access/rules.h"
#include "catalog/function.h"
#include "catch.h"
#include "db/sql_script.h"
#include "db/system_schema.h"

namespace prodev::functions {
namespace {

constexpr const char* kTables =
    "CREATE ROLE staff; CREATE ROLE boss IN ROLE staff;\n"
    "CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT) STRICT;\n"
    "CREATE TABLE product (id INTEGER PRIMARY KEY, category_id INTEGER REFERENCES category (id),"
    " name TEXT) STRICT;\n"
    "INSERT INTO category VALUES (1, 'cups'), (2, 'pots');\n"
    "INSERT INTO product VALUES (1, 1, 'Ash'), (2, 1, 'Birch'), (3, 2, 'Cedar');\n";

// A database in memory, on which a test runs schema files.
class Project {
 public:
  explicit Project(const std::string& sql = "") {
    REQUIRE(db::apply_system_migrations(connection));
    REQUIRE(run(kTables) == "");
    REQUIRE(run(sql) == "");
  }

  // The error of a file that is run as a migration is; empty: none.
  std::string run(const std::string& sql) {
    REQUIRE(connection.execute("BEGIN"));
    const auto outcome = db::run_script(connection, sql, "x.sql", schema_statements());
    REQUIRE(connection.execute(outcome ? "COMMIT" : "ROLLBACK"));
    return outcome ? "" : outcome.error().message;
  }
  // The error of "CREATE FUNCTION " + `rest`, without what comes after ", in: ".
  std::string refused(const std::string& rest) {
    const std::string error = run("CREATE FUNCTION " + rest);
    return error.substr(0, error.find(", in: "));
  }
  std::shared_ptr<const catalog::Catalog> catalog() {
    auto loaded = catalog::Catalog::load(connection);
    INFO((loaded ? "" : loaded.error().message));
    REQUIRE(loaded);
    return *loaded;
  }
  std::string names() {
    std::string joined;
    const auto loaded = catalog();
    for (const catalog::Function& function : loaded->functions())
      joined += (joined.empty() ? "" : "; ") + function.signature;
    return joined;
  }
  bool may_execute(const std::string& role, const std::string& signature) {
    const auto rules = access::Rules::load(connection);
    REQUIRE(rules);
    const auto loaded = catalog();
    for (const catalog::Function& function : loaded->functions()) {
      if (function.signature == signature) return (*rules)->may_execute(role, function.id);
    }
    FAIL("there is no function " << signature);
    return false;
  }
  // The first column of the rows, joined by commas.
  std::string list(const std::string& sql) {
    auto statement = connection.prepare(sql);
    INFO(sql << (statement ? "" : statement.error().message));
    REQUIRE(statement);
    std::string joined;
    while (*statement->step()) {
      if (!joined.empty()) joined += ',';
      joined += statement->column_text(0);
    }
    return joined;
  }

  db::Connection connection = std::move(*db::Connection::open(":memory:", db::OpenMode::kCreate));
};

}  // namespace

TEST_CASE("a function is in the catalog with its arguments, result and lowered body") {
  Project project(
      "CREATE FUNCTION tops(n integer, tags text[] DEFAULT '[]') RETURNS TABLE (id int, names "
      "text[])"
      " LANGUAGE sql STABLE AS $$ SELECT id, json_array(name) FROM product -- all of them\n"
      " WHERE auth.uid() IS NOT NULL LIMIT :N*$1 $$;"
      "CREATE FUNCTION of_category(integer) RETURNS SETOF product LANGUAGE sql AS"
      " $$ SELECT * FROM product WHERE category_id = $1 $$;"
      "CREATE FUNCTION touch() RETURNS void LANGUAGE sql AS"
      " $$ UPDATE product SET name = name; DELETE FROM product WHERE 0; $$;");
  CHECK(project.names() == "of_category(bigint); tops(bigint, text[]); touch()");
  const auto catalog = project.catalog();
  const catalog::Function& category = catalog->functions()[0];
  CHECK(category.returned_table == "product");
  CHECK(category.rows.columns.size() == 3);
  CHECK(category.rows.foreign_keys.size() == 1);
  CHECK(category.reads_only);
  const catalog::Function& tops = catalog->functions()[1];
  CHECK(tops.body.at(0).sql ==
        "SELECT id, json_array(name) FROM product WHERE ?1  IS NOT NULL LIMIT ?4 *?4 ");
  CHECK(tops.uses_identity);
  CHECK(tops.arguments[0].required());
  CHECK(tops.arguments[1].default_sql == "'[]'");
  CHECK(tops.arguments[1].column.kind == catalog::ValueKind::kJson);
  CHECK(tops.arguments[1].element == catalog::ValueKind::kText);
  CHECK(tops.rows.columns[1].name == "names");
  const catalog::Function& touch = catalog->functions()[2];
  CHECK(touch.body.size() == 2);
  CHECK_FALSE(touch.reads_only);
}

TEST_CASE("a function that cannot work is refused at the spot") {
  Project project;
  CHECK(project.refused("f() RETURNS int LANGUAGE sql AS $$\n  SELECT id FROM produkt\n$$") ==
        "x.sql:2:3: no such table: produkt");
  CHECK(project.refused("f() RETURNS int LANGUAGE sql AS $$\n  SELECT id,\n nme FROM product $$") ==
        "x.sql:3:2: no such column: nme");
  CHECK(project.refused("f(n int) RETURNS int LANGUAGE sql AS $$ SELECT :m $$") ==
        "x.sql:1:64: there is no argument :m: did you mean :n?");
  CHECK(project.refused("f(number int) RETURNS int LANGUAGE sql AS $$ SELECT :numbr $$") ==
        "x.sql:1:69: there is no argument :numbr: did you mean :number?");
  CHECK(project.refused("f(n int) RETURNS int LANGUAGE sql AS $$ SELECT $2 $$")
            .find("there is no argument $2") != std::string::npos);
  CHECK(project.refused("f(n int) RETURNS int LANGUAGE sql AS $$ SELECT ?1 $$")
            .find("there is no argument ?1") != std::string::npos);
  CHECK(project.refused("f(n int) RETURNS int LANGUAGE sql AS $$ SELECT n + 1 $$") ==
        "x.sql:1:64: no such column: n: the argument is :n");
  CHECK(project.refused("f() RETURNS int LANGUAGE sql AS 'SELECT ''a'', x'") ==
        "x.sql:1:64: no such column: x");
  CHECK(project.refused("f() RETURNS text LANGUAGE sql AS $$ SELECT \"x\" $$") ==
        "x.sql:1:60: no such column: x: text stands in single quotes: 'x'");
  CHECK(project.refused("f() RETURNS int LANGUAGE sql AS $$ SELECT 1, 2 $$")
            .find(": the function returns 1 column, but its last statement gives 2") !=
        std::string::npos);
  CHECK(project.refused("f() RETURNS product LANGUAGE sql AS $$ SELECT 1 $$")
            .find("returns 3 columns, but its last statement gives 1") != std::string::npos);
  CHECK(project.refused("f() RETURNS int LANGUAGE sql AS $$ DELETE FROM product $$")
            .find("gives none: add RETURNING") != std::string::npos);
  CHECK(
      project.refused("f() RETURNS void LANGUAGE sql STABLE AS $$ SELECT 1; DELETE FROM product $$")
          .find("a STABLE function only reads") != std::string::npos);
  CHECK(project.refused("f() RETURNS numbr LANGUAGE sql AS $$ SELECT 1 $$")
            .find("there is no type or table numbr") != std::string::npos);
  CHECK(project.refused("f(a int DEFAULT nosuch) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$") ==
        "x.sql:1:33: no such column: nosuch");
  CHECK(project.refused("f(a int, b int DEFAULT :a) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            .find("a default cannot refer to arguments") != std::string::npos);
  CHECK(project.refused("f(a int, a int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            .find("two arguments are called a") != std::string::npos);
  CHECK(project.refused("product() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            .find("a table is called product") != std::string::npos);
  CHECK(project.refused("\"PRODUCT\"() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            .find("a table is called product") != std::string::npos);
  CHECK(project.refused("_1() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
            .find("names that begin with _ are the system's") != std::string::npos);
  CHECK(project.names().empty());
}

TEST_CASE("a body holds what a client may run, and nothing else") {
  Project project;
  for (const char* body :
       {"CREATE TABLE x (a)", "PRAGMA user_version = 1", "ATTACH 'x' AS y", "COMMIT", "VACUUM",
        "EXPLAIN SELECT 1", "SELECT 1; DROP TABLE product", "SAVEPOINT x"}) {
    INFO(body);
    CHECK(project.refused(std::string("f() RETURNS void LANGUAGE sql AS $$ ") + body + " $$")
              .find("holds SELECT, INSERT, UPDATE and DELETE only") != std::string::npos);
  }
  for (const char* body :
       {"SELECT name FROM _prodev_role", "INSERT INTO _prodev_role (name) VALUES ('x')",
        "WITH x AS (SELECT name FROM _prodev_role) SELECT name FROM x",
        "WITH x AS (SELECT name FROM main . '_PRODEV_role') SELECT name FROM x",
        "SELECT sql FROM sqlite_schema", "SELECT load_extension('x')"}) {
    INFO(body);
    CHECK(project.refused(std::string("f() RETURNS void LANGUAGE sql AS $$ ") + body + " $$") !=
          "");
  }
  // What would reach out of the parentheses that a body is put in.
  for (const char* body :
       {"SELECT 1) UNION SELECT (2", "SELECT (1; SELECT 2)", "SELECT 'a", "SELECT 1 /* x",
        "SELECT \"nosuch\" FROM product", "", " ; -- nothing"}) {
    INFO(body);
    CHECK(project.refused(std::string("f() RETURNS int LANGUAGE sql AS $$ ") + body + " $$") != "");
  }
}

TEST_CASE("functions of a row become subqueries for any name of the row") {
  Project project(
      "CREATE FUNCTION title(product) RETURNS text LANGUAGE sql AS"
      " $$ SELECT upper(product.name) || $1.\"id\" $$;"
      "CREATE FUNCTION title(category) RETURNS text LANGUAGE sql AS $$ SELECT category.name $$;"
      "CREATE FUNCTION siblings(p product) RETURNS SETOF product LANGUAGE sql AS $$"
      " WITH other AS (SELECT * FROM product WHERE product.id <> p.id)"
      " SELECT * FROM other WHERE category_id = p.category_id ORDER BY id $$;"
      "CREATE FUNCTION place(product) RETURNS int LANGUAGE sql AS"
      " $$ SELECT count(*) FROM product WHERE product.id < $1.id $$;"
      "CREATE FUNCTION its_category(p product) RETURNS SETOF category ROWS 1 LANGUAGE sql AS"
      " $$ SELECT * FROM category WHERE id = P.Category_Id $$;");
  const auto catalog = project.catalog();
  const catalog::Function* title = catalog->find_computed("product", "title");
  REQUIRE(title != nullptr);
  CHECK(title->takes_row());
  CHECK_FALSE(title->is_relationship());
  CHECK(catalog->find_computed("category", "title") != nullptr);
  CHECK(catalog->find_computed("category", "siblings") == nullptr);
  CHECK(inline_body(*title, "t1") == "(SELECT upper( t1.\"name\" ) || t1.\"id\"  )");
  CHECK(project.list("SELECT " + inline_body(*title, "product") + " FROM product ORDER BY id") ==
        "ASH1,BIRCH2,CEDAR3");
  const catalog::Function* siblings = catalog->find_computed("product", "siblings");
  REQUIRE(siblings != nullptr);
  CHECK_FALSE(siblings->is_to_one());
  CHECK(project.list("SELECT (SELECT group_concat(name) FROM " + inline_body(*siblings, "t1") +
                     ") FROM product AS t1 ORDER BY id") == "Birch,Ash,");
  // Inside the body, product is another row.
  CHECK(shadows(*siblings, "\"product\""));
  CHECK(project.list("SELECT (SELECT (SELECT group_concat(name) FROM " +
                     inline_body(*siblings, "_1") + ") FROM " + row_source(*siblings, "product") +
                     " AS _1) FROM product ORDER BY id") == "Birch,Ash,");
  const catalog::Function* category = catalog->find_computed("product", "its_category");
  REQUIRE(category != nullptr);
  CHECK(category->is_to_one());
  CHECK_FALSE(shadows(*category, "product"));
  CHECK(project.list("SELECT (SELECT name FROM " + inline_body(*category, "product") +
                     ") FROM product") == "cups,cups,pots");
  const catalog::Function* rank = catalog->find_computed("product", "place");
  REQUIRE(rank != nullptr);
  CHECK(shadows(*rank, "product"));
  for (const std::string row : {"product", "t1"}) {
    CHECK(project.list("SELECT " + inline_body(*rank, row) + " FROM product AS " + row +
                       " ORDER BY id") == "0,1,2");
  }
}

TEST_CASE("a function of a row that cannot stand in a statement is refused") {
  Project project;
  const std::string text = " RETURNS text LANGUAGE sql AS $$ ";
  CHECK(project.refused("f(product)" + text + "SELECT product.nmae $$")
            .find("product has no column nmae: did you mean name?") != std::string::npos);
  CHECK(project.refused("f(p product, n int)" + text + "SELECT p.name $$")
            .find("takes nothing else") != std::string::npos);
  CHECK(project.refused("f(product)" + text + "SELECT $1 $$")
            .find("the argument is a row: name one of its columns, $1.column") !=
        std::string::npos);
  CHECK(project.refused("f(p product)" + text + "SELECT p.name FROM category p $$")
            .find("p is the function's argument") != std::string::npos);
  CHECK(project.refused("f(p product)" + text + "SELECT 1; SELECT p.name $$")
            .find("a function of a row is one SELECT") != std::string::npos);
  CHECK(project.refused("f(p product)" + text + "UPDATE product SET name = 1 RETURNING name $$")
            .find("a function of a row only reads") != std::string::npos);
  CHECK(project.refused("f(p product) RETURNS void LANGUAGE sql AS $$ SELECT p.name $$")
            .find("returns one value, or rows of a table") != std::string::npos);
  CHECK(project.refused("name(product)" + text + "SELECT product.name $$")
            .find("product has a column name already") != std::string::npos);
  // Without a name for the argument, product is the table that FROM names.
  CHECK(project
            .refused("f(product)" + text +
                     "SELECT count(*) FROM product WHERE product.nmae = $1.name $$")
            .find("no such column: product.nmae") != std::string::npos);
}

TEST_CASE("functions are replaced, renamed and dropped by name or by name and types") {
  const std::string f = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT :a $$;";
  const std::string g = "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;";
  Project project(f);
  CHECK(project.run(f).find("function f(bigint) exists already: CREATE OR REPLACE") !=
        std::string::npos);
  REQUIRE(project.run("GRANT EXECUTE ON FUNCTION f TO staff") == "");
  CHECK(project.run("CREATE OR REPLACE FUNCTION f(b bigint) RETURNS text LANGUAGE sql AS"
                    " $$ SELECT :b $$") == "");
  CHECK(project.catalog()->functions().at(0).arguments.at(0).column.name == "b");
  CHECK(project.may_execute("staff", "f(bigint)"));
  REQUIRE(project.run(g) == "");
  CHECK(project.names() == "f(bigint); f(text)");
  CHECK(project.run("DROP FUNCTION f").find("there are several functions f: say which") !=
        std::string::npos);
  CHECK(project.run("DROP FUNCTION f(date)").find("there is no function f with these arguments") !=
        std::string::npos);
  CHECK(project.run("ALTER FUNCTION f(varchar) RENAME TO g") == "");
  CHECK(project.names() == "f(bigint); g(text)");
  CHECK(project.run("ALTER FUNCTION g RENAME TO product").find("a table is called product") !=
        std::string::npos);
  CHECK(project.run("DROP FUNCTION f(int), g") == "");
  CHECK(project.names().empty());
  CHECK(project.run("DROP FUNCTION IF EXISTS f") == "");
  CHECK(project.run("DROP FUNCTION f").find("there is no function f") != std::string::npos);
}

TEST_CASE("nobody but service_role may call what was not granted") {
  Project project("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;");
  for (const char* role : {"anon", "authenticated", "staff", "boss", "nosuch", "public"}) {
    INFO(role);
    CHECK_FALSE(project.may_execute(role, "f()"));
  }
  CHECK(project.may_execute("service_role", "f()"));
  REQUIRE(project.run("GRANT EXECUTE ON FUNCTION f TO staff") == "");
  CHECK(project.may_execute("staff", "f()"));
  CHECK(project.may_execute("boss", "f()"));
  CHECK_FALSE(project.may_execute("anon", "f()"));
  REQUIRE(project.run("REVOKE EXECUTE ON FUNCTION f FROM boss") == "");
  CHECK_FALSE(project.may_execute("boss", "f()"));
  REQUIRE(project.run("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;"
                      "REVOKE EXECUTE ON FUNCTION f FROM anon") == "");
  CHECK(project.may_execute("authenticated", "f()"));
  CHECK_FALSE(project.may_execute("anon", "f()"));
  CHECK(project.run("GRANT EXECUTE ON FUNCTION f TO staf").find("did you mean staff?") !=
        std::string::npos);
  CHECK(project.run("REVOKE EXECUTE ON FUNCTION f FROM service_role").find("has every right") !=
        std::string::npos);
  CHECK(project.run("DROP ROLE staff").find("is needed by EXECUTE on f()") != std::string::npos);
  // Made anew, it is closed again.
  REQUIRE(project.run("DROP FUNCTION f; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS"
                      " $$ SELECT 1 $$;") == "");
  CHECK_FALSE(project.may_execute("authenticated", "f()"));
}

TEST_CASE("what is said about a function is in the catalog") {
  Project project("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;");
  CHECK(project.catalog()->functions().at(0).description.empty());
  REQUIRE(
      project.connection.execute("INSERT INTO _prodev_comment (kind, name, stated, text) VALUES "
                                 "('function', 'f', 1, 'One.')"));
  CHECK(project.catalog()->functions().at(0).description == "One.");
}

TEST_CASE("a function that fits no longer is left out, and comes back with its table") {
  Project project(
      "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS $$ SELECT name FROM product $$;"
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;");
  REQUIRE(project.run("ALTER TABLE product RENAME TO article") == "");
  CHECK(project.names() == "f()");
  CHECK(project.catalog()->problems() ==
        std::vector<std::string>{"function names() is left out: no such table: product"});
  REQUIRE(project.run("ALTER TABLE article RENAME TO product") == "");
  CHECK(project.names() == "f(); names()");
  REQUIRE(project.run("CREATE TABLE F (a)") == "");
  CHECK(project.names() == "names()");
}

}  // namespace prodev::functions
