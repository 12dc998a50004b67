#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "net/address.h"
#include "net/http_client.h"

namespace prodev::cli {
namespace {

// 0 when a server could listen there, else the errno that it would meet.
int try_listen(const net::Address& address) {
  const base::UniqueFd fd(socket(address.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd) return errno;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd.get(), address.get(), address.length) != 0) return errno;
  return listen(fd.get(), 1) == 0 ? 0 : errno;
}

// prodev's health page says {"status":...}, whatever the state.
bool looks_like_prodev(const net::HttpReply& reply) {
  return reply.body.find("\"status\"") != std::string::npos;
}

Finding name_occupant(const config::Settings& settings) {
  const std::string taken = settings.listen + " is in use";
  const std::string fix = "stop what listens there (ss -ltnp shows it), or choose another listen";
  const auto url = local_url(settings);
  if (!url) return {Grade::kFail, "address", taken, fix};
  net::HttpGetOptions options;
  options.verify_certificate = false;
  const auto reply = net::http_get(health_url(*url), options);
  if (!reply) return {Grade::kFail, "address", taken + " by something that speaks no HTTP", fix};
  if (!looks_like_prodev(*reply)) {
    return {Grade::kFail, "address", taken + " by another HTTP server", fix};
  }
  if (reply->status == 200) {
    return {Grade::kOk, "address", "a prodev answers at " + *url + " and is well", ""};
  }
  return {Grade::kFail, "address",
          "a prodev answers at " + *url + " with " + std::to_string(reply->status),
          "see that server's log"};
}

}  // namespace

Finding check_port(const config::Settings& settings) {
  const auto address = net::resolve_address(settings.listen);
  if (!address) return {Grade::kFail, "address", address.error().message, ""};
  const int error = try_listen(*address);
  if (error == 0) return {Grade::kOk, "address", settings.listen + " is free", ""};
  if (error == EADDRINUSE) return name_occupant(settings);
  if (error == EACCES) {
    return {Grade::kFail, "address",
            "this user may not listen on port " + std::to_string(address->port()),
            "choose a port above 1023, or grant CAP_NET_BIND_SERVICE"};
  }
  return {Grade::kFail, "address", settings.listen + ": " + std::strerror(error),
          "choose an address of this machine"};
}

Finding check_url(const std::string& url) {
  const auto reply = net::http_get(health_url(url));
  if (!reply) return {Grade::kFail, "url", reply.error().message, ""};
  const std::string says = health_url(url) + " answers " + std::to_string(reply->status);
  if (reply->status == 200) return {Grade::kOk, "url", says, ""};
  return {Grade::kFail, "url", says, "200 means well; see that server's log"};
}

}  // namespace prodev::cli
