// How long work on a thread that others wait for learns that they come first.
#pragma once

#include <functional>

namespace prodev::base {

// For as long as it lives, `others_come_first` answers must_give_way() on this thread.
class GivingWay {
 public:
  explicit GivingWay(std::function<bool()> others_come_first);
  ~GivingWay();
  GivingWay(const GivingWay&) = delete;
  GivingWay& operator=(const GivingWay&) = delete;

  // Whether the work was told to end: what came of it is to be thrown away, and it begins again
  // later.
  bool happened() const { return happened_; }

 private:
  friend bool must_give_way();

  const std::function<bool()> others_come_first_;
  bool happened_ = false;
};

// Whether what this thread does for a client is to end now. It may be asked some hundred times a
// second, by work that changes nothing.
bool must_give_way();

}  // namespace prodev::base
