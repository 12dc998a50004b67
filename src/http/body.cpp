#include "http/body.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/temporary_file.h"

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
  if (!file_ && stored_.size() + data.size() > limits.memory_bytes) {
    TRY(move_to_file(limits.directory));
  }
  stored_.append(data);
  // In blocks: a body may arrive one byte a chunk.
  return file_ && stored_.size() >= kBlock ? finish() : base::Result<void>();
}

base::Result<void> RequestBody::finish() {
  if (!file_ || stored_.empty()) return {};
  TRY(base::write_all(file_.get(), stored_));
  file_size_ += stored_.size();
  stored_.clear();
  return {};
}

base::Result<void> RequestBody::move_to_file(const std::string& directory) {
  TRY_ASSIGN(file_, base::make_temporary_file(directory));
  return finish();
}

void RequestBody::detach() {
  if (borrowed_.data() == nullptr) return;
  stored_.assign(borrowed_);
  borrowed_ = {};
}

base::Result<std::string> RequestBody::read_all() const {
  if (!file_) return std::string(memory());
  std::string all(static_cast<size_t>(file_size_), '\0');
  size_t done = 0;
  while (done < all.size()) {
    const ssize_t n =
        ::pread(file_.get(), all.data() + done, all.size() - done, static_cast<off_t>(done));
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
  file_.reset();
  file_size_ = 0;
}

}  // namespace prodev::http
