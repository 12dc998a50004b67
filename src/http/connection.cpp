#include "http/connection.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/clock.h"
#include "http/pending_body.h"
#include "http/worker.h"
#include "telemetry/log.h"

namespace prodev::http {

namespace {

constexpr size_t kFlushBudget = 1 << 20;  // bytes sent before other connections get a turn
constexpr size_t kSentInANanosecond = 4;  // bytes, about
// RFC 9112 section 9.6: a client that is still sending is to see its answer.
constexpr int64_t kLinger_ms = 2'000;  // without a byte
constexpr int64_t kLongestLinger_ms = 6'000;
constexpr size_t kLingerBytes = 64 << 20;
constexpr int64_t kIdleWhileDraining_ms = 1'000;
constexpr int64_t kBetweenLooks_ms = 1'000;  // at what a client takes of a response that holds room

}  // namespace

Connection::Connection(Worker& worker, const Site& site, net::Socket socket,
                       const net::Address& peer, const LoopTurns::Key& client)
    : worker_(worker), site_(site), socket_(std::move(socket)), peer_(peer), client_(client) {
  progress_ms_ = worker.loop().now_ms();
}

Connection::~Connection() { forget_reader(); }

base::Result<void> Connection::start() {
  watched_ = EPOLLIN;
  TRY(worker_.loop().add(socket_.fd(), watched_, this));
  update_deadline();
  return {};
}

void Connection::drain() {
  if (state_ == State::kGone) return;
  progress_ms_ = worker_.loop().now_ms();
  update_deadline();
}

void Connection::on_events(uint32_t events) {
  if (!waits_for_turn_ && worker_.turns().has_had_its_time(client_, worker_.loop().now_ns())) {
    wait_for_turn();
  }
  if (waits_for_turn_) {
    waiting_events_ |= events;
    return;
  }
  begin_turn();
  handle_events(events);
  end_turn();
}

void Connection::take_turn() {
  waits_for_turn_ = false;
  begin_turn();
  turn_ends_ns_ = turn_began_ns_ + LoopTurns::kTurn_ns;  // whatever its client has had
  handle_events(std::exchange(waiting_events_, 0));
  end_turn();
}

void Connection::begin_turn() {
  const bool has_time = !worker_.turns().has_had_its_time(client_, worker_.loop().now_ns());
  sent_this_turn_ = 0;
  turn_began_ns_ = worker_.seen_ns();
  turn_ends_ns_ = turn_began_ns_ + (has_time ? LoopTurns::kTurn_ns : 0);
}

void Connection::end_turn() {
  const int64_t worked_ns = worker_.seen_ns() - turn_began_ns_;
  const auto sending_ns = static_cast<int64_t>(sent_this_turn_ / kSentInANanosecond);
  worker_.turns().add(client_, worker_.loop().now_ns(), worked_ns + sending_ns);
}

bool Connection::turn_is_over() const {
  return sent_this_turn_ >= kFlushBudget || worker_.seen_ns() >= turn_ends_ns_;
}

void Connection::wait_for_turn() {
  if (std::exchange(waits_for_turn_, true)) return;
  worker_.wait_for_turn(*this);
}

void Connection::handle_events(uint32_t events) {
  try {
    react(events);
  } catch (
      const std::exception& error) {  // out of memory: this connection's loss, not the server's
    telemetry::log(telemetry::Level::kError, "a connection was given up",
                   {{"error", error.what()}});
    close();
  }
}

void Connection::react(uint32_t events) {
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (state_ == State::kRunning && broken) {
    close();
    return;
  }
  const bool heard = (events & EPOLLIN) != 0 && write_wants_read_;
  const bool writable = (events & EPOLLOUT) != 0 || broken || heard;
  if (writable && !output_.empty()) {
    flush();
    if (state_ != State::kGone) pump();
  } else if (output_.empty() && !input_.empty()) {  // it has waited for this turn
    output_.exchange_buffer(worker_.write_buffer());
    pump();
    output_.exchange_buffer(worker_.write_buffer());
  }
  const bool readable = (events & EPOLLIN) != 0 || broken || (writable && read_wants_write_);
  if (readable && wants_input()) read_some();
  settle();
}

// Brings the watch and the deadline in line with the state, at the end of whatever happened.
void Connection::settle() {
  if (wants_input() && socket_.has_buffered_input()) read_some();
  if (state_ == State::kGone) return;
  if (output_.empty()) output_.drop_buffer();
  uint32_t wanted = 0;
  if (wants_input()) wanted |= EPOLLIN;
  if (write_wants_read_) {
    wanted |= EPOLLIN;
  } else if (!output_.empty() || read_wants_write_) {
    wanted |= EPOLLOUT;
  }
  if (wanted != watched_ && !abandoned_) {
    worker_.loop().modify(socket_.fd(), wanted, this);
    watched_ = wanted;
  }
  update_deadline();
}

bool Connection::wants_input() const {
  if (input_ended_ || waits_for_turn_) return false;
  if (state_ == State::kLingering) return true;
  return (state_ == State::kHead || state_ == State::kBody) && !end_after_output_ && !output_full();
}

// No further response is made until what is there has gone.
bool Connection::output_full() const {
  return output_.has_body() ||
         output_.text_size() >= worker_.engine().options().output_buffer_bytes;
}

void Connection::read_some() {
  std::string& buffer = worker_.read_buffer();
  do {
    read_wants_write_ = false;
    const net::IoResult result = socket_.read(buffer.data(), buffer.size());
    if (socket_.is_tls() && !handshake_counted_) count_handshake();
    switch (result.status) {
      case net::IoStatus::kOk:
        worker_.shard().bytes_received.add(result.bytes);
        take_input({buffer.data(), result.bytes});
        break;
      case net::IoStatus::kWantRead:
        return;
      case net::IoStatus::kWantWrite:
        read_wants_write_ = true;
        return;
      case net::IoStatus::kClosed:
        peer_ended();
        return;
      case net::IoStatus::kFailed:
        if (!socket_.handshake_done()) worker_.shard().tls_failures.add();
        close();
        return;
    }
  } while (wants_input() && socket_.has_buffered_input());
}

// Its steps are work that no request tells the time of.
void Connection::count_handshake() {
  worker_.saw_time(base::monotonic_ns());
  if (!socket_.handshake_done()) return;
  handshake_counted_ = true;
  worker_.shard().tls_handshakes.add();
}

void Connection::take_input(std::string_view arrived) {
  if (state_ == State::kLingering) {
    lingered_bytes_ += arrived.size();
    progress_ms_ = worker_.loop().now_ms();
    if (lingered_bytes_ > kLingerBytes) close();
    return;
  }
  // While output waits only what the client takes counts: not what it goes on sending.
  if (output_.empty()) progress_ms_ = worker_.loop().now_ms();
  output_.exchange_buffer(worker_.write_buffer());
  if (input_.empty()) {
    take_steps(arrived);
    if (!arrived.empty()) input_.assign(arrived);
    flush();
  } else {
    input_.append(arrived);
  }
  if (state_ != State::kGone) pump();
  output_.exchange_buffer(worker_.write_buffer());
}

// At least one, while there is time.
void Connection::take_steps(std::string_view& input) {
  while (step(input) && !turn_is_over()) {
  }
}

// Takes what waits in input_ for as long as the turn lasts and the output keeps up.
void Connection::pump() {
  while (!input_.empty() && !output_full()) {
    if (turn_is_over()) return wait_for_turn();
    std::string_view left = input_;
    take_steps(left);
    const bool taken = left.size() < input_.size();
    input_.erase(0, input_.size() - left.size());
    flush();
    if (state_ == State::kGone) return;
    if (!taken || !output_.empty()) break;
  }
  if (input_.empty()) std::string().swap(input_);  // an idle connection holds no buffer
  if (input_ended_ && state_ == State::kHead && output_.empty()) close();
}

// The peer shut its side. What it asked for before is still answered.
void Connection::peer_ended() {
  input_ended_ = true;
  if (state_ == State::kLingering) {
    close();
  } else if (state_ == State::kBody) {
    refuse_body(400, "body_cut_short", "the connection's input ended before the request body did");
    flush();
  } else {
    pump();
  }
}

void Connection::flush() {
  if (output_.empty() && !end_after_output_) return;
  size_t sent = 0;
  const Output::Progress progress = output_.flush(socket_, kFlushBudget, sent);
  write_wants_read_ = progress == Output::Progress::kWantsRead;
  sent_this_turn_ += sent;
  if (sent > 0) {
    worker_.shard().bytes_sent.add(sent);
    sent_bytes_ += sent;
    progress_ms_ = worker_.loop().now_ms();
  }
  if (!output_.empty()) unacknowledged_bytes_ = socket_.unacknowledged_bytes();
  watch_reader();
  if (progress == Output::Progress::kFailed) {
    close();
  } else if (progress == Output::Progress::kDone && end_after_output_) {
    end();
  }
}

// All is sent and the connection is to end. Closing with unread input would reset it, and the
// client could lose the last response: so our side is shut first, and the rest read and dropped.
void Connection::end() {
  if (linger_after_output_ && !input_ended_ && state_ != State::kLingering) {
    state_ = State::kLingering;
    pending_.reset();
    std::string().swap(input_);
    socket_.shut_write();
    progress_ms_ = worker_.loop().now_ms();
    linger_ends_ms_ = progress_ms_ + kLongestLinger_ms;
  } else {
    if (socket_.is_tls()) socket_.shut_write();
    close();
  }
}

void Connection::close() {
  if (state_ == State::kGone || abandoned_) return;
  worker_.loop().remove(socket_.fd());
  disarm();
  if (std::exchange(waits_for_turn_, false)) worker_.turns().remove(client_, *this);
  if (state_ == State::kRunning) {
    abandoned_ = true;  // the lane still refers to this connection
    return;
  }
  state_ = State::kGone;
  worker_.forget(*this);
}

// The system would keep what it has to send for as long as the client wants to take it.
void Connection::cut() {
  if (state_ == State::kGone) return;
  worker_.shard().timeouts.add();
  socket_.drop_unsent();
  close();
}

bool Connection::peer_has_left() const {
  pollfd watched{socket_.fd(), POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

void Connection::finish_request(Request& request, Response& response) {
  begin_turn();
  try {
    send_finished(request, response);
  } catch (const std::exception& error) {
    telemetry::log(telemetry::Level::kError, "a connection was given up",
                   {{"error", error.what()}});
    close();
  }
  end_turn();
}

void Connection::send_finished(Request& request, Response& response) {
  progress_ms_ = worker_.loop().now_ms();
  state_ = State::kHead;
  if (abandoned_) {
    account(request, response, 0);
    state_ = State::kGone;
    worker_.forget(*this);
    return;
  }
  output_.exchange_buffer(worker_.write_buffer());
  if (response.continues()) {
    const Lane lane = response.continuation_lane();
    submit_to_lane({}, request, response, lane, response.take_continuation());
  } else {
    respond(request, response);
  }
  flush();
  if (state_ != State::kGone && !waits_for_turn_) pump();
  output_.exchange_buffer(worker_.write_buffer());
  settle();
}

void Connection::update_deadline() {
  const EngineOptions& options = worker_.engine().options();
  int64_t deadline_ms = 0;
  switch (state_) {
    case State::kHead:
      if (!output_.empty()) {
        deadline_ms = progress_ms_ + options.write_timeout_ms;
        if (output_.room() != nullptr) {
          deadline_ms = std::min({deadline_ms, reader_pace_.ends_ms(options.write_timeout_ms),
                                  worker_.loop().now_ms() + kBetweenLooks_ms});
        }
      } else if (head_started_ms_ != 0) {
        deadline_ms = head_started_ms_ + options.head_timeout_ms;
      } else if (worker_.draining() && socket_.handshake_done()) {
        deadline_ms = progress_ms_ + kIdleWhileDraining_ms;
      } else {
        deadline_ms =
            progress_ms_ + (served_one_ ? options.idle_timeout_ms : options.head_timeout_ms);
      }
      break;
    case State::kBody:
      deadline_ms = pending_->pace.ends_ms(options.body_timeout_ms);
      break;
    case State::kLingering:
      deadline_ms = std::min(progress_ms_ + kLinger_ms, linger_ends_ms_);
      break;
    case State::kRunning:
    case State::kGone:
      disarm();
      return;
  }
  set_deadline(worker_.loop().timers(), deadline_ms);
}

// The kernel's buffer is large: a slow reader may take from it for long before there is room again.
bool Connection::reader_made_progress() {
  const size_t before = unacknowledged_bytes_;
  unacknowledged_bytes_ = socket_.unacknowledged_bytes();
  return unacknowledged_bytes_ < before;
}

uint64_t Connection::taken_bytes() const {
  return sent_bytes_ - std::min<uint64_t>(sent_bytes_, unacknowledged_bytes_);
}

// Others who need the room of a response look at how fast it goes.
void Connection::watch_reader() {
  base::Budget::Lease* room = output_.room();
  if (room == nullptr) return forget_reader();
  if (reader_ == nullptr) {
    reader_ = std::make_shared<WaitingReader>(worker_.loop(), this, taken_bytes());
    room->yield_to_others(reader_);
  }
  reader_->note(taken_bytes());
}

void Connection::forget_reader() {
  if (reader_ != nullptr) reader_->forget();
  reader_.reset();
}

// Whether a response that holds room goes over fast enough to be let hold it.
bool Connection::reader_keeps_up() {
  const EngineOptions& options = worker_.engine().options();
  return output_.room() == nullptr ||
         reader_pace_.keeps_up(worker_.loop().now_ms(), options.write_timeout_ms, taken_bytes(),
                               options.min_transfer_rate);
}

bool Connection::body_keeps_up() {
  const EngineOptions& options = worker_.engine().options();
  return pending_->pace.keeps_up(worker_.loop().now_ms(), options.body_timeout_ms,
                                 pending_->request.body.size(), options.min_transfer_rate);
}

void Connection::on_deadline() {
  const int64_t now_ms = worker_.loop().now_ms();
  const bool waits_for_reader = !output_.empty();
  if (waits_for_reader && reader_made_progress()) progress_ms_ = now_ms;
  if (reader_ != nullptr) reader_->note(taken_bytes());
  const bool goes_on =
      waits_for_reader
          ? now_ms < progress_ms_ + worker_.engine().options().write_timeout_ms && reader_keeps_up()
          : state_ == State::kBody && body_keeps_up();
  if (goes_on) {
    update_deadline();
    return;
  }
  if (waits_for_reader) return cut();
  const bool idle = state_ == State::kHead && head_started_ms_ == 0;
  if (!idle) worker_.shard().timeouts.add();
  if (state_ == State::kLingering) return close();
  if (idle) {
    linger_after_output_ = true;
    end();
  } else if (state_ == State::kBody) {
    refuse_body(408, "request_timeout", "the request body did not arrive in time");
    flush();
  } else {
    refuse_head({408, "the request head did not arrive in time"}, input_);
    flush();
  }
  settle();
}

}  // namespace prodev::http
