#include "rest/media_type.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "text/ascii.h"
#include "text/list_field.h"

namespace prodev::rest {

namespace {

using query::Outcome;
using records::RowFormat;

struct Row {
  std::string_view type;
  RowFormat format;
};

constexpr Row kTypes[] = {{"application/json", RowFormat::kJsonArray},
                          {"*/*", RowFormat::kJsonArray},
                          {"application/*", RowFormat::kJsonArray},
                          {"application/vnd.pgrst.array+json", RowFormat::kJsonArray},
                          {"application/vnd.pgrst.array", RowFormat::kJsonArray},
                          {"application/vnd.pgrst.object+json", RowFormat::kJsonObject},
                          {"application/vnd.pgrst.object", RowFormat::kJsonObject},
                          {"application/x-ndjson", RowFormat::kJsonLines},
                          {"text/csv", RowFormat::kCsv},
                          {"text/*", RowFormat::kCsv}};

constexpr std::string_view kPlan = "application/vnd.pgrst.plan";
constexpr std::array<std::string_view, 5> kPlanOptions = {"analyze", "verbose", "settings",
                                                          "buffers", "wal"};

// One item of the field: "type/subtype;name=value;...".
struct MediaRange {
  explicit MediaRange(std::string_view text) : parameters(text) {
    type = text::take_list_item(parameters, ';');
  }

  std::string_view type;
  std::string_view parameters;

  // Without its quotes; empty: not given.
  std::string_view find(std::string_view name) const {
    for (std::string_view rest = parameters; !rest.empty();) {
      std::string_view value = text::take_list_item(rest, ';');
      const std::string_view key = text::take_list_item(value, '=');
      if (!text::equal_ignoring_case(key, name)) continue;
      value = text::trim(value);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        return value.substr(1, value.size() - 2);
      return value;
    }
    return {};
  }

  // The weight in thousandths (RFC 9110 section 12.4.2); 1000 where it is not given.
  int quality() const {
    const std::string_view text = find("q");
    if (text.empty()) return 1'000;
    double quality = 0;
    std::from_chars(text.data(), text.data() + text.size(), quality);
    return static_cast<int>(std::clamp(quality, 0.0, 1.0) * 1'000);
  }
};

std::optional<MediaType> known_rows(const MediaRange& range) {
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Row& known) {
    return text::equal_ignoring_case(known.type, range.type);
  });
  if (row == std::end(kTypes)) return std::nullopt;
  MediaType media;
  media.format = row->format;
  media.strips_nulls =
      row->type.starts_with("application/vnd.pgrst.") && range.find("nulls") == "stripped";
  return media;
}

std::optional<MediaType> known_plan(const MediaRange& range) {
  const std::string_view form = range.type.substr(std::min(kPlan.size(), range.type.size()));
  if (!text::equal_ignoring_case(range.type.substr(0, kPlan.size()), kPlan)) return std::nullopt;
  if (!form.empty() && form != "+json" && form != "+text") return std::nullopt;
  PlanMedia plan;
  plan.json = form == "+json";
  MediaType media;
  if (const std::string_view of = range.find("for"); !of.empty()) {
    const std::optional<MediaType> rows = known_rows(MediaRange(of));
    if (!rows) return std::nullopt;
    media = *rows;
    plan.of = of;
  }
  for (std::string_view list = range.find("options"); !list.empty();) {
    const std::string_view word = text::take_list_item(list, '|');
    const auto found = std::find(kPlanOptions.begin(), kPlanOptions.end(), word);
    if (found != kPlanOptions.end())
      plan.options.push_back(static_cast<PlanMedia::Option>(found - kPlanOptions.begin()));
  }
  media.plan = std::move(plan);
  return media;
}

std::string plan_content_type(const PlanMedia& plan) {
  std::string type(kPlan);
  type.append(plan.json ? "+json" : "+text").append("; for=\"").append(plan.of).append("\"");
  const char* glue = "; options=";
  for (const PlanMedia::Option option : plan.options) {
    type.append(glue).append(kPlanOptions[option]);
    glue = "|";
  }
  return type;
}

std::string_view rows_content_type(RowFormat format, bool strips_nulls) {
  switch (format) {
    case RowFormat::kJsonObject:
      return strips_nulls ? "application/vnd.pgrst.object+json;nulls=stripped"
                          : "application/vnd.pgrst.object+json";
    case RowFormat::kCsv:
      return "text/csv";
    case RowFormat::kJsonLines:
      return "application/x-ndjson";
    case RowFormat::kJsonArray:
      break;
  }
  return strips_nulls ? "application/vnd.pgrst.array+json;nulls=stripped" : "application/json";
}

}  // namespace

bool PlanMedia::has(Option option) const {
  return std::find(options.begin(), options.end(), option) != options.end();
}

std::string MediaType::content_type() const {
  std::string type =
      plan ? plan_content_type(*plan) : std::string(rows_content_type(format, strips_nulls));
  return type += "; charset=utf-8";
}

Outcome<MediaType> negotiate(std::string_view accept) {
  if (accept.empty()) return MediaType();
  int best = 0;
  MediaType chosen;
  for (std::string_view list = accept; !list.empty();) {
    const MediaRange range(text::take_list_item(list, ','));
    const int quality = range.quality();
    if (quality <= best) continue;
    std::optional<MediaType> media = known_rows(range);
    if (!media) media = known_plan(range);
    if (!media) continue;
    best = quality;
    chosen = std::move(*media);
  }
  if (best > 0) return chosen;
  return query::refuse(
      {406, "PGRST107", "None of these media types are available: " + std::string(accept)});
}

}  // namespace prodev::rest
