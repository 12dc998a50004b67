#include <algorithm>
#include <array>

#include "base/clock.h"
#include "telemetry/log.h"
#include "telemetry/log_line.h"
#include "telemetry/log_sink.h"
#include "text/ascii.h"

namespace prodev::telemetry {
namespace {

// Takes one character off the front of `name` as the server would decode it, in lower case.
char take_decoded(std::string_view& name) {
  char c = name.front();
  size_t length = 1;
  if (c == '%' && name.size() >= 3 && text::hex_value(name[1]) >= 0 &&
      text::hex_value(name[2]) >= 0) {
    c = static_cast<char>(text::hex_value(name[1]) * 16 + text::hex_value(name[2]));
    length = 3;
  }
  name.remove_prefix(length);
  return text::to_lower(c);
}

bool decodes_to(std::string_view name, std::string_view expected) {
  for (const char c : expected) {
    if (name.empty() || take_decoded(name) != c) return false;
  }
  return name.empty();
}

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 6> kSecrets = {
      "apikey", "token", "code", "access_token", "refresh_token", "password"};
  return std::any_of(kSecrets.begin(), kSecrets.end(),
                     [&](std::string_view secret) { return decodes_to(name, secret); });
}

// Appends `target` with the values of secret query parameters replaced by "***".
void append_redacted(std::string& out, std::string_view target) {
  size_t copied = 0;  // everything before it is in `out`
  for (size_t at = target.find('?') + 1; at < target.size();) {
    const size_t end = std::min(target.find_first_of("&;", at), target.size());
    const size_t equals = target.find('=', at);
    if (equals < end && is_secret(target.substr(at, equals - at))) {
      out += target.substr(copied, equals + 1 - copied);
      out += "***";
      copied = end;
    }
    at = end + 1;
  }
  out += target.substr(copied);
}

void write_line(std::string& out, const AccessRecord& record, std::string_view target) {
  LineWriter line(out, log_format());
  line.begin(base::wall_ms(), Level::kInfo, "request");
  line.field("request_id", record.request_id);
  line.field("client", record.client);
  line.field("method", record.method);
  line.field("target", target);
  line.field("route", record.route);
  line.field("protocol", record.protocol);
  line.field("status", static_cast<int64_t>(record.status));
  line.field("request_bytes", static_cast<int64_t>(record.request_bytes));
  line.field("response_bytes", static_cast<int64_t>(record.response_bytes));
  line.field("duration_us", record.duration_us);
  line.field("user_agent", record.user_agent);
  line.end();
}

}  // namespace

void AccessLog::add(const AccessRecord& record) {
  constexpr size_t kMost = 65'536;  // one turn of a loop may answer thousands of requests
  if (!enabled_) return;
  if (pending_.size() >= kMost) flush();
  if (record.target.find('?') == std::string_view::npos) {
    write_line(pending_, record, record.target);
    return;
  }
  thread_local std::string redacted;
  redacted.clear();
  append_redacted(redacted, record.target);
  write_line(pending_, record, redacted);
}

void AccessLog::flush() {
  if (pending_.empty()) return;
  append_to_log(pending_);
  pending_.clear();
}

}  // namespace prodev::telemetry
