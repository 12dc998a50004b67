#include "rest/preferences.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "text/list_field.h"

namespace prodev::rest {

namespace {

using http::Method;
using query::Outcome;

// In the order of their enumerations.
constexpr std::array<std::string_view, 3> kReturns = {"return=minimal", "return=headers-only",
                                                      "return=representation"};
constexpr std::array<std::string_view, 2> kResolutions = {"resolution=merge-duplicates",
                                                          "resolution=ignore-duplicates"};
constexpr std::array<std::string_view, 3> kCounts = {"count=exact", "count=planned",
                                                     "count=estimated"};
constexpr std::array<std::string_view, 2> kMissing = {"missing=default", "missing=null"};
constexpr std::array<std::string_view, 2> kHandlings = {"handling=strict", "handling=lenient"};
constexpr std::array<std::string_view, 2> kTransactions = {"tx=commit", "tx=rollback"};

constexpr std::string_view kTimezone = "timezone=";
constexpr std::string_view kMaxAffected = "max-affected=";

// The names of the time zone that values are in, in the IANA database.
constexpr std::array<std::string_view, 6> kUtc = {"UTC",     "Etc/UTC", "GMT",
                                                  "Etc/GMT", "Zulu",    "Etc/Universal"};

template <class Choice, size_t n>
bool take(std::string_view item, const std::array<std::string_view, n>& words,
          std::optional<Choice>& choice) {
  const auto found = std::find(words.begin(), words.end(), item);
  if (found == words.end()) return false;
  if (!choice) choice = static_cast<Choice>(found - words.begin());
  return true;
}

bool take_timezone(std::string_view item, Preferences& preferences) {
  if (!item.starts_with(kTimezone)) return false;
  const std::string_view name = item.substr(kTimezone.size());
  if (std::find(kUtc.begin(), kUtc.end(), name) == kUtc.end()) return false;
  if (preferences.timezone.empty()) preferences.timezone = name;
  return true;
}

// As PostgREST: what is no number is no limit, and no error either.
bool take_max_affected(std::string_view item, Preferences& preferences) {
  if (!item.starts_with(kMaxAffected)) return false;
  const std::string_view digits = item.substr(kMaxAffected.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (whole && !preferences.max_affected) preferences.max_affected = number;
  return true;
}

bool take_any(std::string_view item, Preferences& preferences) {
  return take(item, kReturns, preferences.returning) ||
         take(item, kResolutions, preferences.resolution) ||
         take(item, kCounts, preferences.count) || take(item, kMissing, preferences.missing) ||
         take(item, kHandlings, preferences.handling) ||
         take(item, kTransactions, preferences.transaction) || take_timezone(item, preferences) ||
         take_max_affected(item, preferences);
}

class List {
 public:
  void add(std::string_view item) {
    if (!text_.empty()) text_ += ", ";
    text_ += item;
  }
  template <class Choice, size_t n>
  void add(const std::optional<Choice>& choice, const std::array<std::string_view, n>& words) {
    if (choice) add(words[static_cast<size_t>(*choice)]);
  }
  std::string take() { return std::move(text_); }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace

std::string Preferences::applied(Method method) const {
  const bool reads = method == Method::kGet || method == Method::kHead;
  const bool changes = method == Method::kPatch || method == Method::kDelete;
  List list;
  if (method == Method::kPost) list.add(resolution, kResolutions);
  if (method == Method::kPost || changes) list.add(missing, kMissing);
  if (!reads) list.add(returning, kReturns);
  list.add(count, kCounts);
  list.add(transaction, kTransactions);
  list.add(handling, kHandlings);
  if (!timezone.empty()) list.add(std::string(kTimezone) + timezone);
  const std::optional<uint64_t> limit = affected_limit();
  if (changes && limit) list.add(std::string(kMaxAffected) + std::to_string(*limit));
  return list.take();
}

Outcome<Preferences> parse_preferences(std::string_view list) {
  Preferences preferences;
  List unknown;
  while (!list.empty()) {
    const std::string_view item = text::take_list_item(list, ',');
    if (!item.empty() && !take_any(item, preferences)) unknown.add(item);
  }
  if (preferences.handling != HandlingPreference::kStrict || unknown.empty()) return preferences;
  return query::refuse({400, "PGRST122", "Invalid preferences given with handling=strict",
                        "Invalid preferences: " + unknown.take()});
}

Outcome<Preferences> parse_preferences(const http::Request& request) {
  std::string joined;
  return parse_preferences(request.head.find_list("prefer", joined));
}

}  // namespace prodev::rest
