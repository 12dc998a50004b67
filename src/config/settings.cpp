#include <algorithm>

#include "config/settings_table.h"

namespace prodev::config {
namespace {

constexpr int64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB, kTiB = 1024 * kGiB;
constexpr int64_t kDay_ms = 86'400'000, kYear_s = 31'536'000;

constexpr std::string_view kPlaces = "Places", kSockets = "Sockets", kTls = "TLS",
                           kThreads = "Threads", kTime = "Time", kSize = "Size", kWeb = "Web",
                           kDatabase = "Database", kSignIn = "Sign-in", kTelemetry = "Telemetry";
using S = Settings;

// Two or three lines a row, so that the table stays one to read.
// clang-format off
constexpr Setting kTable[] = {
    {.name = "dir", .member = &S::dir, .group = kPlaces,
     .help = "Folder of the project.", .shape = Shape::kPath, .may_be_empty = false},
    {.name = "static", .member = &S::static_dir, .group = kPlaces,
     .help = "Folder of files laid over the embedded ones. When empty: static in dir.",
     .shape = Shape::kPath},
    {.name = "schema", .member = &S::schema_dir, .group = kPlaces,
     .help = "Folder of SQL files that make the database. When empty: schema in dir.",
     .shape = Shape::kPath},
    {.name = "data", .member = &S::data_dir, .group = kPlaces,
     .help = "Folder for everything the server writes. When empty: data in dir.",
     .shape = Shape::kPath},
    {.name = "db", .member = &S::db_file, .group = kPlaces,
     .help = "An SQLite database to serve as it is. When empty: prodev.db in data.",
     .shape = Shape::kPath},

    {.name = "listen", .member = &S::listen, .group = kSockets,
     .help = "Address to serve: host:port, [v6]:port or :port; port 0 picks a free one.",
     .may_be_empty = false},
    {.name = "redirect_listen", .member = &S::redirect_listen, .group = kSockets,
     .help = "Address that answers plain HTTP with a redirect to https; needs TLS."},
    {.name = "takeover", .member = &S::takeover, .group = kSockets,
     .help = "Take the sockets of the server that uses the same data folder, which then drains."},
    {.name = "public_url", .member = &S::public_url, .group = kSockets,
     .help = "Where clients find this server if not where it listens, such as "
             "https://app.example/api.",
     .shape = Shape::kSite},
    {.name = "trusted_proxies", .member = &S::trusted_proxies, .group = kSockets,
     .help = "Proxies in front of this server that say whom they ask for: addresses, or networks "
             "such as 10.0.0.0/8.",
     .shape = Shape::kNetwork},
    {.name = "forwarded_header", .member = &S::forwarded_header, .group = kSockets,
     .help = "The one header in which trusted proxies name the client; the other is not read.",
     .shape = Shape::kOneOf, .allowed = "x-forwarded-for forwarded", .may_be_empty = false},

    {.name = "tls_cert", .member = &S::tls_cert, .group = kTls,
     .help = "Certificate in PEM, the leaf first; read again on SIGHUP.", .shape = Shape::kPath},
    {.name = "tls_key", .member = &S::tls_key, .group = kTls,
     .help = "Private key of the certificate in PEM.", .shape = Shape::kPath},

    {.name = "loops", .member = &S::loops, .group = kThreads,
     .help = "Event loops; 0: one per usable core.", .low = 0, .high = 256},
    {.name = "blocking_threads", .member = &S::blocking_threads, .group = kThreads,
     .help = "Threads for work that would hold up a loop.", .low = 1, .high = 256},
    {.name = "read_threads", .member = &S::read_threads, .group = kThreads,
     .help = "Threads for reads that may last; one client has half of them at most, and two are kept "
             "for clients that have none.",
     .low = 1, .high = 256},
    {.name = "queue_length", .member = &S::queue_length, .group = kThreads,
     .help = "Requests that may wait for a lane; then 503.", .low = 1, .high = 1'000'000},

    {.name = "head_timeout_ms", .member = &S::head_timeout_ms, .group = kTime,
     .help = "For the whole head of a request, and for a TLS handshake; then 408.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "body_timeout_ms", .member = &S::body_timeout_ms, .group = kTime,
     .help = "For a body to arrive, or as long again while it keeps up min_transfer_rate; then 408.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "idle_timeout_ms", .member = &S::idle_timeout_ms, .group = kTime,
     .help = "Between two requests on a connection.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "write_timeout_ms", .member = &S::write_timeout_ms, .group = kTime,
     .help = "Without the client taking a byte of a response.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "drain_timeout_ms", .member = &S::drain_timeout_ms, .group = kTime,
     .help = "For requests to finish when the server stops.",
     .unit = Unit::kMilliseconds, .low = 0, .high = kDay_ms},

    {.name = "max_head_bytes", .member = &S::max_head_bytes, .group = kSize,
     .help = "Request line and headers; then 431.",
     .unit = Unit::kBytes, .low = 256, .high = kMiB},
    {.name = "max_target_bytes", .member = &S::max_target_bytes, .group = kSize,
     .help = "Path and query; then 414.", .unit = Unit::kBytes, .low = 16, .high = kMiB},
    {.name = "max_headers", .member = &S::max_headers, .group = kSize,
     .help = "Headers of a request; then 431.", .low = 1, .high = 10'000},
    {.name = "max_body_bytes", .member = &S::max_body_bytes, .group = kSize,
     .help = "Body of a request; then 413.", .unit = Unit::kBytes, .low = 0, .high = kTiB},
    {.name = "body_memory_bytes", .member = &S::body_memory_bytes, .group = kSize,
     .help = "Larger bodies go to a temporary file.",
     .unit = Unit::kBytes, .low = 0, .high = kGiB},
    {.name = "request_memory_bytes", .member = &S::request_memory_bytes, .group = kSize,
     .help = "Memory of the requests in hand: a quarter for bodies, the rest for rows; half for one client.",
     .unit = Unit::kBytes, .low = 4 * kMiB, .high = kTiB},
    {.name = "temporary_bytes", .member = &S::temporary_bytes, .group = kSize,
     .help = "Temporary files of large bodies and responses, and of sorting; one client has a quarter "
             "at most.",
     .unit = Unit::kBytes, .low = 0, .high = kTiB},
    {.name = "min_transfer_rate", .member = &S::min_transfer_rate, .group = kSize,
     .help = "Bytes in a second that clients must keep up whose bodies or rows wait for them.",
     .unit = Unit::kBytes, .low = 0, .high = kGiB},
    {.name = "output_buffer_bytes", .member = &S::output_buffer_bytes, .group = kSize,
     .help = "Response bytes held for one slow client.",
     .unit = Unit::kBytes, .low = 4 * kKiB, .high = kGiB},
    {.name = "max_connections", .member = &S::max_connections, .group = kSize,
     .help = "Open connections.", .low = 1, .high = 10'000'000},
    {.name = "max_connections_per_client", .member = &S::max_connections_per_client,
     .group = kSize, .help = "Open connections of one client address; 0: no limit.",
     .low = 0, .high = 10'000'000},
    {.name = "static_cache_bytes", .member = &S::static_cache_bytes, .group = kSize,
     .help = "Memory for the static files that are asked for most.",
     .unit = Unit::kBytes, .low = 0, .high = kTiB},

    {.name = "builtin_pages", .member = &S::builtin_pages, .group = kWeb,
     .help = "Serve the pages that are built in: the welcome page at /, /docs/ with the API pages, "
             "and /demo/. Files of the static folder are served in any case."},
    {.name = "spa_fallback", .member = &S::spa_fallback, .group = kWeb,
     .help = "Page that answers unknown paths when HTML is accepted, such as /index.html.",
     .shape = Shape::kUrlPath},
    {.name = "static_max_age_s", .member = &S::static_max_age_s, .group = kWeb,
     .help = "How long clients keep static files without a hash in their names.",
     .unit = Unit::kSeconds, .low = 0, .high = 10 * kYear_s},
    {.name = "cors_origins", .member = &S::cors_origins, .group = kWeb,
     .help = "Origins whose pages may call this server: * or such as https://app.example; with dev "
             "also http://localhost:* and http://127.0.0.1:*, where * is any port.",
     .shape = Shape::kOrigin},
    {.name = "cors_headers", .member = &S::cors_headers, .group = kWeb,
     .help = "Request headers that those pages may send; none: whichever they ask for.",
     .shape = Shape::kToken},
    {.name = "cors_credentials", .member = &S::cors_credentials, .group = kWeb,
     .help = "Let those pages send cookies; not with the origin *."},
    {.name = "cors_max_age_s", .member = &S::cors_max_age_s, .group = kWeb,
     .help = "How long browsers keep the answer to a CORS question.",
     .unit = Unit::kSeconds, .low = 0, .high = kYear_s},
    {.name = "content_security_policy", .member = &S::content_security_policy, .group = kWeb,
     .help = "Content-Security-Policy of every page; empty: not sent."},
    {.name = "frame_options", .member = &S::frame_options, .group = kWeb,
     .help = "X-Frame-Options; empty: not sent.", .shape = Shape::kOneOf,
     .allowed = "DENY SAMEORIGIN"},
    {.name = "referrer_policy", .member = &S::referrer_policy, .group = kWeb,
     .help = "Referrer-Policy; empty: not sent.", .shape = Shape::kOneOf,
     .allowed = "no-referrer no-referrer-when-downgrade origin origin-when-cross-origin "
                "same-origin strict-origin strict-origin-when-cross-origin unsafe-url"},
    {.name = "hsts_max_age_s", .member = &S::hsts_max_age_s, .group = kWeb,
     .help = "Strict-Transport-Security over TLS; 0: not sent.",
     .unit = Unit::kSeconds, .low = 0, .high = 10 * kYear_s},

    {.name = "migrate", .member = &S::migrate, .group = kDatabase,
     .help = "Apply the schema files that are pending when the server starts."},
    {.name = "dev", .member = &S::dev, .group = kDatabase,
     .help = "For development: apply a schema file as soon as it is saved."},
    {.name = "synchronous", .member = &S::synchronous, .group = kDatabase,
     .help = "When a write is answered: full, once it survives power loss; normal, once it survives "
             "a crash of the server.",
     .shape = Shape::kOneOf, .allowed = "full normal", .may_be_empty = false},
    {.name = "max_wal_bytes", .member = &S::max_wal_bytes, .group = kDatabase,
     .help = "Length of the write-ahead log from which on writes get 503, while a reader holds it.",
     .unit = Unit::kBytes, .low = kMiB, .high = kTiB},
    {.name = "min_free_bytes", .member = &S::min_free_bytes, .group = kDatabase,
     .help = "Room on the disk that writes leave; with less they get 503; 0: no limit.",
     .unit = Unit::kBytes, .low = 0, .high = kTiB},
    {.name = "read_timeout_ms", .member = &S::read_timeout_ms, .group = kDatabase,
     .help = "For one request to read the database, or to write to it; then 504.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "write_hold_ms", .member = &S::write_hold_ms, .group = kDatabase,
     .help = "For one request to write while others wait for it; then 504, and nothing of it stays.",
     .unit = Unit::kMilliseconds, .low = 1, .high = kDay_ms},
    {.name = "max_response_bytes", .member = &S::max_response_bytes, .group = kDatabase,
     .help = "Rows of one response; then 413.", .unit = Unit::kBytes, .low = kKiB, .high = kTiB},
    {.name = "allow_unfiltered_writes", .member = &S::allow_unfiltered_writes, .group = kDatabase,
     .help = "Let PATCH and DELETE without a filter change every row that the caller may."},
    {.name = "max_write_rows", .member = &S::max_write_rows, .group = kDatabase,
     .help = "Rows in the body of a request that writes; then 413; 0: no limit.",
     .low = 0, .high = 1'000'000'000},
    {.name = "max_rows", .member = &S::max_rows, .group = kDatabase,
     .help = "Rows of one response, and of each embedded list, whatever limit says; 0: no limit.",
     .low = 0, .high = 1'000'000'000},
    {.name = "plan_enabled", .member = &S::plan_enabled, .group = kDatabase,
     .help = "Let every role ask for the plan of a request; service_role always may."},
    {.name = "server_timing", .member = &S::server_timing, .group = kDatabase,
     .help = "Send Server-Timing with the responses of /rest/v1."},
    {.name = "compress_min_bytes", .member = &S::compress_min_bytes, .group = kDatabase,
     .help = "Compress rows of this size and more for clients that take it; 0: never.",
     .unit = Unit::kBytes, .low = 0, .high = kGiB},

    {.name = "jwt_secret", .member = &S::jwt_secret, .group = kSignIn,
     .help = "Secret that tokens are signed with (HS256). When empty: the one in data/keys/jwt.key. "
             "A flag can be seen by other users of the machine; a variable or a file cannot.",
     .shape = Shape::kSecret},
    {.name = "jwt_audience", .member = &S::jwt_audience, .group = kSignIn,
     .help = "Whom tokens that name an audience must be for; empty: anybody."},
    {.name = "jwt_clock_skew_s", .member = &S::jwt_clock_skew_s, .group = kSignIn,
     .help = "How far the clocks of those who sign tokens may be off.",
     .unit = Unit::kSeconds, .low = 0, .high = 3'600},
    {.name = "anonymous_sign_in", .member = &S::anonymous_sign_in, .group = kSignIn,
     .help = "Let anybody sign in without an account, with the role authenticated."},
    {.name = "access_token_ttl_s", .member = &S::access_token_ttl_s, .group = kSignIn,
     .help = "How long an access token is good for; its client then refreshes it.",
     .unit = Unit::kSeconds, .low = 1, .high = 30 * kDay_ms / 1'000},

    {.name = "log_format", .member = &S::log_format, .group = kTelemetry,
     .help = "Format of the log on standard error.", .shape = Shape::kOneOf,
     .allowed = "text json", .may_be_empty = false},
    {.name = "log_level", .member = &S::log_level, .group = kTelemetry,
     .help = "Least level that is logged; the access log has its own switch.",
     .shape = Shape::kOneOf, .allowed = "debug info warn error", .may_be_empty = false},
    {.name = "access_log", .member = &S::access_log, .group = kTelemetry,
     .help = "Log a line for each request."},
    {.name = "metrics_access", .member = &S::metrics_access, .group = kTelemetry,
     .help = "Who may read /metrics.", .shape = Shape::kOneOf, .allowed = "loopback any off",
     .may_be_empty = false},
};
// clang-format on

std::string with_case(std::string_view name, char separator, bool upper) {
  std::string out(name);
  for (char& c : out) {
    if (c == '_') c = separator;
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string in_dir(const Settings& settings, std::string_view name) {
  return settings.dir + (settings.dir.back() == '/' ? "" : "/") + std::string(name);
}

}  // namespace

std::span<const Setting> settings_table() { return kTable; }

const Setting* find_setting(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [&](auto& row) { return row.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

std::string flag_of(const Setting& setting) { return "--" + with_case(setting.name, '-', false); }

std::string variable_of(const Setting& setting) {
  return "PRODEV_" + with_case(setting.name, '_', true);
}

std::string effective_static_dir(const Settings& settings) {
  return settings.static_dir.empty() ? in_dir(settings, "static") : settings.static_dir;
}

std::string effective_schema_dir(const Settings& settings) {
  return settings.schema_dir.empty() ? in_dir(settings, "schema") : settings.schema_dir;
}

std::string effective_db_file(const Settings& settings) {
  return settings.db_file.empty() ? effective_data_dir(settings) + "/prodev.db" : settings.db_file;
}

std::string effective_data_dir(const Settings& settings) {
  return settings.data_dir.empty() ? in_dir(settings, "data") : settings.data_dir;
}

}  // namespace prodev::config
