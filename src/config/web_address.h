// Origins and addresses of sites, as settings name them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace prodev::config {

// The errors (kUsage) say what is wrong and how to write it, and are meant to follow the text.

// An item of cors_origins as browsers spell it, which is how it is compared: "*", or
// scheme://host[:port] without the scheme's own port, whose port may be * for any.
base::Result<std::string> parse_origin(std::string_view text);

// Where a site is for those who ask it: http or https, a host, and the path that a proxy has put it
// under, without the slash at the end: "https://app.example/api".
base::Result<std::string> parse_site_address(std::string_view text);

}  // namespace prodev::config
