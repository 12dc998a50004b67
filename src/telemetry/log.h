// Log: structured lines on standard error, as text for people or JSON for machines.
//
// Lines are handed to one writer thread through a bounded buffer, so that a stalled reader of the
// log never stalls a request; what does not fit is counted and reported once there is room again.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace prodev::telemetry {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

// One value of a line. Numbers are written bare in JSON.
struct Field {
  Field(std::string_view name, std::string_view value) : key(name), text(value) {}
  Field(std::string_view name, const char* value) : key(name), text(value) {}
  Field(std::string_view name, const std::string& value) : key(name), text(value) {}
  template <class Integer>
  requires std::is_integral_v<Integer> Field(std::string_view name, Integer value)
      : key(name), number(static_cast<int64_t>(value)), is_number(true) {}

  std::string_view key;
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

struct LogOptions {
  LogFormat format = LogFormat::kText;
  Level level = Level::kInfo;
  int fd = 2;  // not owned
  size_t buffer_bytes = 1 << 20;
};

// Starts the writer thread; call once before any thread logs. Without it lines are written at once
// to standard error as text (command-line tools, tests).
void start_log(const LogOptions& options);
// Writes what is buffered and ends the thread.
void stop_log();

bool log_enabled(Level level);
// Thread-safe, does not block on the reader. Control characters in values are escaped.
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});

// Lines dropped since start because the buffer was full.
uint64_t log_dropped();

// A request that has been answered.
struct AccessRecord {
  std::string_view request_id, client, method, target, route, protocol, user_agent;
  int status = 0;
  uint64_t request_bytes = 0;   // body
  uint64_t response_bytes = 0;  // body
  int64_t duration_us = 0;
};

// AccessLog gathers the lines of one loop and hands them over once per turn of the loop.
// One per thread; not thread-safe.
class AccessLog {
 public:
  explicit AccessLog(bool enabled) : enabled_(enabled) {}
  bool enabled() const { return enabled_; }
  // The query string of `target` is logged with the values of secrets (apikey, token, code,
  // access_token, refresh_token, password) replaced by "***".
  void add(const AccessRecord& record);
  void flush();

 private:
  bool enabled_;
  std::string pending_;
};

}  // namespace prodev::telemetry
