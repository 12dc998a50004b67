#include "rest/request_options.h"

#include <algorithm>
#include <charconv>

#include "http/head.h"
#include "rest/query_string.h"
#include "text/ascii.h"

namespace prodev::rest {

namespace {

using query::Outcome;
using records::RowFormat;

// The next item of a list field, without the white space around it.
std::string_view take_item(std::string_view& list, char separator) {
  const std::string_view item = list.substr(0, list.find(separator));
  list.remove_prefix(std::min(item.size() + 1, list.size()));
  return text::trim(item);
}

struct MediaRow {
  std::string_view type;
  RowFormat format;
};

constexpr MediaRow kMediaTypes[] = {{"application/json", RowFormat::kJsonArray},
                                    {"*/*", RowFormat::kJsonArray},
                                    {"application/*", RowFormat::kJsonArray},
                                    {"application/vnd.pgrst.array+json", RowFormat::kJsonArray},
                                    {"application/vnd.pgrst.array", RowFormat::kJsonArray},
                                    {"application/vnd.pgrst.object+json", RowFormat::kJsonObject},
                                    {"application/vnd.pgrst.object", RowFormat::kJsonObject},
                                    {"application/x-ndjson", RowFormat::kJsonLines},
                                    {"text/csv", RowFormat::kCsv},
                                    {"text/*", RowFormat::kCsv}};

// The weight of a media range in thousandths (RFC 9110 section 12.4.2); 1000 where it is not given.
int quality_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_item(parameters, ';');
    if (parameter.size() < 3 || text::to_lower(parameter[0]) != 'q' || parameter[1] != '=')
      continue;
    double quality = 0;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), quality);
    return static_cast<int>(std::clamp(quality, 0.0, 1.0) * 1'000);
  }
  return 1'000;
}

Outcome<RowFormat> negotiate(std::string_view accept) {
  if (accept.empty()) return RowFormat::kJsonArray;
  int best = 0;
  RowFormat format = RowFormat::kJsonArray;
  for (std::string_view list = accept; !list.empty();) {
    std::string_view range = take_item(list, ',');
    const std::string_view type = take_item(range, ';');
    const auto* row = std::find_if(
        std::begin(kMediaTypes), std::end(kMediaTypes),
        [&](const MediaRow& known) { return text::equal_ignoring_case(known.type, type); });
    if (row == std::end(kMediaTypes)) continue;
    const int quality = quality_of(range);
    if (quality <= best) continue;
    best = quality;
    format = row->format;
  }
  if (best > 0) return format;
  return query::refuse(
      {406, "PGRST107", "None of these media types are available: " + std::string(accept)});
}

// "0-24" or "25-" (PostgREST's items), within what limit and offset already say. Other units are
// none of ours (RFC 9110 section 14.2).
Outcome<void> apply_range(std::string_view range, query::Read& read) {
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find_first_not_of("0123456789-") != std::string::npos)
    return {};
  TRY_ASSIGN(const uint64_t first, parse_bound("Range", range.substr(0, dash)));
  if (dash + 1 < range.size()) {
    TRY_ASSIGN(const uint64_t last, parse_bound("Range", range.substr(dash + 1)));
    if (last < first) {
      return query::refuse({416, "PGRST103", "Requested range not satisfiable",
                            "The lower boundary must be lower than or equal to the upper boundary "
                            "in the Range header."});
    }
    const uint64_t count = last - first + 1;
    read.limit = std::min(read.limit.value_or(count), count);
  }
  read.offset += first;
  return {};
}

Outcome<void> check_profile(const http::Request& request) {
  for (const std::string_view header : {"accept-profile", "content-profile"}) {
    const std::string_view profile = request.header(header);
    if (profile.empty() || profile == "public") continue;
    return query::refuse({406, "PGRST106", "Invalid schema: " + std::string(profile),
                          "Only the following schemas are exposed: public"});
  }
  return {};
}

Preferences parse_preferences(const http::Request& request) {
  Preferences preferences;
  std::string joined;
  for (std::string_view list = request.head.find_list("prefer", joined); !list.empty();) {
    const std::string_view item = take_item(list, ',');
    if (item == "return=representation") preferences.returning = ReturnPreference::kRepresentation;
    if (item == "return=minimal") preferences.returning = ReturnPreference::kMinimal;
    if (item == "return=headers-only") preferences.returning = ReturnPreference::kHeadersOnly;
    if (item == "resolution=merge-duplicates")
      preferences.resolution = ResolutionPreference::kMerge;
    if (item == "resolution=ignore-duplicates")
      preferences.resolution = ResolutionPreference::kIgnore;
    // An exact count is one answer to a question for an estimate, too.
    if (item == "count=exact" || item == "count=planned" || item == "count=estimated")
      preferences.count = true;
  }
  return preferences;
}

}  // namespace

std::string Preferences::applied(bool is_write) const {
  std::string out;
  const auto add = [&](std::string_view preference) {
    if (!out.empty()) out += ", ";
    out += preference;
  };
  if (is_write && resolution == ResolutionPreference::kMerge) add("resolution=merge-duplicates");
  if (is_write && resolution == ResolutionPreference::kIgnore) add("resolution=ignore-duplicates");
  if (is_write && returning) {
    static constexpr std::string_view kNames[] = {"return=minimal", "return=headers-only",
                                                  "return=representation"};
    add(kNames[static_cast<size_t>(*returning)]);
  }
  if (count) add("count=exact");
  return out;
}

Outcome<RequestOptions> parse_request_options(const http::Request& request) {
  RequestOptions options;
  TRY(check_profile(request));
  std::string joined;
  TRY_ASSIGN(options.format, negotiate(request.head.find_list("accept", joined)));
  options.preferences = parse_preferences(request);
  TRY_ASSIGN(std::vector<Parameter> parameters, parse_query_string(request.head.query));
  TRY_ASSIGN(static_cast<QueryParameters&>(options), parse_query_parameters(std::move(parameters)));
  const bool reads =
      request.head.method == http::Method::kGet || request.head.method == http::Method::kHead;
  if (reads) TRY(apply_range(request.header("range"), options.read));
  return options;
}

std::string_view content_type(RowFormat format) {
  switch (format) {
    case RowFormat::kJsonObject:
      return "application/vnd.pgrst.object+json; charset=utf-8";
    case RowFormat::kCsv:
      return "text/csv; charset=utf-8";
    case RowFormat::kJsonLines:
      return "application/x-ndjson; charset=utf-8";
    case RowFormat::kJsonArray:
      break;
  }
  return "application/json; charset=utf-8";
}

}  // namespace prodev::rest
