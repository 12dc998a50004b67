// HTTP methods (RFC 9110 section 9, RFC 5789).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prodev::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

// kOther for anything else, however well formed. Case-sensitive, as methods are.
Method find_method(std::string_view text);

// A set of methods, for route rows: kGet | kPost.
class MethodSet {
 public:
  constexpr MethodSet(Method method) : bits_(bit(method)) {}  // NOLINT: a method is a set of one
  constexpr MethodSet operator|(MethodSet other) const { return MethodSet(bits_ | other.bits_, 0); }
  constexpr bool contains(Method method) const { return (bits_ & bit(method)) != 0; }
  // "GET, HEAD, OPTIONS": the value of an Allow header.
  std::string allow() const;

 private:
  constexpr MethodSet(int bits, int) : bits_(static_cast<uint8_t>(bits)) {}
  static constexpr uint8_t bit(Method method) {
    return static_cast<uint8_t>(1U << static_cast<unsigned>(method));
  }
  uint8_t bits_;
};

constexpr MethodSet operator|(Method a, Method b) { return MethodSet(a) | MethodSet(b); }

}  // namespace prodev::http
