// Settings: everything about a server that its operator can choose.
//
// Each setting is one row of the table in settings.cpp (name, kind, default, bounds, unit, help)
// and exists as a flag `--max-body-bytes`, an environment variable `PRODEV_MAX_BODY_BYTES` and a
// key `max_body_bytes` in prodev.toml. The strongest wins: flag, environment, file, default.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace prodev::config {

struct Settings {
  // Where things are. Empty ones mean <dir>/static, <dir>/schema, <dir>/data, <data>/prodev.db.
  std::string dir = ".";
  std::string static_dir;
  std::string schema_dir;
  std::string data_dir;
  std::string db_file;

  // Sockets. host:port, [v6]:port or :port.
  std::string listen = "127.0.0.1:8000";
  std::string redirect_listen;  // a plain listener that sends every request to https
  bool takeover = false;        // take the listening sockets of the process serving data_dir
  std::string public_url;       // where clients find this server, when it is elsewhere for them
  std::vector<std::string> trusted_proxies;  // addresses and networks whose word on clients counts
  std::string forwarded_header = "x-forwarded-for";  // or "forwarded": where they give it

  // TLS: both or neither; with them `listen` speaks TLS only.
  std::string tls_cert;
  std::string tls_key;

  // Threads.
  int64_t loops = 0;  // 0: one per usable core
  int64_t blocking_threads = 4;
  int64_t read_threads = 16;    // of which one client has half at most
  int64_t queue_length = 1024;  // per lane; a full one answers 503

  // Time.
  int64_t head_timeout_ms = 10'000;
  int64_t body_timeout_ms = 30'000;
  int64_t idle_timeout_ms = 75'000;
  int64_t write_timeout_ms = 30'000;
  int64_t drain_timeout_ms = 30'000;

  // Size.
  int64_t max_head_bytes = 16'384;
  int64_t max_target_bytes = 8'192;
  int64_t max_headers = 100;
  int64_t max_body_bytes = 16'777'216;
  int64_t body_memory_bytes = 262'144;         // larger bodies go to a temporary file
  int64_t request_memory_bytes = 134'217'728;  // of all clients; half for one
  int64_t temporary_bytes = 4'294'967'296;     // of all clients; a quarter for one
  int64_t min_transfer_rate = 4'096;           // bytes in a second; 0: as slow as they like
  int64_t output_buffer_bytes = 262'144;       // per connection
  int64_t max_connections = 16'384;
  int64_t max_connections_per_client = 1'024;  // 0: no limit
  int64_t static_cache_bytes = 33'554'432;

  // Web.
  bool builtin_pages = true;     // the welcome page, /docs/ with the API pages, /demo/
  std::string spa_fallback;      // e.g. "/index.html": answers unknown paths that accept HTML
  int64_t static_max_age_s = 0;  // Cache-Control of files without a hash in their name
  std::vector<std::string> cors_origins;  // "*" or exact origins; empty: no CORS headers
  std::vector<std::string> cors_headers;  // empty: those that a browser asks for
  bool cors_credentials = false;
  int64_t cors_max_age_s = 86'400;
  std::string content_security_policy =
      "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
      "object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'";
  std::string frame_options = "DENY";
  std::string referrer_policy = "strict-origin-when-cross-origin";
  int64_t hsts_max_age_s = 31'536'000;  // sent over TLS only; 0: not sent

  // Database.
  bool migrate = true;               // apply pending schema files at start
  bool dev = false;                  // and whenever one is saved
  std::string synchronous = "full";  // full or normal: db::Durability
  int64_t max_wal_bytes = 1'073'741'824;
  int64_t min_free_bytes = 16'777'216;  // of the database's disk; 0: no limit
  int64_t read_timeout_ms = 10'000;
  int64_t write_hold_ms = 500;
  int64_t max_response_bytes = 1'073'741'824;
  bool allow_unfiltered_writes = false;
  int64_t max_write_rows = 50'000;  // of one request; 0: no limit
  int64_t max_rows = 0;             // of one response, and of each embedded list; 0: no limit
  bool plan_enabled = false;
  bool server_timing = false;
  int64_t compress_min_bytes = 1'024;  // smaller rows are sent as they are; 0: all are

  // Sign-in.
  std::string jwt_secret;  // empty: the key in data/keys; never shown to anybody
  std::vector<std::string> jwt_audience;
  int64_t jwt_clock_skew_s = 30;
  bool anonymous_sign_in = false;
  int64_t access_token_ttl_s = 3'600;

  // Telemetry.
  std::string log_format = "text";  // text or json
  std::string log_level = "info";   // debug, info, warn, error
  bool access_log = true;
  std::string metrics_access = "loopback";  // loopback, any, off
};

// Where settings are found. PRODEV_CONFIG in the environment names the file as --config does.
struct Sources {
  std::map<std::string, std::string> flags;        // key of the setting -> value as written
  std::map<std::string, std::string> environment;  // every variable of the process
  std::string config_file;  // must exist; empty: <dir>/prodev.toml, read when it exists
};

// Every error is kUsage and names the flag, variable, or file and line, the value, and what is
// allowed. Environment variables that begin with PRODEV_ and name no setting are errors too, but
// for PRODEV_SERVICE_*, PRODEV_PORT, PRODEV_PORT_*, PRODEV_NAME and PRODEV_ENV_* (Kubernetes and
// Docker describe a service named "prodev" so). Relative paths in a file are relative to its
// folder.
base::Result<Settings> load_settings(const Sources& sources);

// Places with their defaults filled in.
std::string effective_static_dir(const Settings& settings);
std::string effective_schema_dir(const Settings& settings);
std::string effective_data_dir(const Settings& settings);
std::string effective_db_file(const Settings& settings);

}  // namespace prodev::config
