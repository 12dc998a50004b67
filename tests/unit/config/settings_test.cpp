#include "config/settings.h"

#include <set>
#include <sstream>

#include "catch.h"
#include "config/nearest.h"
#include "config/settings_table.h"
#include "has.h"
#include "temp_folder.h"

using namespace prodev::config;
using prodev::base::Code;
using prodev::test::has;
using prodev::test::TempFolder;

namespace {

// Sources whose folder has no prodev.toml, so that only what a test gives counts.
class Loading {
 public:
  Loading() { sources_.flags["dir"] = folder_.path(); }

  Loading& flag(const std::string& name, const std::string& value) {
    sources_.flags[name] = value;
    return *this;
  }
  Loading& variable(const std::string& name, const std::string& value) {
    sources_.environment[name] = value;
    return *this;
  }
  Loading& file(const std::string& bytes) {
    folder_.write("prodev.toml", bytes);
    return *this;
  }
  std::string path(const std::string& name) const { return folder_.path(name); }
  Sources& sources() { return sources_; }

  Settings get() const {
    const auto settings = load_settings(sources_);
    if (!settings) FAIL(settings.error().message);
    return *settings;
  }
  std::string error() const {
    const auto settings = load_settings(sources_);
    REQUIRE_FALSE(settings.has_value());
    CHECK(settings.error().code == Code::kUsage);
    CHECK(settings.error().message.find('\n') == std::string::npos);
    return settings.error().message;
  }

 private:
  TempFolder folder_;
  Sources sources_;
};

// `text` with each run of spaces and line breaks made one space.
std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += word + " ";
  return out;
}

}  // namespace

TEST_CASE("without sources every setting has the default of the struct") {
  const Settings settings = Loading().get();
  CHECK(settings.listen == "127.0.0.1:8000");
  CHECK(settings.max_body_bytes == 16'777'216);
  CHECK(settings.access_log);
  CHECK(settings.cors_headers.empty());
}

TEST_CASE("flag beats environment, environment beats file, file beats default") {
  Loading loading;
  loading.file("max_headers = 10\nloops = 1\nqueue_length = 5\n");
  loading.variable("PRODEV_MAX_HEADERS", "20").variable("PRODEV_LOOPS", "2");
  loading.flag("max_headers", "30");
  const Settings settings = loading.get();
  CHECK(settings.max_headers == 30);
  CHECK(settings.loops == 2);
  CHECK(settings.queue_length == 5);
  CHECK(settings.blocking_threads == 4);
}

TEST_CASE("every setting can be set by flag, by variable and in the file to its own default") {
  for (const Setting& row : settings_table()) {
    INFO(row.name);
    if (row.name == "dir") continue;
    const std::string shown = default_text(row);
    const std::string value = shown == "none" ? "" : shown;
    std::string usual = value;
    if (const auto at = usual.find(" bytes"); at != std::string::npos) usual.resize(at);
    if (const auto at = usual.find(" min"); at != std::string::npos) usual.replace(at, 4, "m");
    CHECK(load_settings(Loading().flag(std::string(row.name), usual).sources()).has_value());
    CHECK(load_settings(Loading().variable(variable_of(row), usual).sources()).has_value());
  }
}

TEST_CASE("names in the table are distinct and their flags and variables follow the rule") {
  std::set<std::string_view> names;
  for (const Setting& row : settings_table()) CHECK(names.insert(row.name).second);
  const Setting* row = find_setting("max_body_bytes");
  REQUIRE(row != nullptr);
  CHECK(flag_of(*row) == "--max-body-bytes");
  CHECK(variable_of(*row) == "PRODEV_MAX_BODY_BYTES");
  CHECK(find_setting("no_such") == nullptr);
}

TEST_CASE("every default lies within the bounds of its own row") {
  const Settings defaults;
  for (const Setting& row : settings_table()) {
    const auto* member = std::get_if<int64_t Settings::*>(&row.member);
    if (member == nullptr) continue;
    INFO(row.name);
    CHECK(defaults.**member >= row.low);
    CHECK(defaults.**member <= row.high);
  }
}

