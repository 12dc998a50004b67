#include "http/encoder.h"

#include <brotli/decode.h>
#include <zlib.h>

#include "catch.h"

namespace prodev::http {
namespace {

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(4'000'000, '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

std::string unbrotli(std::string_view bytes) {
  std::string out(4'000'000, '\0');
  size_t size = out.size();
  CHECK(::BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()),
                                  &size, reinterpret_cast<uint8_t*>(out.data())) ==
        BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(size);
  return out;
}

std::string decoded(Coding coding, std::string_view bytes) {
  return coding == Coding::kGzip ? gunzip(bytes) : unbrotli(bytes);
}

std::string rows(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += "{\"id\":" + std::to_string(i * 7919) + "},\n";
  return text;
}

}  // namespace

TEST_CASE("an encoder's bodies decode to what it was given, in pieces, one after the other") {
  for (const Coding coding : {Coding::kGzip, Coding::kBrotli}) {
    Encoder encoder(coding);
    for (const size_t count : {0, 1, 100, 100'000, 3}) {
      const std::string text = rows(count);
      std::string out;
      for (size_t at = 0; at < text.size(); at += 50'000)
        encoder.append(std::string_view(text).substr(at, 50'000), out);
      encoder.finish(out);
      CHECK(decoded(coding, out) == text);
      if (count >= 100) CHECK(out.size() < text.size() / 2);
    }
  }
}

TEST_CASE("the coding is the one that is accepted most gladly, and gzip of two") {
  CHECK(choose_coding("") == Coding::kIdentity);
  CHECK(choose_coding("gzip, deflate, br, zstd") == Coding::kGzip);
  CHECK(choose_coding("br;q=1.0, gzip;q=0.8") == Coding::kBrotli);
  CHECK(choose_coding("br") == Coding::kBrotli);
  CHECK(choose_coding("*") == Coding::kGzip);
  CHECK(choose_coding("gzip;q=0, br;q=0") == Coding::kIdentity);
  CHECK(choose_coding("gzip;q=0.2, identity;q=0.5") == Coding::kIdentity);
  CHECK(coding_name(Coding::kBrotli) == "br");
}

}  // namespace prodev::http
