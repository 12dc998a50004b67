// PostgREST's grammar of select= (docs.postgrest.org, Vertical Filtering, Resource Embedding,
// Aggregate Functions):
//
//   item   = [alias ':'] field ['::' cast] ['.' aggregate '()' ['::' cast]]
//          | ['...' | alias ':'] target ['!' hint] ['!inner' | '!left'] '(' [item {',' item}] ')'
//   field  = column {('->' | '->>') key}
#pragma once

#include <string_view>

#include "query/api_error.h"
#include "query/ast.h"

namespace prodev::rest {

// Embeds within embeds; embeds and columns of one request.
constexpr size_t kMaxEmbedDepth = 8;
constexpr size_t kMaxEmbeds = 32;
constexpr size_t kMaxSelectItems = 1'000;

// Sets `select` and `embeds` of `read`. Empty text selects nothing by name: every column.
query::Outcome<void> parse_select(std::string_view text, query::Read& read);

}  // namespace prodev::rest
