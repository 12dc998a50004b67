#include "net/ticket_keys.h"

#include "catch.h"

namespace prodev::net {

TEST_CASE("a ticket key seals for an hour, opens for another, and is gone then") {
  TicketKeys keys;
  const auto first = keys.sealing(1'000);
  REQUIRE(first);
  CHECK(keys.sealing(1'000 + TicketKeys::kLifetime_s - 1)->name == first->name);
  const auto second = keys.sealing(1'000 + TicketKeys::kLifetime_s);
  REQUIRE(second);
  CHECK(second->name != first->name);
  CHECK(second->cipher != first->cipher);
  CHECK(second->mac != first->mac);
  const auto opens = [&](const TicketKeys::Key& key, int64_t now_s) {
    return keys.opening(key.name.data(), now_s).has_value();
  };
  CHECK(opens(*first, 1'000 + 2 * TicketKeys::kLifetime_s - 1));
  CHECK(opens(*second, 1'000 + 2 * TicketKeys::kLifetime_s - 1));
  CHECK_FALSE(opens(*first, 1'000 + 2 * TicketKeys::kLifetime_s));
  CHECK(opens(*second, 1'000 + 2 * TicketKeys::kLifetime_s));
  CHECK_FALSE(opens(*second, 1'000 + 3 * TicketKeys::kLifetime_s));
}

TEST_CASE("a ticket key that nobody has made opens nothing") {
  TicketKeys keys;
  const TicketKeys::Key unknown;
  CHECK_FALSE(keys.opening(unknown.name.data(), 0));
  REQUIRE(keys.sealing(0));
  CHECK_FALSE(keys.opening(unknown.name.data(), 0));
}

}  // namespace prodev::net
