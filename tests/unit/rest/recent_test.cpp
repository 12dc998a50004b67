#include "rest/recent.h"

#include "catch.h"

using prodev::rest::Recent;

namespace {

std::unique_ptr<const int> number(int value) { return std::make_unique<const int>(value); }

// As its user does: what is not found is made and offered.
bool ask(Recent<int>& recent, const std::string& key) {
  if (recent.find(key) != nullptr) return true;
  recent.keep(key, number(static_cast<int>(key.size())));
  return false;
}

}  // namespace

TEST_CASE("what is asked twice is there the third time, what is asked once never") {
  Recent<int> recent;
  CHECK_FALSE(ask(recent, "one"));
  CHECK_FALSE(ask(recent, "one"));
  REQUIRE(recent.find("one") != nullptr);
  CHECK(*recent.find("one") == 3);
  CHECK_FALSE(ask(recent, "two"));
  CHECK(recent.find("two") == nullptr);
}

TEST_CASE("cleared, nothing is there") {
  Recent<int> recent;
  for (int i = 0; i < 3; ++i) (void)ask(recent, "one");
  recent.clear();
  CHECK(recent.find("one") == nullptr);
}

TEST_CASE("a long key is never kept") {
  Recent<int> recent;
  const std::string key(1'025, 'k');
  for (int i = 0; i < 4; ++i) CHECK_FALSE(ask(recent, key));
}

TEST_CASE("however many keys there are, few are kept, the last ones") {
  Recent<int> recent;
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = std::to_string(i);
    (void)ask(recent, key);
    (void)ask(recent, key);
  }
  size_t kept = 0;
  for (int i = 0; i < 10'000; ++i) kept += recent.find(std::to_string(i)) != nullptr ? 1U : 0U;
  CHECK(kept <= 256);
  CHECK(kept > 200);
  CHECK(recent.find("9999") != nullptr);
  CHECK(recent.find("0") == nullptr);
}
