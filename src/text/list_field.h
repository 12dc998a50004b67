// Lists and parameters of header fields (RFC 9110 section 5.6).
#pragma once

#include <string_view>

namespace prodev::text {

// Takes the next item of `list`, without the white space around it. A separator within a
// quoted-string is a part of the item.
std::string_view take_list_item(std::string_view& list, char separator);

}  // namespace prodev::text
