#include "auth/base64url.h"

#include <sodium.h>

namespace prodev::auth {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string encode_base64url(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  out.pop_back();  // the NUL that libsodium ends it with
  return out;
}

bool decode_base64url(std::string_view text, std::string& out) {
  out.resize(text.size() / 4 * 3 + 3);
  size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                       text.data(), text.size(), nullptr, &size, &end, kVariant);
  if (failed != 0 || end != text.data() + text.size()) return false;
  out.resize(size);
  return true;
}

}  // namespace prodev::auth
