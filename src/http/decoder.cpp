#include "http/decoder.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "text/ascii.h"

namespace prodev::http {

namespace {

constexpr size_t kDecodedPiece = 65'536;
constexpr int kGzipWindow = 15 + 16;  // the largest; a gzip header and no other (zlib.h)

struct EndInflate {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;
  }
};
using Inflater = std::unique_ptr<z_stream, EndInflate>;

base::Result<Inflater> make_inflater() {
  Inflater inflater(new z_stream{});
  if (::inflateInit2(inflater.get(), kGzipWindow) != Z_OK)
    return base::fail(base::Code::kUnavailable, "no memory to decode a request body");
  return inflater;
}

}  // namespace

bool is_gzip(std::string_view content_encoding) {
  return text::equal_ignoring_case(content_encoding, "gzip") ||
         text::equal_ignoring_case(content_encoding, "x-gzip");
}

bool is_plain(std::string_view content_encoding) {
  return content_encoding.empty() || text::equal_ignoring_case(content_encoding, "identity");
}

base::Result<std::string> gunzip(std::string_view bytes, uint64_t most_bytes,
                                 const MayGrow& may_grow) {
  TRY_ASSIGN(const Inflater inflater, make_inflater());
  z_stream& stream = *inflater;
  std::string out;
  // One buffer for all pieces: there may be a million members that hold nothing.
  std::string piece(kDecodedPiece, '\0');
  while (!bytes.empty()) {
    const size_t given = std::min<size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = kDecodedPiece;
    const int step = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, kDecodedPiece - stream.avail_out);
    bytes.remove_prefix(given - stream.avail_in);
    if (out.size() > most_bytes || (may_grow && !may_grow(out.size()))) {
      return base::fail(base::Code::kTooLarge, "the request body is larger than " +
                                                   std::to_string(most_bytes) +
                                                   " bytes when it is decoded");
    }
    if (step == Z_STREAM_END) {
      if (bytes.empty()) return out;
      ::inflateReset(&stream);
    } else if (step != Z_OK && step != Z_BUF_ERROR) {
      return base::fail(base::Code::kBadInput, "the request body is not gzip");
    }
  }
  return base::fail(base::Code::kBadInput, "the gzip data of the request body is cut short");
}

}  // namespace prodev::http
