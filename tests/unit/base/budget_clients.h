// Clients and a unit for the tests of what shares a budget.
#pragma once

#include "base/budget.h"

namespace prodev::test {

constexpr base::Budget::Client kAda{1}, kBob{2}, kCyd{3};
constexpr uint64_t kStep = base::Budget::kStep;

}  // namespace prodev::test
