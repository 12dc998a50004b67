#include "rest/cursor.h"

#include "catch.h"
#include "rest/grammar.h"
#include "temp_folder.h"

namespace prodev::rest {
namespace {

using Values = std::vector<std::optional<std::string>>;

const catalog::Catalog& loaded() {
  static const std::shared_ptr<const catalog::Catalog> catalog = [] {
    test::TempFolder folder;
    db::Connection connection =
        std::move(*db::Connection::open(folder.path("x.db"), db::OpenMode::kCreate));
    REQUIRE(connection.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, u TEXT UNIQUE, c TEXT NOT NULL UNIQUE,"
        " x ANY) STRICT; CREATE TABLE plain (a TEXT, b TEXT) STRICT;"
        "CREATE TABLE loose (a TEXT, b TEXT, PRIMARY KEY (a, b));"
        "CREATE TABLE at (at TIMESTAMP NOT NULL UNIQUE, id INTEGER PRIMARY KEY);"
        "CREATE VIEW v AS SELECT * FROM t; CREATE VIEW twice AS SELECT * FROM t UNION ALL SELECT * "
        "FROM t;"));
    return *catalog::Catalog::load(connection);
  }();
  return *catalog;
}

const catalog::Table& table() { return *loaded().find("t"); }

std::string total(std::string_view order, const query::Guard& guard = {}, const char* name = "t") {
  const auto items = total_order(*loaded().find(name), guard, *parse_order(order));
  if (!items) return "none";
  std::string text;
  for (const query::OrderItem& item : *items)
    text += item.field.column + (item.descending ? "- " : " ");
  return text;
}

std::string condition(std::string_view order, const Values& values) {
  query::Read read;
  read.select.emplace_back().field.column = "id";
  read.after = rows_after(table(), *parse_order(order), values);
  const std::string sql = query::lower_read(query::no_context(), table(), read, {})->sql;
  return sql.substr(sql.find(" WHERE ") + 7);
}

const auth::SigningKey kKey("a secret of thirty-two characters");

}  // namespace

TEST_CASE("an order is made total by the primary key, in its own direction") {
  CHECK(total("n") == "n id ");
  CHECK(total("n.desc") == "n- id- ");
  CHECK(total("id.desc,n") == "id- n ");
  CHECK(total("c") == "c ");     // unique and never NULL
  CHECK(total("u") == "u id ");  // NULL may come more than once
  CHECK(total("x") == "x id ");
  CHECK(total("nosuch") == "none");
  const std::vector<std::string> columns = {"n", "c"};
  CHECK(total("n", {{}, &columns}) == "none");
  CHECK(total("n,c", {{}, &columns}) == "n c ");
  CHECK(total("a", {}, "plain") == "a rowid ");
  CHECK(total("n", {}, "v") == "n id ");
  CHECK(total("n", {}, "twice") == "none");
  // NULLs in a key do not tell rows apart, nor texts of times that may be equal.
  CHECK(total("a", {}, "loose") == "a b rowid ");
  CHECK(total("at", {}, "at") == "at id ");
}

TEST_CASE("the rows behind a row, whatever the direction and where NULLs are") {
  CHECK(condition("id", {"i5"}) == "(\"id\" > ?4)");
  CHECK(condition("id.desc", {"i5"}) == "(\"id\" < ?4)");
  CHECK(condition("c,id", {"tx", "i5"}) ==
        "((\"c\" > ?4 OR (\"c\" = ?5 AND \"id\" > ?6)) AND \"c\" >= ?7)");
  CHECK(condition("n,id", {"i1", "i5"}) ==
        "(((\"n\" > ?4 OR \"n\" IS NULL) OR (\"n\" = ?5 AND \"id\" > ?6)))");
  CHECK(condition("n.desc,id.desc", {"i1", "i5"}) ==
        "((\"n\" < ?4 OR (\"n\" = ?5 AND \"id\" < ?6)) AND \"n\" <= ?7)");
  CHECK(condition("n,id", {std::nullopt, "i5"}) == "((\"n\" IS NULL AND \"id\" > ?4))");
  CHECK(condition("n.desc,id.desc", {std::nullopt, "i5"}) ==
        "((\"n\" IS NOT NULL OR (\"n\" IS NULL AND \"id\" < ?4)))");
}

TEST_CASE("a cursor is read back, and only with its key, table and order") {
  const auto order = *parse_order("n,id");
  const Cursor cursor{40, {std::nullopt, "a \"b\"\n"}};
  const std::string text = encode_cursor(kKey, table(), order, cursor);
  const auto read = decode_cursor(kKey, table(), order, text);
  REQUIRE(read);
  CHECK(read->rows_before == 40);
  CHECK(read->values == cursor.values);
  CHECK_FALSE(decode_cursor(kKey.derive("another"), table(), order, text));
  CHECK_FALSE(decode_cursor(kKey, *loaded().find("plain"), order, text));
  CHECK_FALSE(decode_cursor(kKey, table(), *parse_order("n.desc,id"), text));
  CHECK_FALSE(decode_cursor(kKey, table(), *parse_order("n.nullsfirst,id"), text));
  CHECK_FALSE(decode_cursor(kKey, table(), *parse_order("n"), text));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(decode_cursor(kKey, table(), order, changed));
  }
  CHECK_FALSE(decode_cursor(kKey, table(), order, ""));
  CHECK_FALSE(decode_cursor(kKey, table(), order, text.substr(0, 10)));
}

TEST_CASE("the next page is the same request from another place") {
  CHECK(next_link("/rest/v1/t", "order=id&limit=2", "X") ==
        "<t?order=id&limit=2&cursor=after.X>; rel=\"next\"");
  CHECK(next_link("/t", "offset=4&cursor=after.OLD&cursor=eq.5&limit=2", "X") ==
        "<t?cursor=eq.5&limit=2&cursor=after.X>; rel=\"next\"");
  CHECK(next_link("/t", "name=eq.<a>", "X") == "<t?name=eq.%3Ca%3E&cursor=after.X>; rel=\"next\"");
  CHECK(next_link("/rest/v1/t/", "limit=2", "X") == "<?limit=2&cursor=after.X>; rel=\"next\"");
  CHECK(next_link("/rest/v1/a:b", "limit=2", "X") ==
        "<./a:b?limit=2&cursor=after.X>; rel=\"next\"");
}

}  // namespace prodev::rest
