// RequestBody: the content of a request, gathered as it arrives: in memory up to a limit and while
// the budget for that lasts, else in an unnamed temporary file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/budget.h"
#include "base/result.h"
#include "base/temporary_store.h"

namespace prodev::http {

struct BodyLimits {
  uint64_t memory_bytes = 262'144;
  uint64_t body_bytes = 16'777'216;
  base::TemporaryStore* temporary = nullptr;
  base::Budget* memory = nullptr;  // of all bodies that are in memory; none: no limit
  base::Budget::Client client{};   // whose the body is
};

// kTooLarge, in words for the client.
base::Error too_large(const BodyLimits& limits);

class RequestBody {
 public:
  // kTooLarge over the limit; else as TemporaryStore and TemporaryFile.
  base::Result<void> append(std::string_view data, const BodyLimits& limits);
  // To be called after the last append(): what is still gathered in memory goes to the file.
  base::Result<void> finish();
  // Refers to bytes owned by somebody else until detach().
  void borrow(std::string_view data) { borrowed_ = data; }
  void detach();

  uint64_t size() const { return file_ ? file_->size() + stored_.size() : memory().size(); }
  bool in_file() const { return file_.has_value(); }
  // The whole body, when it is not in a file.
  std::string_view memory() const { return borrowed_.data() != nullptr ? borrowed_ : stored_; }
  // The file, when it is in one; read it with pread(2) from offset 0. Owned here.
  int file() const { return file_ ? file_->file() : -1; }
  // The whole body, read from the file if need be (blocking then: not for the inline lane).
  base::Result<std::string> read_all() const;
  void clear();
  // What it holds of its client's part of the memory.
  uint64_t held_bytes() const { return memory_.held_with_others(); }

 private:
  base::Result<void> move_to_file(const BodyLimits& limits);

  std::string_view borrowed_;
  std::string stored_;  // the whole, or what is not in the file yet
  base::Budget::Lease memory_;
  std::optional<base::TemporaryFile> file_;
};

}  // namespace prodev::http
