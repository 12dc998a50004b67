// LoopTurns: how clients share the time of one loop, so that one who asks for much, on however many
// connections, holds back only itself.
//
// A round is from one look at all sockets to the next. A connection has a turn in it: some time of
// work, and one request at least; what it has sent beyond that waits here. So does all that comes
// from a client whose connections have had their time in this round. Those who wait have the time
// of one turn together in each round: clients one after the other, whatever the number of their
// connections.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>

#include "net/address.h"

namespace prodev::http {

class Connection;

// Who waits for a turn, each once.
template <class Client, class T>
class TurnQueue {
 public:
  bool empty() const { return next_.empty(); }

  // REQUIRES: it does not wait.
  void push(const Client& client, T& item) {
    std::deque<T*>& items = waiting_[client];
    if (items.empty()) next_.push_back(client);
    items.push_back(&item);
  }

  // REQUIRES: !empty().
  T& pop() {
    const auto of_client = waiting_.find(next_.front());
    next_.pop_front();
    std::deque<T*>& items = of_client->second;
    T& item = *items.front();
    items.pop_front();
    if (items.empty()) {
      waiting_.erase(of_client);
    } else {
      next_.push_back(of_client->first);
    }
    return item;
  }

  // REQUIRES: it waits.
  void remove(const Client& client, T& item) {
    const auto of_client = waiting_.find(client);
    std::deque<T*>& items = of_client->second;
    items.erase(std::find(items.begin(), items.end(), &item));
    if (!items.empty()) return;
    next_.erase(std::find(next_.begin(), next_.end(), client));
    waiting_.erase(of_client);
  }

 private:
  std::map<Client, std::deque<T*>> waiting_;
  std::list<Client> next_;  // those in waiting_, in turn
};

// Belongs to its loop's thread.
class LoopTurns {
 public:
  static constexpr int64_t kTurn_ns = 2'000'000;
  static constexpr int64_t kOfClient_ns = 4'000'000;  // of all its connections, in a round

  // Whose a connection is. Clients may share a place, which then have the time of one in a round.
  struct Key {
    std::array<uint8_t, 16> client;  // net::Address::client_key
    uint8_t place;
  };
  // `is_one_client`: else `peer` stands for many, and each of its connections is a client.
  Key key_of(const net::Address& peer, bool is_one_client);

  // A round is known by when it began.
  bool has_had_its_time(const Key& key, int64_t round_ns) const {
    const Share& share = shares_[key.place];
    return share.round_ns == round_ns && share.used_ns >= kOfClient_ns;
  }
  void add(const Key& key, int64_t round_ns, int64_t used_ns) {
    Share& share = shares_[key.place];
    share.used_ns = share.round_ns == round_ns ? share.used_ns + used_ns : used_ns;
    share.round_ns = round_ns;
  }

  bool empty() const { return waiting_.empty(); }
  void push(const Key& key, Connection& waiting) { waiting_.push(key.client, waiting); }
  Connection& pop() { return waiting_.pop(); }
  void remove(const Key& key, Connection& waiting) { waiting_.remove(key.client, waiting); }

 private:
  struct Share {
    int64_t round_ns = 0;
    int64_t used_ns = 0;
  };

  std::array<Share, 256> shares_{};
  TurnQueue<std::array<uint8_t, 16>, Connection> waiting_;
  uint64_t last_key_ = 0;  // of connections that are a client each
};

}  // namespace prodev::http
