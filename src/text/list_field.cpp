#include "text/list_field.h"

#include "text/ascii.h"

namespace prodev::text {

std::string_view take_list_item(std::string_view& list, char separator) {
  bool quoted = false;
  size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != separator); ++end) {
    if (list[end] == '"') quoted = !quoted;
    if (quoted && list[end] == '\\' && end + 1 < list.size()) ++end;
  }
  const std::string_view item = list.substr(0, end);
  list.remove_prefix(end < list.size() ? end + 1 : end);
  return trim(item);
}

}  // namespace prodev::text
