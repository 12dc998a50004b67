#include "assets/assets.h"

#include <brotli/decode.h>
#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/build_info.h"
#include "catch.h"

namespace {

using prodev::assets::all;
using prodev::assets::Asset;
using prodev::assets::find;

const std::uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// Empty when `packed` is not brotli of `size` bytes.
std::string unpack_brotli(std::string_view packed, size_t size) {
  std::string out(size, '\0');
  size_t written = size;
  const BrotliDecoderResult result = BrotliDecoderDecompress(
      packed.size(), as_bytes(packed), &written, reinterpret_cast<std::uint8_t*>(out.data()));
  return result == BROTLI_DECODER_RESULT_SUCCESS && written == size ? out : std::string();
}

// Empty when `packed` is not gzip of `size` bytes.
std::string unpack_gzip(std::string_view packed, size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string out(size, '\0');
  stream.next_in = const_cast<Bytef*>(as_bytes(packed));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  return whole ? out : std::string();
}

// The bytes of the file.
std::string whole(const Asset& asset) {
  if (!asset.identity.empty() || asset.gzip.empty()) return std::string(asset.identity);
  // The last four bytes of gzip are the size, least significant first (RFC 1952 section 2.3.1).
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i)
    size |= static_cast<size_t>(as_bytes(asset.gzip)[asset.gzip.size() - 4 + i]) << (8 * i);
  return unpack_gzip(asset.gzip, size);
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), as_bytes(bytes), bytes.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace

TEST_CASE("every embedded file is found by its path, and its table is sorted", "[assets]") {
  REQUIRE_FALSE(all().empty());
  for (const Asset& asset : all()) {
    INFO(asset.path);
    CHECK(find(asset.path) == &asset);
  }
  CHECK(std::is_sorted(all().begin(), all().end(),
                       [](const Asset& a, const Asset& b) { return a.path < b.path; }));
}

TEST_CASE("a path that was not embedded is not found", "[assets]") {
  const std::string first(all().front().path);
  for (const std::string& path : {std::string(), std::string("static"), std::string("zzz"),
                                  "/" + first, first + "x", first.substr(0, first.size() - 1)}) {
    INFO(path);
    CHECK(find(path) == nullptr);
  }
}

TEST_CASE("the digest of an embedded file is that of its bytes", "[assets]") {
  for (const Asset& asset : all()) {
    INFO(asset.path);
    CHECK(asset.digest == digest_of(whole(asset)));
  }
}

TEST_CASE("compressed variants unpack to the file and save at least a tenth", "[assets]") {
  size_t compressed = 0;
  for (const Asset& asset : all()) {
    INFO(asset.path);
    CHECK(asset.gzip.empty() != asset.identity.empty());  // once
    const std::string bytes = whole(asset);
    if (!asset.brotli.empty()) {
      CHECK(unpack_brotli(asset.brotli, bytes.size()) == bytes);
      CHECK(asset.brotli.size() * 10 <= bytes.size() * 9);
      ++compressed;
    }
    if (!asset.gzip.empty()) {
      CHECK(unpack_gzip(asset.gzip, bytes.size()) == bytes);
      CHECK(asset.gzip.size() * 10 <= bytes.size() * 9);
      CHECK(asset.gzip.substr(4, 4) == std::string_view("\0\0\0\0", 4));  // no time of its making
    }
  }
  CHECK(compressed > 0);
}

TEST_CASE("embedded files carry the time of the commit", "[assets]") {
  CHECK(prodev::assets::modified_at_s() == prodev::base::commit_time_s());
  CHECK(prodev::assets::modified_at_s() > 0);
}
