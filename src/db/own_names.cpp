#include "db/own_names.h"

#include "text/ascii.h"

namespace prodev::db {

std::string refused_own_name(const SqlTokenList& tokens, size_t at) {
  constexpr std::string_view kPrefix = "_prodev_";
  const SqlToken& token = tokens[at];
  if (!token.is_name() && token.kind != SqlToken::Kind::kString) return {};
  const std::string name = token.value();
  if (!text::equal_ignoring_case(std::string_view(name).substr(0, kPrefix.size()), kPrefix))
    return {};
  if (at + 1 < tokens.size() && tokens[at + 1].is('(')) return {};  // a function, or refused later
  return name + " is a table of prodev itself, which no statement may use";
}

}  // namespace prodev::db
