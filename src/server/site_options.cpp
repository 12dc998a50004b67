#include "server/site_options.h"

#include <sched.h>

#include <algorithm>

namespace prodev::server {

namespace {

void add_line(std::string& lines, const std::string& name, const std::string& value) {
  if (!value.empty()) lines += name + ": " + value + "\r\n";
}

// REQUIRES: checked when the settings were read.
std::vector<text::IpNetwork> networks_of(const std::vector<std::string>& texts) {
  std::vector<text::IpNetwork> networks;
  for (const std::string& text : texts) networks.push_back(*text::parse_ip_network(text));
  return networks;
}

// A page under development is served by a tool of its own, on a port of its own.
std::vector<std::string> allowed_origins(const config::Settings& settings) {
  std::vector<std::string> origins = settings.cors_origins;
  if (settings.dev) origins.insert(origins.end(), {"http://localhost:*", "http://127.0.0.1:*"});
  return origins;
}

}  // namespace

Room make_room(const config::Settings& settings, const std::string& temporary_dir) {
  const auto memory = static_cast<uint64_t>(settings.request_memory_bytes);
  const auto disk = static_cast<uint64_t>(settings.temporary_bytes);
  const auto share = [](uint64_t all) {
    return std::make_shared<base::Budget>(base::Budget::Limits{all, all / 2, all / 4});
  };
  const base::Budget::Limits files{disk, disk / 4, disk / 2};
  return {share(memory / 4), share(memory - memory / 4),
          std::make_shared<base::TemporaryStore>(temporary_dir, files,
                                                 static_cast<uint64_t>(settings.min_free_bytes))};
}

http::SiteOptions site_options(const config::Settings& settings, const Room& room, bool tls) {
  http::SiteOptions options;
  options.head.head_bytes = static_cast<size_t>(settings.max_head_bytes);
  options.head.target_bytes = static_cast<size_t>(settings.max_target_bytes);
  options.head.fields = static_cast<size_t>(settings.max_headers);
  options.max_body_bytes = static_cast<uint64_t>(settings.max_body_bytes);
  options.body_memory_bytes = static_cast<uint64_t>(settings.body_memory_bytes);
  options.temporary = room.temporary;
  options.memory = room.bodies;
  add_line(options.all_lines, "X-Content-Type-Options", "nosniff");
  if (tls && settings.hsts_max_age_s > 0) {
    add_line(options.all_lines, "Strict-Transport-Security",
             "max-age=" + std::to_string(settings.hsts_max_age_s));
  }
  add_line(options.document_lines, "Content-Security-Policy", settings.content_security_policy);
  add_line(options.document_lines, "X-Frame-Options", settings.frame_options);
  add_line(options.document_lines, "Referrer-Policy", settings.referrer_policy);
  add_line(options.document_lines, "Cross-Origin-Opener-Policy", "same-origin");
  add_line(options.document_lines, "Permissions-Policy",
           "camera=(), geolocation=(), microphone=()");
  options.cors = {allowed_origins(settings), settings.cors_headers, settings.cors_credentials,
                  settings.cors_max_age_s};
  options.proxies.trusted = networks_of(settings.trusted_proxies);
  if (settings.forwarded_header == "forwarded")
    options.proxies.field = http::ProxyOptions::Field::kForwarded;
  return options;
}

size_t loop_count(const config::Settings& settings) {
  if (settings.loops > 0) return static_cast<size_t>(settings.loops);
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return static_cast<size_t>(std::max(1, CPU_COUNT(&usable)));
}

http::EngineOptions engine_options(const config::Settings& settings) {
  http::EngineOptions options;
  options.loops = loop_count(settings);
  options.blocking_threads = static_cast<size_t>(settings.blocking_threads);
  options.read_threads = static_cast<size_t>(settings.read_threads);
  options.queue_length = static_cast<size_t>(settings.queue_length);
  options.head_timeout_ms = settings.head_timeout_ms;
  options.body_timeout_ms = settings.body_timeout_ms;
  options.idle_timeout_ms = settings.idle_timeout_ms;
  options.write_timeout_ms = settings.write_timeout_ms;
  options.min_transfer_rate = static_cast<uint64_t>(settings.min_transfer_rate);
  options.output_buffer_bytes = static_cast<size_t>(settings.output_buffer_bytes);
  options.max_connections = static_cast<size_t>(settings.max_connections);
  options.max_connections_per_client = static_cast<size_t>(settings.max_connections_per_client);
  options.access_log = settings.access_log;
  options.proxies = networks_of(settings.trusted_proxies);
  return options;
}

http::StaticFilesOptions static_files_options(const config::Settings& settings, size_t loops) {
  http::StaticFilesOptions options;
  options.serves_embedded = settings.builtin_pages;
  options.spa_fallback = settings.spa_fallback;
  options.files.max_age_s = settings.static_max_age_s;
  options.cache_bytes = static_cast<size_t>(settings.static_cache_bytes);
  options.loops = loops;
  return options;
}

}  // namespace prodev::server
