// What a response is written as: the Accept header (RFC 9110 section 12.5.1; docs.postgrest.org,
// Media Type Handlers).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/api_error.h"
#include "records/row_writer.h"

namespace prodev::rest {

// application/vnd.pgrst.plan: how the database would run the request, in place of its rows.
struct PlanMedia {
  enum Option : uint8_t { kAnalyze, kVerbose, kSettings, kBuffers, kWal };
  bool json = false;  // else text
  std::string of = "application/json";
  std::vector<Option> options;  // as asked for

  bool has(Option option) const;
};

struct MediaType {
  records::RowFormat format = records::RowFormat::kJsonArray;
  bool strips_nulls = false;  // members that are null are left out
  std::optional<PlanMedia> plan;

  // The value of Content-Type.
  std::string content_type() const;
};

// The media type that `accept` likes best; PGRST107 when it takes none of ours.
query::Outcome<MediaType> negotiate(std::string_view accept);

}  // namespace prodev::rest
