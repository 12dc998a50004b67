// Encoder: compresses a body while it is made (RFC 9110 section 8.4.1).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;
struct BrotliEncoderStateStruct;

namespace prodev::http {

enum class Coding : uint8_t { kIdentity, kGzip, kBrotli };

// The coding that `accept_encoding` likes best; gzip of two that it likes as much, which is the
// cheaper one to make.
Coding choose_coding(std::string_view accept_encoding);

// "gzip", "br".
std::string_view coding_name(Coding coding);

// Belongs to one thread at a time. One that is kept needs no new memory for the next body.
class Encoder {
 public:
  // `coding` is not kIdentity.
  explicit Encoder(Coding coding);

  // Appends what is ready of the encoded form of `bytes` to `out`.
  void append(std::string_view bytes, std::string& out);
  // Ends the body, and makes the encoder ready for another one.
  void finish(std::string& out);

  Coding coding() const { return coding_; }

 private:
  struct EndGzip {
    void operator()(z_stream_s* stream) const;
  };
  struct EndBrotli {
    void operator()(BrotliEncoderStateStruct* state) const;
  };
  void run_gzip(std::string_view bytes, bool last, std::string& out);
  void run_brotli(std::string_view bytes, bool last, std::string& out);

  Coding coding_;
  std::unique_ptr<z_stream_s, EndGzip> gzip_;
  std::unique_ptr<BrotliEncoderStateStruct, EndBrotli> brotli_;
};

}  // namespace prodev::http
