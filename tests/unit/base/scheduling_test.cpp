#include "base/scheduling.h"

#include <sys/resource.h>

#include <thread>

#include "catch.h"

TEST_CASE("a thread that runs behind leaves the others as they were") {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  int behind = before;
  std::thread([&] {
    prodev::base::run_behind();
    behind = ::getpriority(PRIO_PROCESS, 0);
  }).join();
  CHECK(behind >= 10);
  CHECK(::getpriority(PRIO_PROCESS, 0) == before);
}

TEST_CASE("a thread that is further behind stays there") {
  int behind = 0;
  std::thread([&] {
    REQUIRE(::setpriority(PRIO_PROCESS, 0, 15) == 0);
    prodev::base::run_behind();
    behind = ::getpriority(PRIO_PROCESS, 0);
  }).join();
  CHECK(behind == 15);
}
