#include "db/schema_changes.h"

#include <algorithm>
#include <string>

#include "text/ascii.h"

namespace prodev::db {

namespace {

bool says(const SqlTokenList& tokens, std::string_view name) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const SqlToken& token) {
    return text::equal_ignoring_case(token.value(), name);
  });
}

// What is made, altered or dropped: DROP TABLE IF EXISTS main.event.
std::string object_of(const SqlTokenList& tokens) {
  size_t at = 0;
  while (at < tokens.size() && !tokens[at].is_one_of({"TABLE", "VIEW", "TRIGGER", "INDEX"})) ++at;
  ++at;
  while (at < tokens.size() && tokens[at].is_one_of({"IF", "NOT", "EXISTS"})) ++at;
  if (at + 2 < tokens.size() && tokens[at + 1].is('.')) at += 2;
  return at < tokens.size() ? tokens[at].value() : std::string();
}

}  // namespace

SchemaChanges::SchemaChanges(std::string_view sql) {
  size_t line = 1;
  size_t counted = 0;
  for (const std::string_view statement : statements_of(sql)) {
    SqlTokenList tokens = tokens_of(statement);
    if (tokens.empty() || !tokens.front().is_one_of({"CREATE", "ALTER", "DROP"})) continue;
    const size_t at = static_cast<size_t>(statement.data() - sql.data()) + tokens.front().offset;
    line += static_cast<size_t>(std::count(sql.begin() + static_cast<long>(counted),
                                           sql.begin() + static_cast<long>(at), '\n'));
    counted = at;
    changes_.push_back({line, std::move(tokens)});
  }
}

size_t SchemaChanges::line_of_making(std::string_view name, std::string_view also) const {
  const auto found = std::find_if(changes_.rbegin(), changes_.rend(), [&](const Change& change) {
    return change.tokens.front().is_word("CREATE") &&
           text::equal_ignoring_case(object_of(change.tokens), name) && says(change.tokens, also);
  });
  return found == changes_.rend() ? 0 : found->line;
}

size_t SchemaChanges::line_of_saying(std::string_view name) const {
  const auto found = std::find_if(changes_.rbegin(), changes_.rend(),
                                  [&](const Change& change) { return says(change.tokens, name); });
  return found == changes_.rend() ? 0 : found->line;
}

size_t SchemaChanges::line_of_ending(const SqlTokenList& tokens) const {
  const auto found = std::find_if(changes_.begin(), changes_.end(), [&](const Change& change) {
    return !change.tokens.front().is_word("CREATE") && says(tokens, object_of(change.tokens));
  });
  return found == changes_.end() ? 0 : found->line;
}

}  // namespace prodev::db
