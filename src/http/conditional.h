// Conditional requests (RFC 9110 section 13).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/head.h"

namespace prodev::http {

struct Validators {
  std::string_view etag;   // strong, with its quotes
  int64_t modified_s = 0;  // Last-Modified
};

// Of a representation whose bytes are known: a digest of these, as an entity tag.
std::string content_etag(std::string_view bytes);

enum class Precondition { kProceed, kNotModified, kFailed };

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of
// section 13.2.2, for GET and HEAD.
Precondition evaluate_preconditions(const Head& head, const Validators& validators);

// Section 13.1.5: whether a Range field counts, given If-Range.
bool range_applies(const Head& head, const Validators& validators);

}  // namespace prodev::http
