#include "http/encoder.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <new>

#include "text/negotiation.h"

namespace prodev::http {

namespace {

constexpr int kGzipLevel = 1;
constexpr int kBrotliQuality = 4;
constexpr size_t kPiece = 16'384;  // of output at a time

}  // namespace

Coding choose_coding(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return Coding::kIdentity;
  const int gzip = text::coding_quality(accept_encoding, "gzip");
  const int brotli = text::coding_quality(accept_encoding, "br");
  const int identity = text::coding_quality(accept_encoding, "identity");
  const int best = std::max(gzip, brotli);
  if (best == 0 || best < identity) return Coding::kIdentity;
  return gzip == best ? Coding::kGzip : Coding::kBrotli;
}

std::string_view coding_name(Coding coding) {
  static constexpr std::string_view kNames[] = {"identity", "gzip", "br"};
  return kNames[static_cast<size_t>(coding)];
}

void Encoder::EndGzip::operator()(z_stream_s* stream) const {
  ::deflateEnd(stream);
  delete stream;
}

void Encoder::EndBrotli::operator()(BrotliEncoderStateStruct* state) const {
  ::BrotliEncoderDestroyInstance(state);
}

Encoder::Encoder(Coding coding) : coding_(coding) {}

void Encoder::append(std::string_view bytes, std::string& out) {
  if (coding_ == Coding::kGzip) {
    run_gzip(bytes, false, out);
  } else {
    run_brotli(bytes, false, out);
  }
}

void Encoder::finish(std::string& out) {
  if (coding_ == Coding::kGzip) {
    run_gzip({}, true, out);
    ::deflateReset(gzip_.get());
  } else {
    run_brotli({}, true, out);
    brotli_.reset();  // it cannot be used again
  }
}

void Encoder::run_gzip(std::string_view bytes, bool last, std::string& out) {
  if (!gzip_) {
    constexpr int kGzipFraming = 15 + 16;  // the largest window, in gzip's format (zlib.h)
    auto stream = std::make_unique<z_stream_s>();
    if (::deflateInit2(stream.get(), kGzipLevel, Z_DEFLATED, kGzipFraming, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc();
    gzip_.reset(stream.release());
  }
  while (!bytes.empty() || last) {
    // zlib counts in 32 bits.
    const std::string_view part = bytes.substr(0, 1 << 30);
    bytes.remove_prefix(part.size());
    gzip_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));  // it only reads
    gzip_->avail_in = static_cast<uInt>(part.size());
    const int flush = last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH;
    do {
      const size_t size = out.size();
      out.resize(size + kPiece);
      gzip_->next_out = reinterpret_cast<Bytef*>(out.data() + size);
      gzip_->avail_out = kPiece;
      ::deflate(gzip_.get(), flush);
      out.resize(out.size() - gzip_->avail_out);
    } while (gzip_->avail_out == 0);
    if (flush == Z_FINISH) return;
  }
}

void Encoder::run_brotli(std::string_view bytes, bool last, std::string& out) {
  if (!brotli_) {
    brotli_.reset(::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr));
    if (!brotli_) throw std::bad_alloc();
    ::BrotliEncoderSetParameter(brotli_.get(), BROTLI_PARAM_QUALITY, kBrotliQuality);
    ::BrotliEncoderSetParameter(brotli_.get(), BROTLI_PARAM_LGWIN, 18);
  }
  const auto operation = last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
  size_t left = bytes.size();
  const auto* next = reinterpret_cast<const uint8_t*>(bytes.data());
  do {
    size_t no_room = 0;
    ::BrotliEncoderCompressStream(brotli_.get(), operation, &left, &next, &no_room, nullptr,
                                  nullptr);
    size_t made = 0;
    while (const uint8_t* encoded = ::BrotliEncoderTakeOutput(brotli_.get(), &made)) {
      out.append(reinterpret_cast<const char*>(encoded), made);
      made = 0;
    }
  } while (left > 0 || (last && ::BrotliEncoderIsFinished(brotli_.get()) == BROTLI_FALSE));
}

}  // namespace prodev::http
