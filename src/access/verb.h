// What a statement does to the rows of a table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace prodev::access {

enum class Verb : uint8_t { kSelect, kInsert, kUpdate, kDelete };

constexpr std::array kVerbs = {Verb::kSelect, Verb::kInsert, Verb::kUpdate, Verb::kDelete};

// "select": as the system tables spell it.
constexpr std::string_view name_of(Verb verb) {
  constexpr std::array<std::string_view, kVerbs.size()> kNames = {"select", "insert", "update",
                                                                  "delete"};
  return kNames[static_cast<size_t>(verb)];
}

// None for other words.
constexpr std::optional<Verb> verb_named(std::string_view name) {
  for (const Verb verb : kVerbs) {
    if (name_of(verb) == name) return verb;
  }
  return std::nullopt;
}

}  // namespace prodev::access
