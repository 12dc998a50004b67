#include "rest/expensive_work.h"

#include <string_view>

namespace prodev::rest {

// Lists, logical operators and embeds, each of which may stand for much, are in parentheses.
bool may_be_expensive(const http::Request& request) {
  constexpr size_t kFew = 256;  // bytes
  const std::string_view query = request.head.query;
  return query.size() > kFew || request.body.size() > kFew * 8 ||
         query.find('(') != std::string_view::npos || query.find("%28") != std::string_view::npos;
}

}  // namespace prodev::rest
