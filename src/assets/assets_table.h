// What the build generates: the table of embedded files, sorted by path.
#pragma once

#include "assets/assets.h"

namespace prodev::assets {

std::span<const Asset> table();

}  // namespace prodev::assets
