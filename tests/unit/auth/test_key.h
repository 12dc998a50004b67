// A key and a moment that the tests of tokens share.
#pragma once

#include <cstdint>

#include "auth/jwt.h"

namespace prodev::test {

constexpr int64_t kNow_s = 1'700'000'000;
inline const auth::SigningKey kKey("a secret of at least 32 characters");

}  // namespace prodev::test
