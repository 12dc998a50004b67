#include "assets/assets.h"

#include <algorithm>

#include "assets/assets_table.h"
#include "base/build_info.h"

namespace prodev::assets {

std::span<const Asset> all() { return table(); }

const Asset* find(std::string_view path) {
  const std::span<const Asset> assets = table();
  const auto found =
      std::lower_bound(assets.begin(), assets.end(), path,
                       [](const Asset& asset, std::string_view key) { return asset.path < key; });
  return found != assets.end() && found->path == path ? &*found : nullptr;
}

long long modified_at_s() { return base::commit_time_s(); }

}  // namespace prodev::assets
