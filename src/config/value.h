// Values of settings as people write them, checked and put into Settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings_table.h"

namespace prodev::config {

// "90", "64KiB" or "7d": an amount of `unit`, with a suffix that it has; nullopt when it is none.
std::optional<int64_t> parse_amount(std::string_view text, Unit unit);

// Each sets one setting. The error (kUsage) tells the value and what is allowed, and is meant to
// follow the place where the value stands and a colon.

// From a flag or an environment variable, or a string in a file. Sizes take KiB, MiB, GiB and
// durations ms, s, m, h, d; lists have commas between their items.
base::Result<void> set_from_text(Settings& settings, const Setting& setting, std::string_view text);

base::Result<void> set_number(Settings& settings, const Setting& setting, int64_t number);
base::Result<void> set_bool(Settings& settings, const Setting& setting, bool value);
base::Result<void> set_list(Settings& settings, const Setting& setting,
                            std::vector<std::string> items);

}  // namespace prodev::config
