// Connection: one client's socket and where its current request stands.
//
//   reading head -> [reading body] -> running -> (next head)
//                                            \-> writing: output is blocked, input waits
//   any -> lingering (our side is shut, what still arrives is dropped) -> gone
//
// One request is in hand at a time, so that pipelined requests are answered in order. Belongs to
// its worker's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/chunked.h"
#include "http/head.h"
#include "http/loop_turns.h"
#include "http/output.h"
#include "http/request.h"
#include "http/response.h"
#include "http/transfer_pace.h"
#include "http/waiting_reader.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/timer_wheel.h"

namespace prodev::http {

class Worker;
struct Site;

class Connection final : public net::EventHandler, private net::Timer {
 public:
  Connection(Worker& worker, const Site& site, net::Socket socket, const net::Address& peer,
             const LoopTurns::Key& client);
  ~Connection() override;

  // Watches the socket. An error: the connection cannot be served.
  base::Result<void> start();
  // The server is stopping: the next response ends the connection, an idle one ends soon.
  void drain();
  // A lane has finished the request in hand.
  void finish_request(Request& request, Response& response);

  // Has waited for it (Worker::wait_for_turn).
  void take_turn();

  // Ends it at once: its client does not take what waits for it, or others need the room.
  void cut();

  // Whether the client has closed its side, or the connection is gone. Any thread, while a lane
  // works for it.
  bool peer_has_left() const;

  void on_events(uint32_t events) override;

 private:
  friend class Worker;  // keeps its place in the worker's list

  enum class State : uint8_t { kHead, kBody, kRunning, kLingering, kGone };
  struct PendingBody;  // a request whose body is still arriving

  // Socket and time (connection.cpp).
  void on_deadline() override;
  void handle_events(uint32_t events);
  void react(uint32_t events);
  void begin_turn();
  void end_turn();
  bool turn_is_over() const;
  void wait_for_turn();
  void take_steps(std::string_view& input);
  void send_finished(Request& request, Response& response);
  bool reader_made_progress();
  uint64_t taken_bytes() const;
  void watch_reader();
  void forget_reader();
  bool reader_keeps_up();
  bool body_keeps_up();
  void read_some();
  void take_input(std::string_view arrived);
  void peer_ended();
  void count_handshake();
  void pump();
  void flush();
  void end();
  void close();
  bool wants_input() const;
  bool output_full() const;
  void settle();
  void update_deadline();

  // Requests (connection_requests.cpp). Each step takes from the front of `input`; false: no
  // further step with what is there.
  bool step(std::string_view& input);
  bool step_head(std::string_view& input);
  bool step_body(std::string_view& input);
  bool take_chunks(std::string_view& input);
  bool take_length(std::string_view& input);
  bool store_body(std::string_view data);
  void refuse_unstored(const base::Error& error);
  void begin_request(std::string_view head_bytes, std::string_view& input);
  void begin_body(std::string_view head_bytes, Request& request, bool invite);
  void dispatch(std::string_view head_bytes, Request& request, bool body_follows);
  void submit_to_lane(std::string_view head_bytes, Request& request, Response& response, Lane lane,
                      Handler handler);
  void respond(Request& request, Response& response);
  void send_body(const Request& request, Response& response, bool chunked);
  // `bytes`: as much of the head as has come.
  void refuse_head(const HeadError& error, std::string_view bytes);
  void refuse_body(int status, std::string_view code, std::string_view message);
  void account(const Request& request, const Response& response, uint64_t body_bytes);

  Worker& worker_;
  const Site& site_;
  net::Socket socket_;
  net::Address peer_;
  const LoopTurns::Key client_;
  size_t place_ = 0;  // in the worker's list

  State state_ = State::kHead;
  uint32_t watched_ = 0;         // what epoll was last told
  uint32_t waiting_events_ = 0;  // came while it waited for its turn
  bool input_ended_ = false;     // the peer has shut its side
  bool end_after_output_ = false;
  bool linger_after_output_ = false;
  bool abandoned_ = false;         // lost while a lane works for it
  bool read_wants_write_ = false;  // a TLS handshake that must send first
  bool write_wants_read_ = false;  // TLS must hear from the peer before it can send
  bool waits_for_turn_ = false;
  bool served_one_ = false;
  bool handshake_counted_ = false;

  HeadScanner scanner_;
  std::string input_;  // arrived and not yet taken
  Output output_;
  std::unique_ptr<PendingBody> pending_;
  int64_t head_started_ms_ = 0;      // when the current head's first byte came; 0: none yet
  int64_t progress_ms_ = 0;          // when the client last sent, or took what waits for it
  size_t unacknowledged_bytes_ = 0;  // sent, and not yet taken by the client, when last looked at
  uint64_t sent_bytes_ = 0;
  TransferPace reader_pace_;               // of a response that holds room
  std::shared_ptr<WaitingReader> reader_;  // of such a response; shared with its budget
  size_t lingered_bytes_ = 0;
  int64_t linger_ends_ms_ = 0;
  size_t sent_this_turn_ = 0;
  int64_t turn_began_ns_ = 0;  // Worker::seen_ns()
  int64_t turn_ends_ns_ = 0;
};

}  // namespace prodev::http
