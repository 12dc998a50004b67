// The chunked decoder: bytes decode alike however they arrive, and what was encoded comes back.
#include <algorithm>
#include <charconv>
#include <string>

#include "http/chunked.h"
#include "pieces.h"

namespace {

using namespace prodev;
using fuzz::require;
using Progress = http::ChunkedDecoder::Progress;

struct Decoded {
  Progress end = Progress::kIncomplete;
  std::string body;
  size_t taken = 0;  // bytes of the input, when done

  bool operator==(const Decoded&) const = default;
};

Decoded decode(const std::vector<std::string_view>& pieces) {
  http::ChunkedDecoder decoder;
  Decoded decoded;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const size_t before = piece.size();
      std::string_view data;
      decoded.end = decoder.next(piece, data);
      require(piece.size() < before, "every step takes something");
      decoded.taken += before - piece.size();
      if (decoded.end == Progress::kData) {
        require(!data.empty() && data.size() <= before, "a run of data is of the input");
        decoded.body += data;
        decoded.end = Progress::kIncomplete;
      } else if (decoded.end != Progress::kIncomplete) {
        return decoded;
      }
    }
  }
  return decoded;
}

std::string encode(const std::vector<std::string_view>& chunks) {
  std::string encoded;
  for (const std::string_view chunk : chunks) {
    char digits[16];
    encoded.append(digits, std::to_chars(digits, digits + sizeof digits, chunk.size(), 16).ptr);
    encoded.append("\r\n").append(chunk).append("\r\n");
  }
  return encoded + "0\r\n\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Decoded whole = decode({text});
  require(whole == decode(fuzz::cut(text, data[0])), "a body is the same however it arrives");
  require(whole.body.size() <= text.size(), "a body is no longer than what was sent");

  const std::string encoded = encode(fuzz::cut(text, data[0])) + "GET";
  const Decoded again = decode(fuzz::cut(encoded, static_cast<uint8_t>(data[0] + 3)));
  require(again.end == Progress::kDone && again.body == text, "what was encoded comes back");
  require(again.taken == encoded.size() - 3, "the decoder stops at the end of the body");
  return 0;
}