TEST_CASE("sizes and durations take suffixes of their own unit") {
  CHECK(Loading().flag("max_body_bytes", "2MiB").get().max_body_bytes == 2 << 20);
  CHECK(Loading().flag("max_body_bytes", "3 GiB").get().max_body_bytes == int64_t{3} << 30);
  CHECK(Loading().flag("idle_timeout_ms", "2m").get().idle_timeout_ms == 120'000);
  CHECK(Loading().flag("idle_timeout_ms", "250ms").get().idle_timeout_ms == 250);
  CHECK(Loading().flag("hsts_max_age_s", "1d").get().hsts_max_age_s == 86'400);
  CHECK(Loading().file("max_body_bytes = \"1KiB\"\n").get().max_body_bytes == 1024);
}

TEST_CASE("amounts that are no number, out of bounds or of another unit are refused") {
  CHECK(has(Loading().flag("max_body_bytes", "big").error(),
            "--max-body-bytes: \"big\" is not a whole number of bytes, or of KiB, MiB or GiB; "
            "allowed: 0 to 1 TiB"));
  CHECK(has(Loading().flag("max_body_bytes", "30s").error(), "\"30s\" is not"));
  CHECK(has(Loading().flag("idle_timeout_ms", "1.5s").error(), "\"1.5s\" is not"));
  CHECK(has(Loading().flag("hsts_max_age_s", "100ms").error(), "\"100ms\" is not"));
  CHECK(has(Loading().flag("max_headers", "").error(), "\"\" is not a whole number"));
  CHECK(has(Loading().flag("max_headers", "0").error(), "0 is out of range; allowed: 1 to 10000"));
  CHECK(has(Loading().flag("loops", "-1").error(), "-1 is out of range"));
  CHECK(has(Loading().flag("max_body_bytes", "9223372036854775807KiB").error(), "is not"));
  CHECK(has(Loading().flag("max_body_bytes", "99999999999999999999").error(), "is not"));
}

TEST_CASE("an unknown key names file, line and the nearest setting") {
  Loading loading;
  loading.file("# comment\nloops = 1\nmax_hedders = 3\n");
  CHECK(loading.error() ==
        loading.path("prodev.toml") +
            ":3: unknown setting \"max_hedders\"; did you mean \"max_headers\"?");
  CHECK(has(Loading().file("[tls]\ncert = \"x\"\n").error(), ":1: begins a table"));
}

TEST_CASE("a bad value in the file names file, line, key and what is allowed") {
  Loading loading;
  loading.file("\nlog_format = \"xml\"\n");
  CHECK(loading.error() == loading.path("prodev.toml") +
                               ":2: log_format: \"xml\" is not known; allowed: text or json");
  CHECK(has(Loading().file("loops = 999\n").error(), ":1: loops: 999 is out of range"));
  CHECK(has(Loading().file("loops = true\n").error(), "loops: true is not a value"));
  CHECK(has(Loading().file("access_log = 1\n").error(), "access_log: 1 is a number; give true"));
  CHECK(has(Loading().file("listen = 8000\n").error(), "listen: 8000 is a number; give text"));
  CHECK(has(Loading().file("loops = 1.5\n").error(), "loops: the value is neither"));
  CHECK(has(Loading().file("listen = [\"a\"]\n").error(), "listen: is a list"));
  CHECK(has(Loading().file("cors_origins = \"*\"\n").error(), "give a list: [\"*\"]"));
  CHECK(has(Loading().file("cors_origins = [1]\n").error(), "must be text in quotes"));
}

TEST_CASE("a file that is not TOML names the line") {
  CHECK(has(Loading().file("loops = 1\nloops = 2\n").error(), "prodev.toml:2: is not TOML"));
  CHECK(has(Loading().file("loops = \n").error(), "prodev.toml:1: is not TOML"));
}

TEST_CASE("the file in the folder is optional and one that is named is not") {
  Loading loading;
  loading.sources().config_file = loading.path("missing.toml");
  CHECK(has(loading.error(), "missing.toml: cannot be read (No such file or directory)"));
  Loading by_variable;
  by_variable.variable("PRODEV_CONFIG", by_variable.path("gone.toml"));
  CHECK(has(by_variable.error(), "gone.toml: cannot be read"));
  Loading folder;
  folder.sources().config_file = folder.path("");
  CHECK(has(folder.error(), "cannot be read"));
}

TEST_CASE("relative paths in a file are relative to its folder, those of flags are kept") {
  Loading loading;
  loading.file("static = \"public\"\ntls_cert = \"/etc/cert.pem\"\ntls_key = \"key.pem\"\n");
  loading.flag("data", "here");
  const Settings settings = loading.get();
  CHECK(settings.static_dir == loading.path("public"));
  CHECK(settings.tls_cert == "/etc/cert.pem");
  CHECK(settings.tls_key == loading.path("key.pem"));
  CHECK(settings.data_dir == "here");
}

TEST_CASE("dir is refused in the file that is found through it, and taken from a named one") {
  CHECK(has(Loading().file("dir = \"else\"\n").error(), "\"dir\" cannot be set"));
  Loading named;
  named.file("dir = \"site\"\n");
  named.sources().config_file = named.path("prodev.toml");
  named.sources().flags.clear();
  CHECK(named.get().dir == named.path("site"));
}

TEST_CASE("an unknown PRODEV_ variable is an error, unless others are known to set it") {
  CHECK(has(Loading().variable("PRODEV_LISTN", ":1").error(),
            "environment variable PRODEV_LISTN is not a setting; did you mean PRODEV_LISTEN?"));
  Loading others;
  others.variable("PRODEV_PORT", "tcp://10.0.0.1:80");
  others.variable("PRODEV_SERVICE_HOST", "10.0.0.1").variable("PRODEV_PORT_80_TCP", "x");
  others.variable("LISTEN", "ignored");
  CHECK(others.get().listen == "127.0.0.1:8000");
}

TEST_CASE("a bad value in the environment names the variable") {
  CHECK(has(Loading().variable("PRODEV_ACCESS_LOG", "maybe").error(),
            "PRODEV_ACCESS_LOG: \"maybe\" is neither true nor false"));
}

TEST_CASE("booleans are understood in the usual words") {
  for (const char* word : {"false", "off", "no", "0"}) {
    CHECK_FALSE(Loading().flag("access_log", word).get().access_log);
  }
  for (const char* word : {"true", "on", "yes", "1"}) {
    CHECK(Loading().flag("takeover", word).get().takeover);
  }
  CHECK(Loading().file("takeover = true\n").get().takeover);
}

TEST_CASE("lists have commas in flags and are arrays in the file") {
  using List = std::vector<std::string>;
  const List two = {"https://a.example", "http://localhost:3000"};
  CHECK(Loading()
            .flag("cors_origins", "https://a.example, http://localhost:3000,")
            .get()
            .cors_origins == two);
  CHECK(Loading()
            .file("cors_origins = [\"https://a.example\",\n  \"http://localhost:3000\"]\n")
            .get()
            .cors_origins == two);
  CHECK(Loading().flag("cors_headers", "").get().cors_headers == List{});
}

TEST_CASE("origins and header names that could never match are refused") {
  for (const char* bad : {"https://a.example/", "a.example", "https://", "https://A.example",
                          "null", "https://a.example/path"}) {
    CHECK(has(Loading().flag("cors_origins", bad).error(), "is not an origin"));
  }
  CHECK(has(Loading().flag("cors_headers", "x y").error(), "cannot be the name of a header"));
  CHECK(Loading().flag("cors_origins", "https://a.example:443").get().cors_origins.front() ==
        "https://a.example");
}

TEST_CASE("a proxy is an address or a network, and not everybody") {
  CHECK(Loading().flag("trusted_proxies", "127.0.0.1,fd00::/8").get().trusted_proxies.size() == 2);
  for (const char* bad : {"proxy.example", "10.0.0.1/8", "10.0.0.0/33"})
    CHECK(has(Loading().flag("trusted_proxies", bad).error(), "neither an IP address nor"));
  for (const char* all : {"0.0.0.0/0", "::/0", "::ffff:0:0/96"})
    CHECK(has(Loading().flag("trusted_proxies", all).error(), "holds everybody"));
  CHECK(has(Loading().flag("forwarded_header", "x-real-ip").error(), "is not known"));
}

TEST_CASE("the public address is one of the web") {
  CHECK(Loading().flag("public_url", "https://a.example/api/").get().public_url ==
        "https://a.example/api");
  CHECK(has(Loading().flag("public_url", "a.example").error(), "is not the address of a site"));
}

TEST_CASE("a header value cannot smuggle a line break") {
  CHECK(has(Loading().flag("content_security_policy", "x\r\nSet-Cookie: a=b").error(),
            "holds a control character"));
  CHECK(has(Loading().file("content_security_policy = \"x\\ny\"\n").error(),
            "holds a control character"));
  CHECK(Loading().flag("content_security_policy", "").get().content_security_policy.empty());
}

TEST_CASE("words outside the allowed ones are refused, and an empty policy header is none") {
  CHECK(has(Loading().flag("frame_options", "ALLOW").error(), "allowed: DENY or SAMEORIGIN"));
  CHECK(has(Loading().flag("referrer_policy", "never").error(), "no-referrer, "));
  CHECK(Loading().flag("frame_options", "").get().frame_options.empty());
  CHECK(has(Loading().flag("log_level", "").error(), "--log-level: is empty"));
  CHECK(has(Loading().flag("spa_fallback", "index.html").error(), "must begin with \"/\""));
}

TEST_CASE("settings that clash say where each was given") {
  CHECK(has(Loading().flag("tls_cert", "c.pem").error(),
            "--tls-cert: TLS needs a certificate and its key; give tls_key too"));
  CHECK(has(Loading().variable("PRODEV_TLS_KEY", "k.pem").error(), "PRODEV_TLS_KEY: TLS needs"));
  CHECK(has(Loading().flag("redirect_listen", ":80").error(), "nothing to redirect to"));
  CHECK(has(Loading().flag("cors_origins", "*").flag("cors_credentials", "true").error(),
            "--cors-credentials: browsers refuse"));
  CHECK(has(Loading().flag("max_body_bytes", "10").flag("body_memory_bytes", "11").error(),
            "--body-memory-bytes: 11 is more than max_body_bytes (10)"));
}

TEST_CASE("a lower limit alone pulls the defaults below it along") {
  CHECK(Loading().flag("max_body_bytes", "10").get().body_memory_bytes == 10);
  CHECK(Loading().flag("max_head_bytes", "1KiB").get().max_target_bytes == 1024);
}

TEST_CASE("the folders default to places in the project's folder") {
  Settings settings;
  settings.dir = "/srv/shop";
  CHECK(effective_static_dir(settings) == "/srv/shop/static");
  CHECK(effective_data_dir(settings) == "/srv/shop/data");
  settings.data_dir = "/var/lib/shop";
  CHECK(effective_data_dir(settings) == "/var/lib/shop");
}

TEST_CASE("help and reference list every setting with default and unit") {
  const std::string help = settings_help(), page = settings_markdown();
  for (const Setting& row : settings_table()) {
    CHECK(has(help, "  " + flag_of(row)));
    CHECK(has(page, "| `" + std::string(row.name) + "` | `" + flag_of(row) + "` |"));
  }
  CHECK(has(help, "--max-body-bytes SIZE"));
  CHECK(has(unwrapped(help), "Body of a request; then 413. (default: 16 MiB; 0 to 1 TiB)"));
  CHECK(has(unwrapped(help), "(default: text; text or json)"));
  for (size_t at = 0; at < help.size();) {
    const size_t end = help.find('\n', at);
    CHECK(end - at <= 100);
    at = end + 1;
  }
}

TEST_CASE("the nearest word is suggested only when it is near") {
  const std::vector<std::string> known = {"listen", "loops", "log_level"};
  CHECK(nearest("lissten", known) == "listen");
  CHECK(nearest("loop", known) == "loops");
  CHECK(nearest("completely_else", known).empty());
  CHECK(nearest(std::string(10'000, 'l'), known).empty());
}

TEST_CASE("a secret is 32 characters of text or more, and no error repeats it") {
  const std::string secret = "0123456789abcdef0123456789ABCDEF";
  CHECK(Loading().variable("PRODEV_JWT_SECRET", secret).get().jwt_secret == secret);
  CHECK(Loading().file("jwt_secret = \"" + secret + "\"\n").get().jwt_secret == secret);
  CHECK(Loading().variable("PRODEV_JWT_SECRET", "").get().jwt_secret.empty());
  for (const std::string& bad :
       {secret.substr(1), secret + " ", secret + "\n", secret + "\xc3\xa9"}) {
    const std::string error = Loading().variable("PRODEV_JWT_SECRET", bad).error();
    CHECK(has(error, "PRODEV_JWT_SECRET"));
    CHECK(!has(error, secret.substr(1)));
  }
  CHECK(has(Loading().flag("jwt_secret", "short").error(), "has 5 characters"));
  CHECK(default_text(*find_setting("jwt_secret")) == "none");
}
