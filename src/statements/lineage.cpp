#include "statements/lineage.h"

#include "text/ascii.h"

namespace prodev::statements {
namespace {

std::string lowered(std::string_view name) {
  std::string lower;
  for (const char c : name) lower += text::to_lower(c);
  return lower;
}

}  // namespace

void Lineage::created(std::string_view name) { fresh_.insert(lowered(name)); }

void Lineage::renamed(std::string_view from, std::string_view to) {
  std::vector<std::string> names = names_of(from);
  names.emplace_back(to);
  names_.erase(lowered(from));
  names_[lowered(to)] = std::move(names);
  if (fresh_.erase(lowered(from)) > 0) fresh_.insert(lowered(to));
}

std::vector<std::string> Lineage::dropped(std::string_view name) {
  std::vector<std::string> names = names_of(name);
  names_.erase(lowered(name));
  fresh_.erase(lowered(name));
  return names;
}

bool Lineage::is_fresh(std::string_view name) const { return fresh_.contains(lowered(name)); }

std::optional<std::string> Lineage::successor(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (is_fresh(name)) return name;
  }
  return std::nullopt;
}

std::vector<std::string> Lineage::names_of(std::string_view name) const {
  const auto found = names_.find(lowered(name));
  return found == names_.end() ? std::vector<std::string>{std::string(name)} : found->second;
}

}  // namespace prodev::statements
