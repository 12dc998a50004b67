#include "base/result.h"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "base/unique_fd.h"
#include "catch.h"

using namespace prodev::base;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Code::kBadInput, std::to_string(number) + " is odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY_ASSIGN(const int once, half(number));
  TRY(half(once));
  return half(once);
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

}  // namespace

TEST_CASE("TRY hands the first error on and otherwise goes on") {
  CHECK(*quarter(8) == 2);
  CHECK(quarter(6).error().message == "3 is odd");
  CHECK(quarter(5).error().message == "5 is odd");
}

TEST_CASE("an error of the system says what it was") {
  const Result<void> result = fail_errno("cannot open x", ENOENT);
  CHECK(result.error().code == Code::kUnavailable);
  CHECK(result.error().message == "cannot open x: No such file or directory");
}

TEST_CASE("a descriptor is closed by its last owner, once") {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    UniqueFd first(fd);
    UniqueFd second(std::move(first));
    CHECK_FALSE(first);
    first = std::move(second);
    CHECK(first.get() == fd);
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}
