#include "telemetry/request_id.h"

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"

namespace prodev::telemetry {
namespace {

// SplitMix64 over a seed from the kernel: fast, and distinct between threads and processes.
uint64_t next_random() {
  thread_local uint64_t state = base::random_u64();
  state += 0x9E3779B97F4A7C15U;
  uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

void write_hex(char* out, uint64_t bits, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i, bits >>= 4) out[i] = kHex[bits & 15];
}

void write_uuid(char* out) {
  thread_local const uint64_t lane = base::random_u64();
  const auto ms = static_cast<uint64_t>(base::wall_ms());
  const uint64_t high = next_random();
  const uint64_t low = next_random() ^ lane;
  write_hex(out, ms >> 16, 8);
  out[8] = '-';
  write_hex(out + 9, ms & 0xFFFF, 4);
  out[13] = '-';
  write_hex(out + 14, 0x7000 | (high & 0x0FFF), 4);
  out[18] = '-';
  write_hex(out + 19, 0x8000 | ((high >> 12) & 0x3FFF), 4);
  out[23] = '-';
  write_hex(out + 24, low & 0xFFFF'FFFF'FFFF, 12);
}

constexpr size_t kUuidLength = 36;

}  // namespace

void append_request_id(std::string& out) {
  const size_t at = out.size();
  out.resize(at + kUuidLength);
  write_uuid(out.data() + at);
}

std::string make_request_id() {
  std::string id;
  append_request_id(id);
  return id;
}

bool valid_request_id(std::string_view id) {
  constexpr std::string_view kMarks = "._:+/=-";
  if (id.empty() || id.size() > 128) return false;
  for (const char c : id) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && kMarks.find(c) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace prodev::telemetry
