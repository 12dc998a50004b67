#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "catch.h"
#include "cli/doctor_checks.h"
#include "cli/one_answer_server.h"
#include "cli/run_prodev.h"
#include "temp_folder.h"

using namespace prodev::cli;
using prodev::config::Settings;
using prodev::test::OneAnswerServer;
using prodev::test::Outcome;
using prodev::test::run_prodev;
using prodev::test::TempFolder;

namespace {

constexpr const char* kWell =
    "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{\"status\":\"ok\"}";
constexpr const char* kIll =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 20\r\n\r\n{\"status\":\"stopped\"}";
constexpr const char* kForeign = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope";

// A certificate and key made by the openssl tool, valid for `days`.
void make_certificate(const TempFolder& folder, const std::string& name, int days) {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost "
      "-days " +
      std::to_string(days) + " -keyout " + folder.path(name + ".key") + " -out " +
      folder.path(name + ".pem") + " 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  chmod(folder.path(name + ".key").c_str(), 0600);
}

Settings settings_in(const TempFolder& folder) {
  Settings settings;
  settings.dir = folder.path();
  return settings;
}

bool says(const Finding& finding, Grade grade, const std::string& part) {
  UNSCOPED_INFO(finding.check << ": " << finding.says << " -> " << finding.fix);
  return finding.grade == grade && finding.says.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("more connections than open files are allowed is a warning with the figure to set") {
  Settings settings;
  settings.max_connections = 1;
  CHECK(check_descriptors(settings).grade == Grade::kOk);
  settings.max_connections = int64_t{1} << 40;
  const Finding finding = check_descriptors(settings);
  CHECK(finding.grade == Grade::kWarn);
  CHECK(finding.fix.find("1099511628032") != std::string::npos);
}

TEST_CASE("a key that others can read is a failure") {
  TempFolder folder;
  Settings settings = settings_in(folder);
  CHECK(check_private_files(settings).grade == Grade::kOk);
  folder.write("data/keys/token.key", "secret", 0644);
  chmod(folder.path("data").c_str(), 0700);
  chmod(folder.path("data/keys").c_str(), 0700);
  CHECK(says(check_private_files(settings), Grade::kFail, "token.key (mode 0644)"));
  chmod(folder.path("data/keys/token.key").c_str(), 0600);
  CHECK(check_private_files(settings).grade == Grade::kOk);
  settings.tls_key = folder.write("tls.key", "secret", 0640);
  CHECK(says(check_private_files(settings), Grade::kFail, "tls.key (mode 0640)"));
}

TEST_CASE("a missing default static folder is fine and a missing named one is not") {
  TempFolder folder;
  Settings settings = settings_in(folder);
  CHECK(says(check_static_files(settings), Grade::kOk, "only the embedded ones"));
  settings.static_dir = folder.path("gone");
  CHECK(says(check_static_files(settings), Grade::kFail, "No such file"));
  settings.static_dir = folder.write("file", "x");
  CHECK(says(check_static_files(settings), Grade::kFail, "not a folder"));
}

TEST_CASE("a link out of the static folder is told, one inside is not") {
  TempFolder folder;
  const Settings settings = settings_in(folder);
  folder.write("static/a.txt", "a");
  folder.write("secret.txt", "s");
  REQUIRE(symlink("a.txt", folder.path("static/inside").c_str()) == 0);
  CHECK(says(check_static_files(settings), Grade::kOk, "2 entries"));
  REQUIRE(symlink("../secret.txt", folder.path("static/outside").c_str()) == 0);
  CHECK(says(check_static_files(settings), Grade::kWarn, "static/outside is a link out"));
}

TEST_CASE("a folder whose name begins with the static folder's is outside") {
  TempFolder folder;
  const Settings settings = settings_in(folder);
  folder.write("static/a.txt", "a");
  folder.write("static-old/b.txt", "b");
  REQUIRE(symlink("../static-old/b.txt", folder.path("static/b").c_str()) == 0);
  CHECK(check_static_files(settings).grade == Grade::kWarn);
}

TEST_CASE("the disk is looked at where the data folder will be made") {
  TempFolder folder;
  CHECK(check_disk(settings_in(folder)).says.find("MiB free at " + folder.path()) !=
        std::string::npos);
}

TEST_CASE("a certificate is checked for its key, its dates and its text") {
  TempFolder folder;
  Settings settings = settings_in(folder);
  CHECK(says(check_certificate(settings), Grade::kOk, "TLS is off"));
  make_certificate(folder, "long", 90);
  make_certificate(folder, "short", 3);
  settings.tls_cert = folder.path("long.pem");
  settings.tls_key = folder.path("long.key");
  CHECK(says(check_certificate(settings), Grade::kOk, "matches its key and is valid for"));
  settings.tls_key = folder.path("short.key");
  CHECK(check_certificate(settings).grade == Grade::kFail);
  settings.tls_cert = folder.path("short.pem");
  CHECK(check_certificate(settings).grade == Grade::kWarn);
  settings.tls_cert = folder.write("junk.pem", "no certificate");
  CHECK(check_certificate(settings).grade == Grade::kFail);
  settings.tls_cert = folder.path("missing.pem");
  CHECK(says(check_certificate(settings), Grade::kFail, "missing.pem"));
}

TEST_CASE("who holds the address is told apart: prodev, another server, nobody") {
  Settings settings;
  {
    OneAnswerServer well(kWell);
    settings.listen = well.address();
    CHECK(says(check_port(settings), Grade::kOk, "and is well"));
  }
  CHECK(says(check_port(settings), Grade::kOk, "is free"));
  OneAnswerServer ill(kIll), foreign(kForeign), no_http("220 mail\r\n");
  settings.listen = ill.address();
  CHECK(says(check_port(settings), Grade::kFail, "with 503"));
  settings.listen = foreign.address();
  CHECK(says(check_port(settings), Grade::kFail, "by another HTTP server"));
  settings.listen = no_http.address();
  CHECK(says(check_port(settings), Grade::kFail, "speaks no HTTP"));
  settings.listen = "not an address";
  CHECK(check_port(settings).grade == Grade::kFail);
}

TEST_CASE("healthcheck exits with 0 only for 200") {
  OneAnswerServer well(kWell), ill(kIll);
  CHECK(run_prodev({"healthcheck", "--url", "http://" + well.address()}).code == 0);
  CHECK(run_prodev({"healthcheck", "--listen", well.address()}).code == 0);
  const Outcome outcome = run_prodev({"healthcheck", "--url", "http://" + ill.address()});
  CHECK(outcome.code == 1);
  CHECK(outcome.err == "prodev: http://" + ill.address() +
                           "/healthz answered 503 where 200 means well; see that server's log\n");
}

TEST_CASE("healthcheck resolves names") {
  OneAnswerServer well(kWell);
  const std::string port = well.address().substr(well.address().find(':'));
  CHECK(run_prodev({"healthcheck", "--url", "http://localhost" + port}).code == 0);
}

TEST_CASE("healthcheck of nobody fails, and of nonsense is wrong usage") {
  std::string address;
  {
    OneAnswerServer gone(kWell);
    address = gone.address();
  }
  const Outcome nobody = run_prodev({"healthcheck", "--url", "http://" + address});
  CHECK(nobody.code == 1);
  CHECK(nobody.err.find("did not answer") != std::string::npos);
  for (const char* url : {"ftp://a", "localhost:80", "http://", "http://a:99999", "http://a:0",
                          "http://a:x", "http://u@a", "http://[::1", "http://a:99999999999999"}) {
    INFO(url);
    CHECK(run_prodev({"healthcheck", "--url", url}).code == 2);
  }
}

TEST_CASE("doctor prints a line for each check and fails when one does") {
  TempFolder folder;
  OneAnswerServer foreign(kForeign);
  const Outcome outcome =
      run_prodev({"doctor", "--dir", folder.path(), "--listen", foreign.address()});
  CHECK(outcome.code == 1);
  for (const char* check : {"open files", "backlog", "memory", "clock", "disk", "private files",
                            "static files", "certificate", "address"}) {
    CHECK(outcome.out.find(std::string("  ") + check + " ") != std::string::npos);
  }
  CHECK(outcome.out.find("fail  address") != std::string::npos);
  CHECK(outcome.out.find("-> stop what listens there") != std::string::npos);
}

TEST_CASE("doctor reports bad settings as a finding and still asks the URL") {
  OneAnswerServer well(kWell);
  const Outcome outcome =
      run_prodev({"doctor", "--loops", "x", "--url", "http://" + well.address()});
  CHECK(outcome.code == 1);
  CHECK(outcome.out.find("fail  settings        --loops: \"x\"") != std::string::npos);
  CHECK(outcome.out.find("ok    url") != std::string::npos);
}
