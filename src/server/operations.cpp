#include "server/operations.h"

#include <optional>

#include "db/damage.h"
#include "text/authority.h"
#include "text/json_string.h"

namespace prodev::server {

namespace {

// Why the server should get no traffic; empty: it should.
std::string trouble_of(const State& state) {
  if (state.draining.load(std::memory_order_relaxed)) return "the server is stopping";
  if (std::string refusal = state.room->refusal(); !refusal.empty()) return refusal;
  const std::optional<uint64_t> free = db::free_bytes(state.data_dir);
  if (!free) return "the data folder cannot be reached";
  // Bodies of requests are kept there, where the database may be elsewhere.
  if (*free < state.min_free_bytes) return "the disk of the data folder is full";
  return {};
}

// The server serves what is not damaged, and no other would know better.
std::string damage() {
  std::string members;
  for (const std::string& table : db::damaged_tables()) {
    members += members.empty() ? ",\"damaged\":[" : ",";
    text::append_json_string(members, table);
  }
  return members.empty() ? members : members + "]";
}

void answer_trouble(const State& state, http::Response& response) {
  response.add_header_lines("Cache-Control: no-store\r\n");
  const std::string trouble = trouble_of(state);
  if (trouble.empty()) {
    response.set_body("{\"status\":\"ready\"" + damage() + "}\n", "application/json");
    return;
  }
  http::set_error(response, 503, "not_ready", trouble);
  response.add_header("Retry-After", "5");
}

// Where https is for a client that asked `host` for plain HTTP.
std::string secure_site(const State& state, const text::Authority& host) {
  if (!state.public_url.empty()) return state.public_url;
  const std::string site = "https://" + std::string(host.host);
  // A client that came through another port than this listener's own sees both ports mapped, and
  // what stands for https outside is the port that goes without saying.
  const std::string_view asked = host.port.empty() ? "80" : host.port;
  const bool mapped = asked != std::to_string(state.redirect_port);
  return mapped || state.tls_port == 443 ? site : site + ":" + std::to_string(state.tls_port);
}

}  // namespace

void answer_health(const http::Request&, http::Response& response) {
  response.add_header_lines("Cache-Control: no-store\r\n");
  response.set_body("{\"status\":\"ok\"}\n", "application/json");
}

void answer_readiness(const State& state, http::Response& response) {
  if (!state.writer->healthy()) {
    // A job of the write lane makes the writer try again, and fails with the reason if it cannot:
    // nobody else might, while no traffic is sent here.
    response.continue_on(http::Lane::kWrite, [&state](const http::Request&, http::Response& out) {
      answer_trouble(state, out);
    });
    return;
  }
  answer_trouble(state, response);
}

void answer_metrics(const State& state, http::Response& response) {
  response.add_header_lines("Cache-Control: no-store\r\n");
  response.set_body(state.metrics->expose(), "text/plain; version=0.0.4; charset=utf-8");
}

void redirect_to_https(const State& state, const http::Request& request, http::Response& response) {
  const auto host = text::parse_authority(request.head.host);
  if (!host || host->host.empty() || !request.head.path.starts_with('/')) {
    http::set_error(response, 400, "bad_request",
                    "a request to the redirect listener needs a Host and a path");
    return;
  }
  std::string location = secure_site(state, *host);
  location += request.head.path;
  if (!request.head.query.empty()) location.append("?").append(request.head.query);
  response.status = 308;
  response.add_header("Location", location);
}

}  // namespace prodev::server
