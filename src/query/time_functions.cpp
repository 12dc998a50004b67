#include "query/time_functions.h"

#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "db/errors.h"
#include "query/date_time.h"
#include "query/sql_function.h"

namespace prodev::query {

namespace {

// Longer texts are no times, and are not looked at.
constexpr size_t kMostBytes = 64;

void time_key_function(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  const bool may_be = ::sqlite3_value_type(values[0]) == SQLITE_TEXT &&
                      static_cast<size_t>(::sqlite3_value_bytes(values[0])) <= kMostBytes;
  if (!may_be) return ::sqlite3_result_value(context, values[0]);
  PlainKey plain;
  if (plain_time_key(text_of(values[0]), plain)) {
    ::sqlite3_result_text(context, plain.data(), static_cast<int>(plain.size()), SQLITE_TRANSIENT);
    return;
  }
  guarded(context, [&] {
    const std::optional<std::string> key = time_key(text_of(values[0]));
    if (!key) return ::sqlite3_result_value(context, values[0]);
    ::sqlite3_result_text64(context, key->data(), key->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

template <std::string TextRange::*end>
void spelling_function(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  const std::string_view text = text_of(values[0]);
  if (text.size() > kMostBytes) return;
  guarded(context, [&] {
    if (!is_timestamp(text)) return;
    const std::string bound = spellings_of(*time_key(text)).*end;
    ::sqlite3_result_text64(context, bound.data(), bound.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
}

// What a value is compared by: numbers come before texts and these before blobs, and texts that are
// times are compared as such.
struct Key {
  enum class Class : uint8_t { kNumber, kText, kBlob };
  Class value_class = Class::kNumber;
  double number = 0;
  std::string bytes;

  auto rank() const { return std::tie(value_class, number, bytes); }
};

Key key_of(sqlite3_value* value) {
  Key key;
  const int type = ::sqlite3_value_type(value);
  if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
    key.number = ::sqlite3_value_double(value);
    return key;
  }
  if (type == SQLITE_BLOB) {
    key.value_class = Key::Class::kBlob;
    const auto* bytes = static_cast<const char*>(::sqlite3_value_blob(value));
    key.bytes.assign(bytes, static_cast<size_t>(::sqlite3_value_bytes(value)));
    return key;
  }
  key.value_class = Key::Class::kText;
  const std::string_view text = text_of(value);
  std::optional<std::string> time;
  if (text.size() <= kMostBytes) time = time_key(text);
  key.bytes = time ? std::move(*time) : std::string(text);
  return key;
}

// The extreme so far, as it is stored.
struct Extreme {
  Key key;
  sqlite3_value* value = nullptr;

  ~Extreme() { ::sqlite3_value_free(value); }
};

// The aggregate's state: SQLite zeroes it, and knows when it is over.
struct State {
  Extreme* extreme;
};

template <bool greatest>
void extreme_step(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  if (is_null(values[0])) return;
  guarded(context, [&] {
    auto* state = static_cast<State*>(::sqlite3_aggregate_context(context, sizeof(State)));
    if (state == nullptr) return ::sqlite3_result_error_nomem(context);
    Extreme*& extreme = state->extreme;
    Key key = key_of(values[0]);
    if (extreme != nullptr &&
        (greatest ? key.rank() <= extreme->key.rank() : key.rank() >= extreme->key.rank()))
      return;
    if (extreme == nullptr) extreme = new Extreme;
    ::sqlite3_value_free(extreme->value);
    extreme->key = std::move(key);
    extreme->value = ::sqlite3_value_dup(values[0]);
    if (extreme->value == nullptr) ::sqlite3_result_error_nomem(context);
  });
}

void extreme_final(sqlite3_context* context) noexcept {
  auto* state = static_cast<State*>(::sqlite3_aggregate_context(context, 0));
  const std::unique_ptr<Extreme> extreme(state == nullptr ? nullptr : state->extreme);
  if (extreme != nullptr && extreme->value != nullptr)
    ::sqlite3_result_value(context, extreme->value);
}

constexpr SqlFunction kTimeFunctions[] = {
    {"_time_key", 1, time_key_function},
    {"_time_least", 1, spelling_function<&TextRange::least>},
    {"_time_most", 1, spelling_function<&TextRange::below>},
    {"_time_min", 1, nullptr, extreme_step<false>, extreme_final},
    {"_time_max", 1, nullptr, extreme_step<true>, extreme_final},
};

}  // namespace

base::Result<void> register_time_functions(db::Connection& connection) {
  return register_all(connection, kTimeFunctions);
}

}  // namespace prodev::query
