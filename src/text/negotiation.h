// Content negotiation (RFC 9110 section 12).
#pragma once

#include <string_view>

namespace prodev::text {

// The quality, 0 to 1000, that an Accept-Encoding field gives to `coding` ("br", "gzip",
// "identity"), by name or else by "*". An empty field accepts identity only.
int coding_quality(std::string_view accept_encoding, std::string_view coding);

// Whether an Accept field takes `type` ("text/html") by name with a quality above 0: "*/*" is what
// programs send that did not ask for a page.
bool names_type(std::string_view accept, std::string_view type);

}  // namespace prodev::text
