// The head scan and parse: a head is taken or refused alike however it arrives, and what is taken
// keeps the promises of Head.
#include <algorithm>
#include <optional>
#include <string>

#include "http/head.h"
#include "pieces.h"

namespace {

using namespace prodev;
using fuzz::require;
using http::Head;
using http::HeadLimits;
using http::HeadScanner;

// The size of the head that `pieces` begin with, when it is taken; `out` is then filled.
std::optional<size_t> take(const std::vector<std::string_view>& pieces, const HeadLimits& limits,
                           std::string& arrived, Head& out) {
  HeadScanner scanner;
  arrived.clear();
  for (const std::string_view piece : pieces) {
    arrived += piece;
    const HeadScanner::Progress progress = scanner.scan(arrived, limits);
    if (progress == HeadScanner::Progress::kIncomplete) continue;
    if (progress == HeadScanner::Progress::kRefused) {
      const int status = scanner.error().status;
      require(status == 400 || status == 414 || status == 431,
              "a scan refuses with 400, 414 or 431");
      return {};
    }
    const std::string_view bytes = std::string_view(arrived).substr(0, scanner.size());
    if (http::parse_head(bytes, out)) return {};
    return scanner.size();
  }
  return {};
}

bool is_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

void check(const Head& head, std::string_view bytes, const HeadLimits& limits) {
  require(bytes.size() <= limits.head_bytes, "a head is within its limit");
  require(bytes.ends_with("\r\n\r\n"), "a head ends with an empty line");
  require(head.fields.size() <= limits.fields, "the fields are within their limit");
  require(head.method != http::Method::kOther, "the method is one that is served");
  require(head.path == "*" || head.path.starts_with('/'), "a path begins with a slash");
  require(head.path.find_first_of(" ?#") == std::string_view::npos, "a path is only a path");
  require(is_text(head.path) && is_text(head.query) && is_text(head.host), "no control characters");
  require(!(head.chunked && head.content_length), "a message is framed in one way");
  require(head.minor_version == 1 || !head.chunked, "HTTP/1.0 has no chunks");
  require(head.minor_version == 0 || head.has("host"), "HTTP/1.1 has a Host");
  size_t framings = 0;
  for (const http::Field& field : head.fields) {
    require(!field.name.empty() && is_text(field.name), "a field has a name");
    require(field.name.find_first_of(" \t:") == std::string_view::npos, "a name is a token");
    require(is_text(field.value), "a value is text");
    framings += http::equal_name(field.name, "content-length") ||
                http::equal_name(field.name, "transfer-encoding");
  }
  require(framings == (head.chunked || head.content_length ? 1U : 0U),
          "every length is understood");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const HeadLimits limits =
      data[0] < 128 ? HeadLimits{} : HeadLimits{.head_bytes = 256, .fields = 6};
  std::string arrived_whole;
  std::string arrived_cut;
  Head whole;
  Head in_pieces;
  const auto of_whole = take({text}, limits, arrived_whole, whole);
  const auto of_pieces = take(fuzz::cut(text, data[0] & 0x7f), limits, arrived_cut, in_pieces);
  require(of_whole == of_pieces, "a head is taken alike however it arrives");
  if (!of_whole) return 0;
  check(whole, text.substr(0, *of_whole), limits);
  require(whole.path == in_pieces.path && whole.query == in_pieces.query, "the target is the same");
  require(whole.content_length == in_pieces.content_length && whole.chunked == in_pieces.chunked &&
              whole.keep_alive == in_pieces.keep_alive,
          "the framing is the same");
  return 0;
}
