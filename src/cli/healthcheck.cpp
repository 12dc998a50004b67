#include <string_view>

#include "cli/commands.h"
#include "net/http_client.h"

namespace prodev::cli {

using base::Code;
using base::fail;
using base::Result;

Result<std::string> local_url(const config::Settings& settings) {
  const std::string& listen = settings.listen;
  const size_t colon = listen.rfind(':');
  std::string host = colon == std::string::npos ? "" : listen.substr(0, colon);
  const std::string port = colon == std::string::npos ? listen : listen.substr(colon + 1);
  if (port == "0") {
    return fail(Code::kUsage, "listen is " + listen +
                                  ", whose port is chosen anew at each start; "
                                  "give --url");
  }
  // An address that stands for all of the machine's is reached by its loopback.
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return (settings.tls_cert.empty() ? "http://" : "https://") + host + ":" + port;
}

std::string health_url(std::string url) {
  constexpr std::string_view kPage = "/healthz";
  while (url.ends_with('/')) url.pop_back();
  if (!url.ends_with(kPage)) url += kPage;
  return url;
}

Result<int> run_healthcheck(const CommandLine& line, const Context& context) {
  net::HttpGetOptions options;
  std::string url = line.url;
  if (url.empty()) {
    TRY_ASSIGN(const config::Settings settings, load_settings(line, context));
    TRY_ASSIGN(url, local_url(settings));
    // The certificate is for the public name, and the question stays on this machine.
    options.verify_certificate = false;
  }
  url = health_url(url);
  TRY_ASSIGN(const net::HttpReply reply, net::http_get(url, options));
  if (reply.status == 200) return 0;
  return fail(Code::kUnavailable, url + " answered " + std::to_string(reply.status) +
                                      " where 200 means well; see that server's log");
}

}  // namespace prodev::cli
