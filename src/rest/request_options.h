// What a request to /rest/v1/TABLE asks for, from its query string and headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "query/api_error.h"
#include "records/row_writer.h"
#include "rest/query_parameters.h"

namespace prodev::rest {

enum class ReturnPreference { kMinimal, kHeadersOnly, kRepresentation };
enum class ResolutionPreference { kNone, kMerge, kIgnore };

// The Prefer header (RFC 7240, docs.postgrest.org Preferences). Unknown ones are passed over.
struct Preferences {
  std::optional<ReturnPreference> returning;
  std::optional<ResolutionPreference> resolution;
  bool count = false;

  // The value of Preference-Applied; empty: nothing to tell.
  std::string applied(bool is_write) const;
};

struct RequestOptions : QueryParameters {
  Preferences preferences;
  records::RowFormat format = records::RowFormat::kJsonArray;
};

// PGRST100, PGRST103 and PGRST108 for what cannot be read, PGRST107 for an Accept that nothing here
// answers, PGRST106 for a schema other than public.
query::Outcome<RequestOptions> parse_request_options(const http::Request& request);

// The Content-Type of `format`.
std::string_view content_type(records::RowFormat format);

}  // namespace prodev::rest
