#include "rest/room.h"

#include <memory>
#include <utility>

namespace prodev::rest {

namespace {

// What waits has no turn of the processor (db/turns.h) to give.
constexpr base::Budget::Patience kPatience{1'000'000'000, [] { return true; }};

}  // namespace

query::Outcome<void> hold(base::Budget::Lease& memory, uint64_t bytes, Wait wait) {
  switch (memory.grow_to(bytes, wait == Wait::kForOthers ? &kPatience : nullptr)) {
    case base::Budget::Grant::kGranted:
      return {};
    case base::Budget::Grant::kTooMuch:
      return query::refuse({413,
                            "54000",
                            "the request takes more memory than one client may have",
                            {},
                            "Send or ask for fewer rows at once, or have request_memory_bytes "
                            "raised."});
    case base::Budget::Grant::kBusy:
      break;
  }
  return query::refuse(
      {503, "53200", "the memory for requests is in use at the moment: try again"});
}

query::Outcome<void> set_held_body(http::Response& response, base::Budget::Lease memory,
                                   std::string body, const std::string& content_type) {
  if (body.size() <= base::Budget::kStep) {
    response.set_body(std::move(body), content_type);
    return {};
  }
  const auto held = std::make_shared<HeldBody>(HeldBody{std::move(body), std::move(memory)});
  TRY(hold(held->lease, held->bytes.size(), Wait::kNo));
  response.set_segment({held->bytes, -1, 0, held->bytes.size(), held, &held->lease}, content_type);
  return {};
}

query::ApiError storage_error(const base::Error& error) {
  if (error.code == base::Code::kBusy) return {503, "53100", error.message};
  return error;
}

}  // namespace prodev::rest
