#include "statements/lineage.h"

#include "catch.h"

namespace prodev::statements {

TEST_CASE("what a file makes in place of a table that it drops is the successor") {
  Lineage lineage;
  lineage.created("fresh");
  Ancestor doc = lineage.dropped("Doc");
  CHECK_FALSE(lineage.successor(doc));
  lineage.renamed("FRESH", "doc");
  CHECK(lineage.successor(doc) == "Doc");
  CHECK(lineage.succeeds("doc", doc));
  CHECK_FALSE(lineage.succeeds("fresh", doc));

  // Again, with the old one away first.
  lineage.renamed("doc", "old");
  lineage.created("doc");
  doc = lineage.dropped("old");
  CHECK(doc.names == std::vector<std::string>{"doc", "old"});
  CHECK(lineage.successor(doc) == "doc");
}

TEST_CASE("what was there before is no successor, and neither is what was made before") {
  Lineage lineage;
  Ancestor doc = lineage.dropped("doc");
  lineage.renamed("other", "doc");
  CHECK_FALSE(lineage.successor(doc));

  lineage.created("first");
  lineage.created("second");
  lineage.renamed("second", "x");
  lineage.renamed("first", "second");
  CHECK_FALSE(lineage.successor(lineage.dropped("x")));
}

TEST_CASE("a name that a table had only on its way to another leads to no successor") {
  Lineage lineage;
  lineage.renamed("a", "b");
  lineage.renamed("b", "aside");
  lineage.renamed("aside", "c");
  lineage.created("n");
  lineage.renamed("n", "b");
  const Ancestor table = lineage.dropped("c");
  CHECK_FALSE(lineage.successor(table));
  lineage.created("c");
  CHECK(lineage.successor(table) == "c");
}

}  // namespace prodev::statements
