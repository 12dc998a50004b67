#include "http/worker.h"

#include <sys/socket.h>

#include <utility>

#include "base/clock.h"
#include "http/acceptor.h"
#include "http/status.h"

namespace prodev::http {

Worker::Worker(Engine& engine, size_t index, std::unique_ptr<net::Loop> loop,
               std::shared_ptr<const net::TlsContext> tls)
    : engine_(engine),
      index_(index),
      loop_(std::move(loop)),
      shard_(engine.metrics().make_shard()),
      access_log_(engine.options().access_log),
      tls_(std::move(tls)),
      read_buffer_(kReadSize, '\0') {
  write_buffer_.reserve(kReadSize);
  loop_->on_turn_end([this] { access_log_.flush(); });
  loop_->on_turn_duration([this](int64_t us) { shard_.loop_lag.observe_us(us); });
}

Worker::~Worker() = default;

base::Result<void> Worker::listen(base::UniqueFd listener, const Site& site, bool tls) {
  acceptors_.push_back(std::make_unique<Acceptor>(*this, site, std::move(listener), tls));
  return acceptors_.back()->start();
}

void Worker::start() {
  thread_ = std::thread([this] { loop_->run(); });
}

void Worker::stop() { loop_->stop(); }

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::drain() {
  loop_->post([this] { begin_drain(); });
}

void Worker::begin_drain() {
  if (draining_) return;
  for (const auto& acceptor : acceptors_) acceptor->stop();
  acceptors_.clear();
  draining_ = true;
  for (const auto& connection : connections_) connection->drain();
  engine_.note_draining();
}

void Worker::use_tls(std::shared_ptr<const net::TlsContext> tls) {
  loop_->post([this, tls = std::move(tls)] { tls_ = tls; });
}

void Worker::accept(base::UniqueFd fd, const net::Address& peer, const Site& site, bool tls) {
  switch (engine_.limits().admit(peer)) {
    case ConnectionLimits::Verdict::kAdmitted:
      break;
    case ConnectionLimits::Verdict::kTooMany:
      return refuse(fd.get(), 503,
                    "the server has as many connections as it may have: try again in a moment",
                    tls);
    case ConnectionLimits::Verdict::kTooManyOfClient:
      return refuse(fd.get(), 429, "this address has as many connections as it may have", tls);
  }
  shard_.connections_accepted.add();
  net::Socket socket = tls ? net::Socket(std::move(fd), *tls_) : net::Socket(std::move(fd));
  const bool unencrypted =
      tls && !socket.is_tls();  // no memory for a session: never go on in the clear
  auto connection =
      std::make_unique<Connection>(*this, site, std::move(socket), peer,
                                   turns_.key_of(peer, engine_.limits().is_one_client(peer)));
  connection->place_ = connections_.size();
  connections_.push_back(std::move(connection));
  Connection& added = *connections_.back();
  if (unencrypted || !added.start()) forget(added);
}

void Worker::refuse(int fd, int status, std::string_view message, bool tls) {
  shard_.connections_refused.add();
  if (tls) return;  // a handshake would cost what the limit is there to save
  Response response;
  set_error(response, status, status == 429 ? "too_many_connections" : "busy", message);
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(reason_phrase(status)).append("\r\nConnection: close\r\nRetry-After: 1\r\n");
  text.append("Content-Length: ").append(std::to_string(response.body().size())).append("\r\n");
  text.append(response.headers()).append("\r\n").append(response.body());
  // Closing with unread input would reset the connection, and the client could lose the answer.
  for (int i = 0; i < 4 && ::recv(fd, read_buffer_.data(), read_buffer_.size(), 0) > 0; ++i) {
  }
  // A new socket's buffer takes this at once.
  [[maybe_unused]] const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_WR);
}

void Worker::wait_for_turn(Connection& connection) {
  turns_.push(connection.client_, connection);
  if (std::exchange(turns_posted_, true)) return;
  loop_->post([this] { run_turns(); });
}

void Worker::run_turns() {
  const int64_t ends_ns = seen_ns() + LoopTurns::kTurn_ns;
  while (!turns_.empty() && seen_ns() < ends_ns) turns_.pop().take_turn();
  turns_posted_ = !turns_.empty();
  if (turns_posted_) loop_->post([this] { run_turns(); });
}

void Worker::forget(Connection& connection) {
  engine_.limits().release(connection.peer_);
  shard_.connections_closed.add();
  const size_t place = connection.place_;
  std::unique_ptr<Connection> gone = std::move(connections_[place]);
  connections_[place] = std::move(connections_.back());
  connections_.pop_back();
  if (place < connections_.size()) connections_[place]->place_ = place;
  loop_->retire(std::move(gone));
}

std::string_view Worker::date_line() { return date_line_.at(base::wall_ms() / 1'000); }

}  // namespace prodev::http
