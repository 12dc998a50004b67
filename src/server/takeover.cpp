#include "server/takeover.h"

#include <array>
#include <chrono>
#include <thread>

#include "base/clock.h"

namespace prodev::server {

namespace {

constexpr auto kDrainPause = std::chrono::milliseconds(5);

// A release before the answer "draining" just hangs up, and removes its control.sock a moment
// later.
base::Result<void> wait_for_removal(const std::string& data_dir) {
  const int64_t deadline_ms = base::monotonic_ms() + control::kSilence_ms;
  for (;;) {
    const base::Result<base::UniqueFd> owner = control::connect_to_owner(data_dir);
    if (!owner && owner.error().code == base::Code::kNotFound) return {};
    if (base::monotonic_ms() > deadline_ms) break;
    std::this_thread::sleep_for(kDrainPause);
  }
  return base::fail(base::Code::kUnavailable, "it keeps its control.sock");
}

// Whether the other side has answered or hung up. False: it has not, and cannot any more.
bool answers_or_never_will(int fd) {
  if (control::wait_readable(fd, control::kSilence_ms)) return true;
  ::shutdown(fd, SHUT_RD);
  std::array<char, 16> answer{};  // that came in the last moment
  return ::recv(fd, answer.data(), answer.size(), MSG_DONTWAIT) > 0;
}

base::Result<base::UniqueFd> ask_to_drain(const std::string& data_dir) {
  base::Result<base::UniqueFd> owner = control::connect_to_owner(data_dir);
  if (!owner) {
    if (owner.error().code == base::Code::kNotFound) return base::UniqueFd();
    return owner;
  }
  const int fd = owner->get();
  // A send that fails is to a process that has just ended.
  if (control::send_message(fd, control::kAskDrain) && !answers_or_never_will(fd)) {
    return base::fail(base::Code::kUnavailable, "it does not answer at its control.sock");
  }
  TRY(wait_for_removal(data_dir));
  return owner;
}

}  // namespace

base::Result<void> refuse_second_server(const std::string& data_dir) {
  const base::Result<base::UniqueFd> owner = control::connect_to_owner(data_dir);
  if (!owner && owner.error().code == base::Code::kNotFound) return {};
  return base::fail(base::Code::kConflict,
                    "another prodev serves the data folder " + data_dir +
                        ": stop it, choose another with --data, or use --takeover");
}

base::Result<ListeningSockets> take_sockets(const std::string& data_dir) {
  const base::Result<base::UniqueFd> owner = control::connect_to_owner(data_dir);
  if (!owner) {
    const bool none = owner.error().code == base::Code::kNotFound;
    return base::fail(owner.error().code,
                      owner.error().message +
                          (none ? ", so there is nothing to take over: start without --takeover"
                                : ": stop it instead"));
  }
  if (!control::send_message(owner->get(), control::kAskListeners) ||
      !control::wait_readable(owner->get(), control::kSilence_ms)) {
    return base::fail(base::Code::kUnavailable,
                      "the running prodev does not hand over its sockets: stop it instead");
  }
  return control::receive_sockets(owner->get());
}

base::Result<base::UniqueFd> drain_predecessor(const std::string& data_dir) {
  base::Result<base::UniqueFd> asked = ask_to_drain(data_dir);
  if (asked) return asked;
  return base::fail(base::Code::kUnavailable,
                    "the running prodev cannot be asked to drain, so it serves on and this one "
                    "does not: " +
                        asked.error().message + "; stop it by hand");
}

}  // namespace prodev::server
