#include "openapi/components.h"

#include "openapi/fixed_parts.h"

namespace prodev::openapi {

Components::Components() {
  for (const FixedPart& part : fixed_parts()) add(part.section, part.name, part.json);
}

void Components::add(std::string_view section, const std::string& name, std::string json) {
  sections_[std::string(section)][name] = {std::move(json), false};
}

void Components::refer(text::JsonWriter& out, std::string_view section, std::string_view name) {
  std::string target = "#/components/";
  target.append(section).append("/").append(name);
  out.begin_object().member("$ref", target).end_object();
  note_use(section, name);
}

void Components::note_use(std::string_view section, std::string_view name) {
  const auto parts = sections_.find(section);
  if (parts == sections_.end()) return;
  const auto part = parts->second.find(name);
  if (part == parts->second.end() || part->second.used) return;
  part->second.used = true;
  note_references(part->second.json);
}

void Components::note_references(std::string_view json) {
  constexpr std::string_view kReference = "\"$ref\":\"#/components/";
  for (size_t at = json.find(kReference); at != std::string_view::npos;
       at = json.find(kReference, at)) {
    at += kReference.size();
    const size_t slash = json.find('/', at);
    const size_t end = json.find('"', at);
    if (slash < end) note_use(json.substr(at, slash - at), json.substr(slash + 1, end - slash - 1));
  }
}

void Components::write(text::JsonWriter& out) const {
  out.begin_object();
  for (const auto& [section, parts] : sections_) {
    bool begun = false;
    for (const auto& [name, part] : parts) {
      if (!part.used) continue;
      if (!begun) out.key(section).begin_object();
      begun = true;
      out.key(name).raw(part.json);
    }
    if (begun) out.end_object();
  }
  out.end_object();
}

std::string Names::take(std::string_view wanted) {
  std::string name;
  for (const char c : wanted) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    name += allowed ? c : '_';
  }
  std::string unique = name;
  while (!taken_.emplace(unique, 1).second) unique = name + "_" + std::to_string(++taken_[name]);
  return unique;
}

}  // namespace prodev::openapi
