#include "config/cross_checks.h"

#include <algorithm>

namespace prodev::config {
namespace {

using base::Code;
using base::fail;
using base::Result;

std::string where(const Origins& origins, std::string_view name) {
  const auto found = origins.find(name);
  return found == origins.end() ? std::string(name) : found->second;
}

Result<void> check_tls(const Settings& settings, const Origins& origins) {
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    const bool has_certificate = !settings.tls_cert.empty();
    return fail(Code::kUsage, where(origins, has_certificate ? "tls_cert" : "tls_key") +
                                  ": TLS needs a certificate and its key; give " +
                                  (has_certificate ? "tls_key" : "tls_cert") + " too");
  }
  if (!settings.redirect_listen.empty() && settings.tls_cert.empty()) {
    return fail(Code::kUsage, where(origins, "redirect_listen") +
                                  ": there is nothing to redirect to without TLS; give tls_cert "
                                  "and tls_key too");
  }
  return {};
}

Result<void> check_at_most(const Origins& origins, std::string_view small_name, int64_t small,
                           std::string_view large_name, int64_t large) {
  if (small <= large) return {};
  return fail(Code::kUsage, where(origins, small_name) + ": " + std::to_string(small) +
                                " is more than " + std::string(large_name) + " (" +
                                std::to_string(large) + "); lower it or raise the other");
}

Result<void> check_cors(const Settings& settings, const Origins& origins) {
  const auto& allowed = settings.cors_origins;
  const bool any = std::find(allowed.begin(), allowed.end(), "*") != allowed.end();
  if (settings.cors_credentials && any) {
    return fail(Code::kUsage, where(origins, "cors_credentials") +
                                  ": browsers refuse credentials with the origin *; list the "
                                  "origins in cors_origins");
  }
  return {};
}

}  // namespace

void fit_defaults(Settings& settings, const Origins& origins) {
  if (!origins.contains("body_memory_bytes")) {
    settings.body_memory_bytes = std::min(settings.body_memory_bytes, settings.max_body_bytes);
  }
  if (!origins.contains("max_target_bytes")) {
    settings.max_target_bytes = std::min(settings.max_target_bytes, settings.max_head_bytes);
  }
}

Result<void> check_together(const Settings& settings, const Origins& origins) {
  TRY(check_tls(settings, origins));
  TRY(check_at_most(origins, "body_memory_bytes", settings.body_memory_bytes, "max_body_bytes",
                    settings.max_body_bytes));
  TRY(check_at_most(origins, "max_target_bytes", settings.max_target_bytes, "max_head_bytes",
                    settings.max_head_bytes));
  return check_cors(settings, origins);
}

}  // namespace prodev::config
