#include "catalog/comments.h"

#include "catch.h"

namespace prodev::catalog {
namespace {

// The descriptions that the comments of `sql` give to these columns, by name.
std::string described(std::string_view sql, const std::vector<std::string>& names) {
  std::vector<Column> columns(names.size());
  for (size_t i = 0; i < names.size(); ++i) columns[i].name = names[i];
  note_column_comments(sql, columns);
  std::string all;
  for (const Column& column : columns) {
    if (!column.description.empty()) all += column.name + "=" + column.description + ";";
  }
  return all;
}

}  // namespace

TEST_CASE("the comment lines directly above a column are about it") {
  CHECK(described("CREATE TABLE t (\n  -- One.\n  -- Two.\n  a INT,\n  --   Three.\n  b INT)",
                  {"a", "b"}) == "a=One.\nTwo.;b=Three.;");
  CHECK(described("CREATE TABLE t (\n  -- Apart.\n\n  a INT,\n  b INT)", {"a", "b"}).empty());
  CHECK(described("CREATE TABLE t (\n  -- One.\n  --\n  -- Two.\n  -- -----\n  a INT)", {"a"}) ==
        "a=One.\n\nTwo.;");
  CHECK(described("CREATE TABLE t (\r\n  -- One.\r\n  a INT)", {"a"}) == "a=One.;");
}

TEST_CASE("the comment behind a column, on its first line or behind its end, is about it") {
  CHECK(described("CREATE TABLE t (a INT, -- first\n b INT -- second\n)", {"a", "b"}) ==
        "a=first;b=second;");
  CHECK(described("CREATE TABLE t (a INT -- first\n , b INT)", {"a", "b"}) == "a=first;");
  CHECK(described("CREATE TABLE t (\n a INT -- first\n  CHECK (a > 0), -- more\n b INT)",
                  {"a", "b"}) == "a=first\nmore;");
  CHECK(described("CREATE TABLE t (\n a INT\n  CHECK (a > 0 -- inner\n ),\n b INT)", {"a", "b"})
            .empty());
  CHECK(described("CREATE TABLE t (a INT, b INT, -- of b\n c INT)", {"a", "b", "c"}) == "b=of b;");
}

TEST_CASE("quotes, nesting and constraints of a table do not mislead the comments") {
  CHECK(described("CREATE TABLE t (\n a TEXT DEFAULT '-- no',\n b INT CHECK (b IN (1, 2)),"
                  " -- of b\n \"c d\" INT -- of c\n)",
                  {"a", "b", "c d"}) == "b=of b;c d=of c;");
  CHECK(described("CREATE TABLE t (\n unique_key INT,\n -- About the key.\n UNIQUE (unique_key))",
                  {"unique", "unique_key"})
            .empty());
  CHECK(described("CREATE TABLE t AS SELECT 1", {"a"}).empty());
  CHECK(described("CREATE TABLE t (a INT /* no end", {"a"}).empty());
}

}  // namespace prodev::catalog
