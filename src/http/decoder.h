// Request bodies that come compressed (RFC 9110, 8.4).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prodev::http {

// Whether `content_encoding` names the coding that gunzip() undoes: gzip, or x-gzip.
bool is_gzip(std::string_view content_encoding);
// Whether it says that the body is as it is: nothing, or "identity".
bool is_plain(std::string_view content_encoding);

// Whether a text may grow to so many bytes.
using MayGrow = std::function<bool(uint64_t bytes)>;

// The text of `bytes`, one or more gzip members (RFC 1952). kTooLarge beyond `most_bytes` and what
// `may_grow` lets pass, as soon as that is seen; kBadInput when it is not gzip, or is cut short.
// Some milliseconds a megabyte: not for a loop.
base::Result<std::string> gunzip(std::string_view bytes, uint64_t most_bytes,
                                 const MayGrow& may_grow = nullptr);

}  // namespace prodev::http
