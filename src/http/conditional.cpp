#include "http/conditional.h"

#include <sodium.h>

#include "text/hex.h"
#include "text/http_date.h"

namespace prodev::http {

namespace {

std::string_view skip_separators(std::string_view list) {
  const size_t start = list.find_first_not_of(" \t,");
  return start == std::string_view::npos ? std::string_view() : list.substr(start);
}

// Whether the list of entity tags names `etag`. Weak comparison ignores W/ (section 8.8.3.2).
bool lists_etag(std::string_view list, std::string_view etag, bool weak) {
  if (skip_separators(list).starts_with('*')) return true;
  for (list = skip_separators(list); !list.empty(); list = skip_separators(list)) {
    const bool is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    const size_t end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return false;  // malformed: the rest cannot be trusted
    if (list.substr(0, end + 1) == etag && (weak || !is_weak)) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::string content_etag(std::string_view bytes) {
  std::string digest(crypto_generichash_BYTES_MIN, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  return '"' + text::to_hex(digest) + '"';
}

Precondition evaluate_preconditions(const Head& head, const Validators& validators) {
  std::string joined;
  const std::string_view if_match = head.find_list("if-match", joined);
  if (!if_match.empty()) {
    if (!lists_etag(if_match, validators.etag, false)) return Precondition::kFailed;
  } else if (const auto date = text::parse_http_date(head.find("if-unmodified-since"))) {
    if (validators.modified_s > *date) return Precondition::kFailed;
  }
  const std::string_view if_none_match = head.find_list("if-none-match", joined);
  if (!if_none_match.empty()) {
    if (lists_etag(if_none_match, validators.etag, true)) return Precondition::kNotModified;
  } else if (const auto date = text::parse_http_date(head.find("if-modified-since"))) {
    if (validators.modified_s <= *date) return Precondition::kNotModified;
  }
  return Precondition::kProceed;
}

bool range_applies(const Head& head, const Validators& validators) {
  const std::string_view if_range = head.find("if-range");
  if (if_range.empty()) return true;
  if (if_range.starts_with('"')) return if_range == validators.etag;
  const auto date = text::parse_http_date(if_range);
  return date && *date == validators.modified_s;
}

}  // namespace prodev::http
