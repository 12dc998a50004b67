#include "query/json_containment.h"

#include <random>
#include <string>

#include "catch.h"
#include "db/memory.h"

namespace prodev::query {
namespace {

bool never(uint64_t) { return false; }

bool contains(std::string_view json, std::string_view part, bool loose = false) {
  return json_contains(json, part, loose, never).value();
}

std::string list_of(size_t count, const std::string& element) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + element;
  return list + "]";
}

std::string numbers(size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + std::to_string(i);
  return list + "]";
}

// A value of few kinds and texts, so that many hold each other.
std::string random_value(std::mt19937& random, int depth) {
  const auto pick = [&](unsigned most) { return random() % most; };
  if (depth == 0 || pick(3) == 0) {
    static const char* kScalars[] = {"1", "1.0", "2", "\"1\"", "\"a\"", "true", "null"};
    return kScalars[pick(std::size(kScalars))];
  }
  const bool object = pick(2) == 0;
  std::string value(1, object ? '{' : '[');
  for (auto i = pick(4); i > 0; --i) {
    if (value.size() > 1) value += ',';
    if (object) value += pick(2) == 0 ? "\"a\":" : "\"b\":";
    value += random_value(random, depth - 1);
  }
  return value + (object ? '}' : ']');
}

// The same with so many more members or elements at the top that it is searched by an index.
std::string widened(const std::string& json) {
  std::string wide = json.substr(0, 1);
  for (int i = 0; i < 40; ++i) {
    const std::string other = "\"other" + std::to_string(i) + "\"";
    wide += wide.size() > 1 ? "," : "";
    wide += json.front() == '{' ? other + ":[]" : other;
  }
  return json.size() > 2 ? wide + "," + json.substr(1) : wide + json.substr(1);
}

}  // namespace

TEST_CASE("a JSON value holds what PostgreSQL says that it holds") {
  CHECK(contains("[1,2,[1,3]]", "[1,2,[1,3]]"));
  CHECK(contains("[1,2,[1,3]]", "[[3]]"));
  CHECK_FALSE(contains("[1,2,[1,3]]", "[3]"));
  CHECK(contains("[1,2]", "[2,2,1,1]"));
  CHECK(contains("[1.0,\"x\"]", "[1,\"x\"]"));
  CHECK(contains("[1e3]", "1000"));
  CHECK_FALSE(contains("1000", "[1000]"));
  CHECK(contains(R"({"a":{"b":[1,{"c":2}],"d":0}})", R"({"a":{"b":[{"c":2}]}})"));
  CHECK_FALSE(contains(R"({"a":{"b":1}})", R"({"b":1})"));
  CHECK(contains(R"({"a":1,"a":2})", R"({"a":2})"));
  CHECK(contains("[1]", "[]"));
  CHECK_FALSE(contains("[]", "{}"));
  CHECK_FALSE(contains("[\"true\"]", "[true]"));
  CHECK_FALSE(contains("[\"n1\"]", "[1]"));
  CHECK_FALSE(contains("no JSON", "[]"));
  CHECK_FALSE(contains("[]", "[1"));
}

TEST_CASE("the texts of a loose operand stand for values of any type") {
  CHECK(contains("[1,true]", R"(["1","true"])", true));
  CHECK_FALSE(contains("[10]", R"(["1"])", true));
  CHECK(contains("{}", "[]", true));
  CHECK_FALSE(contains("1", "[]", true));
  CHECK(json_overlaps("[1,2]", R"(["2","x"])", true, never) == true);
  CHECK(json_overlaps("[1,2]", R"(["2","x"])", false, never) == false);
  CHECK(json_overlaps("[[1],2]", "[[1]]", false, never) == true);
  CHECK(json_overlaps("{}", "[]", false, never) == false);
  // In common is what is equal.
  for (const char* other : {R"([{"a":1}])", R"([{"a":1,"b":3}])", R"([{"b":2,"a":[1,1,2]}])",
                            R"([{"b":2,"a":[1]}])", "[[1]]", "[[[2,1]]]", "[[[1,2,3]]]"}) {
    const char* const values = R"([{"a":1,"b":2},{"a":[1,2,1],"b":2},[[1,2]]])";
    INFO(other);
    CHECK(json_overlaps(values, other, false, never) == false);
    CHECK(json_overlaps(other, values, false, never) == false);
  }
  CHECK(json_overlaps(R"([1,{"a":[1,2.0],"b":{}}])", R"([2,{"b":{},"a":[1.0,2]}])", false, never) ==
        true);
}

TEST_CASE("values are found in wide arrays and objects as in narrow ones") {
  std::mt19937 random(7);
  size_t held = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string json = random_value(random, 3);
    const std::string part = random_value(random, 2);
    if (json.front() != '[' && json.front() != '{') continue;
    INFO(json << " and " << part);
    for (const bool loose : {false, true}) {
      REQUIRE(contains(json, json, loose));
      REQUIRE(contains(json, part, loose) == contains(widened(json), part, loose));
      held += contains(json, part, loose) ? 1 : 0;
      REQUIRE(json_overlaps(json, part, loose, never) ==
              json_overlaps(widened(json), part, loose, never));
    }
  }
  CHECK(held > 100);
}

TEST_CASE("looking for many values costs what both have, and not their product") {
  const auto work_of = [](const std::string& json, const std::string& part, bool expected) {
    uint64_t steps = 0;
    const auto count = [&](uint64_t more) {
      steps += more;
      return false;
    };
    CHECK(json_contains(json, part, false, count) == expected);
    return steps;
  };
  const uint64_t one = work_of("[" + numbers(20'000) + "]", "[[1]]", true);
  CHECK(work_of("[" + numbers(20'000) + "]", list_of(1'000, "[1]"), true) < 2 * one);
  CHECK(work_of(list_of(20'000, "[]"), list_of(1'000, "{\"a\":1}"), false) < 3 * one);
  std::string names = "{";
  for (int i = 0; i < 20'000; ++i) names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  std::string some = "{\"1\":0";
  for (int i = 0; i < 1'000; ++i) some += ",\"" + std::to_string(i) + "\":0";
  CHECK(work_of(names + "}", some + "}", true) < 5 * one);
}

TEST_CASE("a comparison that takes long is ended, while it reads as while it compares") {
  const auto at_once = [](uint64_t) { return true; };
  const std::string many = list_of(5'000, "[2]");
  CHECK(json_contains(numbers(5'000), "4", false, at_once) == std::nullopt);
  CHECK(json_overlaps(numbers(5'000), "[[4]]", false, at_once) == std::nullopt);
  uint64_t left = 100'000'000;
  const auto later = [&](uint64_t more) {
    left -= std::min(left, more);
    return left == 0;
  };
  CHECK(json_contains(many, list_of(5'000, "[1]"), false, later) == false);
  CHECK(json_contains(many, list_of(5'000, "[2,1]"), false, later) == false);
  CHECK(json_overlaps(many, list_of(5'000, "[1]"), false, later) == std::nullopt);
}

TEST_CASE("what a comparison takes of memory is counted, and given back") {
  const std::string ones = list_of(500'000, "1");
  const db::MemoryLimit limit(uint64_t{4} << 20);
  for (int i = 0; i < 3; ++i)
    CHECK_THROWS_AS(json_contains(ones, "[1]", false, never), std::bad_alloc);
  CHECK(json_contains(numbers(20'000), numbers(10), false, never) == true);
  CHECK(db::take_memory(size_t{3} << 20));
  db::give_memory(size_t{3} << 20);
}

}  // namespace prodev::query
