#include "rest/expensive_work.h"

#include "catch.h"

namespace prodev::rest {

namespace {

constexpr int64_t kMillisecond = 1'000'000;

}  // namespace

TEST_CASE("a loop takes some expensive work at once, and then as much as a quarter of the time") {
  ExpensiveWork work;
  CHECK_FALSE(work.is_enough(0));
  int64_t now_ns = 1'000 * kMillisecond;
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    if (work.is_enough(now_ns)) continue;
    work.add(now_ns, now_ns + kMillisecond);
    now_ns += kMillisecond;
    ++taken;
  }
  CHECK(taken >= 5);
  CHECK(taken <= 10);
  const int64_t begun_ns = now_ns;
  int more = 0;
  for (; now_ns < begun_ns + 1'000 * kMillisecond; now_ns += kMillisecond) {
    if (work.is_enough(now_ns)) continue;
    work.add(now_ns, now_ns + kMillisecond);
    ++more;
  }
  CHECK(more > 250);
  CHECK(more < 350);
}

TEST_CASE("a loop that had nothing expensive to do for a while takes no more at once than ever") {
  ExpensiveWork work;
  work.add(0, 20 * kMillisecond);
  CHECK(work.is_enough(20 * kMillisecond));
  const int64_t later_ns = 100'000 * kMillisecond;
  CHECK_FALSE(work.is_enough(later_ns));
  work.add(later_ns, later_ns + 8 * kMillisecond);
  CHECK(work.is_enough(later_ns + 8 * kMillisecond));
}

TEST_CASE("what takes no more than most requests is never too much") {
  ExpensiveWork work;
  for (int64_t now_ns = 0; now_ns < 1'000 * kMillisecond; now_ns += kMillisecond / 10)
    work.add(now_ns, now_ns + kMillisecond / 10);
  CHECK_FALSE(work.is_enough(1'000 * kMillisecond));
}

TEST_CASE("requests for rows by their keys are not expensive, lists and embeds may be") {
  const auto expensive = [](std::string_view query) {
    http::Request request;
    request.head.query = query;
    return may_be_expensive(request);
  };
  CHECK_FALSE(expensive(""));
  CHECK_FALSE(expensive("select=id,name&id=eq.17"));
  CHECK(expensive("id=in.(1,2)"));
  CHECK(expensive("id=in.%281,2)"));
  CHECK(expensive("select=id,visit(id)"));
  CHECK(expensive("name=eq." + std::string(300, 'x')));
}

}  // namespace prodev::rest
