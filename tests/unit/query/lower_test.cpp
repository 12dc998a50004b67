#include "query/lower.h"

#include "catch.h"
#include "rest/grammar.h"
#include "rest/select_grammar.h"
#include "temp_folder.h"

namespace prodev::query {
namespace {

const catalog::Table& table() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    test::TempFolder folder;
    db::Connection connection =
        std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
    REQUIRE(connection.execute(
        "CREATE TABLE \"odd \"\"name\" (id INTEGER PRIMARY KEY, name TEXT, n INTEGER NOT NULL,"
        " secret TEXT, sum INTEGER AS (n + 1)) STRICT;"));
    return *catalog::Catalog::load(connection);
  }();
  return catalog->tables().front();
}

const std::string kFrom = " FROM \"odd \"\"name\"";

std::string lowered(std::string_view select, std::string_view logic, std::string_view order,
                    const Guard& guard = {}) {
  Read read;
  REQUIRE(rest::parse_select(select, read));
  if (!logic.empty())
    read.where.children.push_back(*rest::parse_logic(Condition::Kind::kAll, false, logic));
  if (!order.empty()) read.order = *rest::parse_order(order);
  const Outcome<LoweredQuery> query = lower_read(no_context(), table(), read, guard);
  return query ? query->sql : query.error().code + ": " + query.error().message;
}

}  // namespace

TEST_CASE("a read becomes one statement with names of the catalog and bound values") {
  CHECK(lowered("id,title:name", "(n.gt.1,or(name.eq.a,id.in.(1,2)))", "n.desc,name") ==
        "SELECT \"id\",\"name\"" + kFrom +
            " WHERE ((\"n\" > ?4 AND (\"name\" = ?5 OR \"id\" IN (?6,?7))))"
            " ORDER BY \"n\" DESC,\"name\" NULLS LAST");
  CHECK(lowered("id", "(name.not.is.null)", "") ==
        "SELECT \"id\"" + kFrom + " WHERE ((NOT (\"name\" IS NULL)))");
}

TEST_CASE("the guard's rows are part of the statement, and its columns are all there is") {
  const std::vector<std::string> columns = {"id", "name"};
  const Guard guard{"(owner = ?1)", &columns};
  CHECK(lowered("", "(id.eq.1)", "", guard) ==
        "SELECT \"id\",\"name\"" + kFrom + " WHERE ((\"id\" = ?4)) AND (owner = ?1)");
  CHECK(lowered("", "", "", guard) == "SELECT \"id\",\"name\"" + kFrom + " WHERE (owner = ?1)");
  for (const char* place : {"secret", "x:secret", "secret::text"})
    CHECK(lowered(place, "", "", guard).substr(0, 5) == "42501");
  CHECK(lowered("id", "(secret.eq.1)", "", guard).substr(0, 5) == "42501");
  CHECK(lowered("id", "", "secret", guard).substr(0, 5) == "42501");
  CHECK(lowered("id", "(nosuch.eq.1)", "", guard).substr(0, 5) == "42703");
}

TEST_CASE("LIKE patterns keep their meaning as GLOB patterns") {
  Read read;
  read.where.children.push_back(*rest::parse_filter({"name", {}, false}, "like.a*b_[x]?\\%"));
  const Outcome<LoweredQuery> query = lower_read(no_context(), table(), read, {});
  REQUIRE(query);
  CHECK(query->values.at(0).bytes == "a");
  CHECK(query->values.at(1).bytes == "b");
  CHECK(query->values.at(2).bytes == "a*b?[[]x][?]%");
}

TEST_CASE("what a pattern begins with is a range that an index may serve") {
  CHECK(lowered("id", "(name.like.ab*)", "") ==
        "SELECT \"id\"" + kFrom +
            " WHERE (((\"name\" >= ?4 AND \"name\" < ?5 AND \"name\" GLOB ?6)))");
  // Of letters in any case there is none, nor without a beginning, nor of numbers.
  CHECK(lowered("id", "(name.ilike.ab*)", "") ==
        "SELECT \"id\"" + kFrom + " WHERE (((\"name\" LIKE ?4 ESCAPE '\\')))");
  CHECK(lowered("id", "(name.like.*b)", "") ==
        "SELECT \"id\"" + kFrom + " WHERE (((\"name\" GLOB ?4)))");
  CHECK(lowered("id", "(n.like.1*)", "") == "SELECT \"id\"" + kFrom + " WHERE (((\"n\" GLOB ?4)))");
}

TEST_CASE("regular expressions are refused for what they cannot say, and together for their size") {
  CHECK(lowered("id", "(name.match.a.{100}b)", "").starts_with("SELECT"));
  CHECK(lowered("id", "(name.match.\"a(?=b)\")", "").starts_with("2201B"));
  CHECK(lowered("id", "(name.match.\"(a)\\\\1\")", "").starts_with("2201B"));
  CHECK(lowered("id", "(name.match.\"((a.{0,30}){0,30}){0,30}\")", "").starts_with("2201B"));
  std::string many = "(name.match.a.{100}b";
  for (int i = 0; i < 24; ++i) many += ",name.match.a.{100}b";
  CHECK(lowered("id", many + ")", "").starts_with("54001"));
}

TEST_CASE("an insert checks its new row in the statement that writes it") {
  Returning returning;
  returning.rows = true;
  returning.check = "(n > 0)";
  REQUIRE(rest::parse_select("id", returning.read));
  const std::vector<const catalog::Column*> columns = {table().find_column("name"),
                                                       table().find_column("n")};
  const Outcome<LoweredQuery> insert = lower_insert(no_context(), table(), columns, {}, returning);
  REQUIRE(insert);
  CHECK(insert->sql ==
        "INSERT INTO \"odd \"\"name\" (\"name\",\"n\") VALUES (?4,?5)"
        " RETURNING (SELECT (n > 0) FROM"
        " (SELECT \"id\" AS \"id\",\"name\" AS \"name\",\"n\" AS \"n\",\"secret\" AS \"secret\","
        "\"sum\" AS \"sum\",\"rowid\" AS \"rowid\" FROM \"odd \"\"name\" WHERE 0 UNION ALL"
        " SELECT \"id\",\"name\",\"n\",\"secret\",\"sum\",\"rowid\" LIMIT -1)"
        " AS \"odd \"\"name\") IS TRUE,\"id\"");
  CHECK(insert->lead_columns == 1);
  OnConflict merge;
  merge.action = OnConflict::Action::kMerge;
  CHECK(lower_insert(no_context(), table(), columns, merge, {})->sql ==
        "INSERT INTO \"odd \"\"name\" (\"name\",\"n\") VALUES (?4,?5)"
        " ON CONFLICT (\"id\") DO UPDATE SET \"name\"=excluded.\"name\",\"n\"=excluded.\"n\"");
}

TEST_CASE("a write may set neither generated columns nor those that are not granted") {
  const std::vector<std::string> columns = {"id", "name"};
  CHECK(writable_column(table(), "name", {{}, &columns}));
  CHECK(writable_column(table(), "n", {{}, &columns}).error().code == "42501");
  CHECK(writable_column(table(), "sum", {}).error().code == "428C9");
  CHECK(writable_column(table(), "nam", {}).error().code == "PGRST204");
}

}  // namespace prodev::query
