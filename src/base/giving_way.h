// How long work on a thread that others wait for learns that they come first, and for whom it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace prodev::base {

// For as long as it lives, this thread works for `client`, and `others_come_first` answers
// must_give_way() on it.
class GivingWay {
 public:
  using Client = std::array<uint8_t, 16>;  // net::Address::client_key

  GivingWay(const Client& client, std::function<bool()> others_come_first);
  ~GivingWay();
  GivingWay(const GivingWay&) = delete;
  GivingWay& operator=(const GivingWay&) = delete;

  // Whether the work was told to end: what came of it is to be thrown away, and it begins again
  // later.
  bool happened() const { return happened_; }

 private:
  friend bool must_give_way();
  friend Client served_client();

  const Client client_;
  const std::function<bool()> others_come_first_;
  bool happened_ = false;
};

// Whether what this thread does for a client is to end now. It may be asked some hundred times a
// second, by work that changes nothing.
bool must_give_way();

// For whom this thread works. Zeros: for no client.
GivingWay::Client served_client();

}  // namespace prodev::base
