// SpooledBody: a response body that is too large for memory, in an unnamed temporary file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/temporary_store.h"
#include "http/encoder.h"
#include "http/response.h"

namespace prodev::rest {

// Encoded on its way, if that was agreed on. Blocks on the disk: for the read lane. Belongs to one
// thread; what it is made with outlives it.
class SpooledBody {
 public:
  SpooledBody(base::TemporaryStore& store, const base::Budget::Client& client, uint64_t max_bytes,
              http::Coding coding);

  bool begun() const { return file_.has_value(); }

  // Takes `body` and empties it. kTooLarge beyond `max_bytes`; else as TemporaryFile.
  base::Result<void> take(std::string& body, bool last);

  // What was taken, to be sent; the file lives as long as it is.
  void send(http::Response& response, const std::string& content_type) &&;

 private:
  base::TemporaryStore& store_;
  const base::Budget::Client client_;
  const uint64_t max_bytes_;
  uint64_t raw_bytes_ = 0;
  std::optional<http::Encoder> encoder_;
  std::optional<base::TemporaryFile> file_;
};

}  // namespace prodev::rest
