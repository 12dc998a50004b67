#include "statements/lineage.h"

#include <algorithm>

#include "text/ascii.h"

namespace prodev::statements {
namespace {}  // namespace

void Lineage::created(std::string_view name) { objects_[text::lowered(name)] = {"", ++clock_}; }

void Lineage::renamed(std::string_view from, std::string_view to) {
  const size_t made = objects_[text::lowered(from)].made;
  objects_.erase(text::lowered(from));
  objects_[text::lowered(to)] = {std::string(from), made};
}

Ancestor Lineage::dropped(std::string_view name) {
  const Object object = objects_[text::lowered(name)];
  objects_.erase(text::lowered(name));
  Ancestor ancestor{{std::string(name)}, object.made};
  if (!object.former.empty()) ancestor.names.insert(ancestor.names.begin(), object.former);
  return ancestor;
}

std::optional<std::string> Lineage::successor(const Ancestor& ancestor) const {
  for (const std::string& name : ancestor.names) {
    if (succeeds(name, ancestor)) return name;
  }
  return std::nullopt;
}

bool Lineage::succeeds(std::string_view name, const Ancestor& ancestor) const {
  const auto found = objects_.find(text::lowered(name));
  if (found == objects_.end() || found->second.made <= ancestor.made) return false;
  return std::any_of(ancestor.names.begin(), ancestor.names.end(),
                     [&](const std::string& one) { return text::equal_ignoring_case(one, name); });
}

}  // namespace prodev::statements
