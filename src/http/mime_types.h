// Media types by file name.
#pragma once

#include <string_view>

namespace prodev::http {

// "text/html; charset=utf-8" for "a/b.html"; "application/octet-stream" when unknown.
std::string_view mime_type(std::string_view path);

}  // namespace prodev::http
