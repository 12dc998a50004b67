#include "base/giving_way.h"

#include <utility>

namespace prodev::base {

namespace {

thread_local GivingWay* current = nullptr;

}  // namespace

GivingWay::GivingWay(const Client& client, std::function<bool()> others_come_first)
    : client_(client), others_come_first_(std::move(others_come_first)) {
  current = this;
}

GivingWay::~GivingWay() { current = nullptr; }

bool must_give_way() {
  if (current == nullptr) return false;
  current->happened_ = current->happened_ || current->others_come_first_();
  return current->happened_;
}

GivingWay::Client served_client() {
  return current != nullptr ? current->client_ : GivingWay::Client{};
}

}  // namespace prodev::base
