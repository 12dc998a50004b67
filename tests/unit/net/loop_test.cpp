#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "catch.h"

using prodev::base::UniqueFd;
using namespace prodev::net;

namespace {

struct Pair {
  Pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    near.reset(ends[0]);
    far.reset(ends[1]);
  }
  UniqueFd near;
  UniqueFd far;
};

// Retires `victim` at its first event.
class Killer final : public EventHandler {
 public:
  Killer(Loop& loop, int& events) : loop_(loop), events_(events) {}
  std::unique_ptr<EventHandler>* victim = nullptr;
  void on_events(uint32_t) override {
    ++events_;
    if (victim != nullptr && *victim) loop_.retire(std::move(*victim));
  }

 private:
  Loop& loop_;
  int& events_;
};

}  // namespace

TEST_CASE("what is posted from other threads runs on the loop in order") {
  const auto loop = std::move(*Loop::make());
  std::vector<int> ran;
  std::thread runner([&] { loop->run(); });
  for (int i = 0; i < 1'000; ++i) loop->post([&ran, i] { ran.push_back(i); });
  loop->stop();
  runner.join();
  REQUIRE(ran.size() == 1'000);
  for (int i = 0; i < 1'000; ++i) REQUIRE(ran[static_cast<size_t>(i)] == i);
}

TEST_CASE("a handler that was retired by another in the same turn hears nothing more") {
  const auto loop = std::move(*Loop::make());
  Pair a;
  Pair b;
  int events = 0;
  std::unique_ptr<EventHandler> first;
  std::unique_ptr<EventHandler> second;
  auto killer_of_second = std::make_unique<Killer>(*loop, events);
  auto killer_of_first = std::make_unique<Killer>(*loop, events);
  killer_of_second->victim = &second;
  killer_of_first->victim = &first;
  REQUIRE(loop->add(a.near.get(), EPOLLIN, killer_of_second.get()));
  REQUIRE(loop->add(b.near.get(), EPOLLIN, killer_of_first.get()));
  first = std::move(killer_of_second);
  second = std::move(killer_of_first);
  REQUIRE(::write(a.far.get(), "x", 1) == 1);
  REQUIRE(::write(b.far.get(), "x", 1) == 1);
  loop->run_once(1'000);
  CHECK(events == 1);
}

TEST_CASE("the end of a turn is told after its events") {
  const auto loop = std::move(*Loop::make());
  std::vector<int> order;
  loop->on_turn_end([&] { order.push_back(2); });
  loop->post([&] { order.push_back(1); });
  loop->run_once(1'000);
  CHECK(order == std::vector<int>{1, 2});
}
