#include "cli/command_line.h"

#include <sstream>

#include "catch.h"
#include "cli/commands.h"
#include "cli/run_prodev.h"
#include "temp_folder.h"

using namespace prodev::cli;
using prodev::test::Outcome;
using prodev::test::run_prodev;

namespace {

std::string usage_error(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_prodev(arguments);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  return outcome.err;
}

CommandLine parse(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments);
  if (!line) FAIL(line.error().message);
  return *line;
}

}  // namespace

TEST_CASE("flags of serve are kept under their settings' keys") {
  const CommandLine line = parse(
      {"serve", "--dir", "/srv", "--max-body-bytes=1MiB", "--listen", ":80", "--config", "a.toml"});
  CHECK(line.verb == Verb::kServe);
  CHECK(line.flags == std::map<std::string, std::string>{
                          {"dir", "/srv"}, {"listen", ":80"}, {"max_body_bytes", "1MiB"}});
  CHECK(line.config_file == "a.toml");
}

TEST_CASE("a switch is given bare or with a value") {
  CHECK(parse({"serve", "--takeover"}).flags.at("takeover") == "true");
  CHECK(parse({"serve", "--takeover", "--listen", ":80"}).flags.at("takeover") == "true");
  CHECK(parse({"serve", "--access-log=false"}).flags.at("access_log") == "false");
  CHECK(parse({"serve", "--listen", ":80"}).flags.count("access_log") == 0);
  CHECK(usage_error({"serve", "--access-log=maybe"}).find("neither true nor false") !=
        std::string::npos);
}

TEST_CASE("numbers below zero and empty values reach the settings' own checks") {
  CHECK(parse({"serve", "--loops=-1"}).flags.at("loops") == "-1");
  CHECK(parse({"serve", "--content-security-policy="}).flags.at("content_security_policy").empty());
  CHECK(parse({"serve", "--frame-options", ""}).flags.at("frame_options").empty());
}

TEST_CASE("values keep their spaces, quotes and commas") {
  CHECK(parse({"serve", "--cors-origins", "https://a.example,https://b.example"})
            .flags.at("cors_origins") == "https://a.example,https://b.example");
  CHECK(parse({"serve", "--content-security-policy", "default-src 'self'; img-src \"x\""})
            .flags.at("content_security_policy") == "default-src 'self'; img-src \"x\"");
}

TEST_CASE("an unknown command or flag is wrong usage, with the nearest one told") {
  CHECK(usage_error({"sevre"}) ==
        "prodev: there is no command \"sevre\"; did you mean \"serve\"?\n");
  CHECK(usage_error({"serve", "--lisen", ":80"}) ==
        "prodev: prodev serve has no flag --lisen; did you mean --listen?\n");
  CHECK(usage_error({"serve", "--zzzzzzzzzz"}) ==
        "prodev: prodev serve has no flag --zzzzzzzzzz; prodev serve --help lists them\n");
  CHECK(usage_error({"routes", "--listen", ":80"}).find("has no flag --listen") !=
        std::string::npos);
  CHECK(usage_error({"serve", "site"}).find("takes no \"site\"") != std::string::npos);
  CHECK(usage_error({}).find("no command given") != std::string::npos);
}

TEST_CASE("a flag without its value or given twice is wrong usage") {
  CHECK(usage_error({"serve", "--listen"}).find("--listen") != std::string::npos);
  CHECK(usage_error({"serve", "--listen", ":1", "--listen", ":2"}).find("--listen") !=
        std::string::npos);
}

TEST_CASE("a bad setting stops serve with exit code 2 before anything is served") {
  CHECK(usage_error({"serve", "--loops", "many"}).find("prodev: --loops: \"many\" is not") == 0);
}

TEST_CASE("help of the program names each command, and of serve each setting") {
  for (const char* word : {"--help", "-h", "help"}) {
    const Outcome outcome = run_prodev({word});
    CHECK(outcome.code == 0);
    for (const char* name : {"demo", "serve", "routes", "doctor", "healthcheck", "version"}) {
      CHECK(outcome.out.find(std::string("\n  ") + name + " ") != std::string::npos);
    }
  }
  const Outcome serve = run_prodev({"serve", "--help=all"});
  CHECK(serve.code == 0);
  CHECK(serve.out.find("--idle-timeout-ms TIME") != std::string::npos);
  CHECK(run_prodev({"doctor", "-h"}).out.find("--url URL") != std::string::npos);
}

TEST_CASE("version prints name and commit") {
  const Outcome outcome = run_prodev({"version"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find("prodev ") == 0);
  CHECK(run_prodev({"--version"}).out == outcome.out);
}

TEST_CASE("an output that cannot be written is a failure") {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  CHECK(run({"--help"}, {}, full, err) == 1);
  CHECK(err.str().find("could not be written") != std::string::npos);
}

TEST_CASE("the local URL goes by loopback when all addresses are served") {
  prodev::config::Settings settings;
  const auto url_for = [&](const std::string& listen) {
    settings.listen = listen;
    return local_url(settings).value_or("none");
  };
  CHECK(url_for("127.0.0.1:8000") == "http://127.0.0.1:8000");
  CHECK(url_for(":80") == "http://127.0.0.1:80");
  CHECK(url_for("8080") == "http://127.0.0.1:8080");
  CHECK(url_for("0.0.0.0:1") == "http://127.0.0.1:1");
  CHECK(url_for("[::]:2") == "http://[::1]:2");
  CHECK(url_for("127.0.0.1:0") == "none");
  settings.tls_cert = settings.tls_key = "x";
  CHECK(url_for("localhost:443") == "https://localhost:443");
}

TEST_CASE("the health page is added to a URL once") {
  CHECK(health_url("http://a:1") == "http://a:1/healthz");
  CHECK(health_url("http://a:1/") == "http://a:1/healthz");
  CHECK(health_url("http://a:1/healthz") == "http://a:1/healthz");
  CHECK(health_url("http://a:1/sub") == "http://a:1/sub/healthz");
}
