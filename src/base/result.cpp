#include "base/result.h"

#include <cstring>

namespace prodev::base {

tl::unexpected<Error> fail_errno(const std::string& what, int errno_value) {
  return fail(Code::kUnavailable, what + ": " + std::strerror(errno_value));
}

}  // namespace prodev::base
