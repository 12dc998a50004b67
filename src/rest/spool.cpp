#include "rest/spool.h"

namespace prodev::rest {

SpooledBody::SpooledBody(base::TemporaryStore& store, const base::Budget::Client& client,
                         uint64_t max_bytes, http::Coding coding)
    : store_(store), client_(client), max_bytes_(max_bytes) {
  if (coding != http::Coding::kIdentity) encoder_.emplace(coding);
}

base::Result<void> SpooledBody::take(std::string& body, bool last) {
  raw_bytes_ += body.size();
  if (raw_bytes_ > max_bytes_) {
    return base::fail(base::Code::kTooLarge, "the response is larger than " +
                                                 std::to_string(max_bytes_) +
                                                 " bytes: ask for fewer rows with limit");
  }
  if (!file_) {
    TRY_ASSIGN(file_, store_.make(client_));
  }
  if (encoder_) {
    std::string encoded;
    encoder_->append(body, encoded);
    if (last) encoder_->finish(encoded);
    body.swap(encoded);
  }
  TRY(file_->write(body));
  body.clear();
  return {};
}

void SpooledBody::send(http::Response& response, const std::string& content_type) && {
  if (encoder_) response.add_header("Content-Encoding", http::coding_name(encoder_->coding()));
  const auto owner = std::make_shared<base::TemporaryFile>(std::move(*file_));
  response.set_segment({{}, owner->file(), 0, owner->size(), owner, &owner->room()}, content_type);
}

}  // namespace prodev::rest
