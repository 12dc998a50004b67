#include "http/body.h"

#include <unistd.h>

#include <cerrno>

namespace prodev::http {

namespace {

constexpr size_t kBlock = 65'536;  // what is written to a file at once

}  // namespace

base::Error too_large(const BodyLimits& limits) {
  return {base::Code::kTooLarge,
          "the request body is larger than " + std::to_string(limits.body_bytes) + " bytes"};
}

base::Result<void> RequestBody::append(std::string_view data, const BodyLimits& limits) {
  if (size() + data.size() > limits.body_bytes) return tl::make_unexpected(too_large(limits));
  if (!file_) {
    if (limits.memory != nullptr && stored_.empty())
      memory_ = base::Budget::Lease(*limits.memory, limits.client);
    const size_t needed = stored_.size() + data.size();
    if (needed > limits.memory_bytes || memory_.grow_to(needed) != base::Budget::Grant::kGranted)
      TRY(move_to_file(limits));
  }
  stored_.append(data);
  // In blocks: a body may arrive one byte a chunk.
  return file_ && stored_.size() >= kBlock ? finish() : base::Result<void>();
}

base::Result<void> RequestBody::finish() {
  if (!file_ || stored_.empty()) return {};
  TRY(file_->write(stored_));
  stored_.clear();
  return {};
}

base::Result<void> RequestBody::move_to_file(const BodyLimits& limits) {
  TRY_ASSIGN(file_, limits.temporary->make(limits.client));
  TRY(finish());
  std::string().swap(stored_);
  memory_.release();
  return {};
}

void RequestBody::detach() {
  if (borrowed_.data() == nullptr) return;
  stored_.assign(borrowed_);
  borrowed_ = {};
}

base::Result<std::string> RequestBody::read_all() const {
  if (!file_) return std::string(memory());
  std::string all(static_cast<size_t>(file_->size()), '\0');
  size_t done = 0;
  while (done < all.size()) {
    const ssize_t n =
        ::pread(file_->file(), all.data() + done, all.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail_errno("cannot read the stored request body", errno);
    if (n == 0) return base::fail(base::Code::kUnavailable, "the stored request body is cut short");
    done += static_cast<size_t>(n);
  }
  return all;
}

void RequestBody::clear() {
  borrowed_ = {};
  stored_.clear();
  memory_.release();
  file_.reset();
}

}  // namespace prodev::http
