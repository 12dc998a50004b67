#include "statements/net_renames.h"

#include "catch.h"

namespace prodev::statements {
namespace {

// "note>post, post.a>b"
std::string renames(std::string_view script) {
  std::string list;
  for (const Alteration& one : net_renames(script)) {
    if (!list.empty()) list += ", ";
    list += one.is_of_column() ? one.table + "." + one.column : one.table;
    list += ">" + one.written_name;
  }
  return list;
}

}  // namespace

TEST_CASE("what a file renames is told from the name before it to the one after it") {
  CHECK(renames("ALTER TABLE note RENAME TO post;") == "note>post");
  CHECK(
      renames("-- why\nALTER TABLE note RENAME TO tmp; SELECT 1; ALTER TABLE Tmp RENAME TO post") ==
      "note>post");
  CHECK(renames("ALTER TABLE note RENAME COLUMN a TO b; ALTER TABLE note RENAME b TO \"c d\";") ==
        "note.a>\"c d\"");
  CHECK(renames("ALTER TABLE note RENAME a TO b; ALTER TABLE note RENAME TO post;"
                "ALTER TABLE post RENAME c TO d;") == "note>post, post.a>b, post.c>d");
  CHECK(renames("ALTER TABLE note RENAME TO x; ALTER TABLE x RENAME TO note;") == "");
  CHECK(
      renames("ALTER TABLE a RENAME TO t; ALTER TABLE b RENAME TO a; ALTER TABLE t RENAME TO b") ==
      "b>a, a>b");
  CHECK(renames("CREATE TABLE x (a)") == "");
}

TEST_CASE("what a file makes or drops is not told as renamed") {
  CHECK(renames("CREATE TABLE n (a); ALTER TABLE n RENAME TO post;"
                "ALTER TABLE post RENAME a TO b;") == "");
  CHECK(renames("CREATE TABLE n (a); DROP TABLE note; ALTER TABLE n RENAME TO note;") == "");
  CHECK(renames("ALTER TABLE note RENAME TO old; CREATE TABLE note (a); DROP TABLE old;") == "");
  CHECK(renames("ALTER TABLE note RENAME TO post; DROP TABLE post;") == "");
  CHECK(renames("ALTER TABLE note ADD COLUMN a; ALTER TABLE note RENAME a TO b;") == "");
  CHECK(renames("ALTER TABLE note RENAME a TO b; ALTER TABLE note DROP COLUMN b;") == "");
}

}  // namespace prodev::statements
