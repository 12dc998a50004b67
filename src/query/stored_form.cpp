#include "query/stored_form.h"

#include <sqlite3.h>

#include <limits>
#include <string>

#include "query/sql_function.h"
#include "text/ascii.h"

namespace prodev::query {

namespace {

constexpr std::string_view kInteger = "integer";
constexpr std::string_view kReal = "real";
constexpr std::string_view kText = "text";

// A whole number is stored as an integer where nothing of it is lost.
void result_whole(sqlite3_context* context, sqlite3_value* value) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  const double real = ::sqlite3_value_double(value);
  if (real > -kLimit && real < kLimit) {
    const auto whole = static_cast<int64_t>(real);
    if (static_cast<double>(whole) == real && whole != std::numeric_limits<int64_t>::max())
      return ::sqlite3_result_int64(context, whole);
  }
  ::sqlite3_result_value(context, value);
}

void as_text(sqlite3_context* context, sqlite3_value* value) {
  const int type = ::sqlite3_value_type(value);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return ::sqlite3_result_value(context, value);
  const unsigned char* text = ::sqlite3_value_text(value);
  if (text == nullptr) return ::sqlite3_result_error_nomem(context);
  ::sqlite3_result_text(context, reinterpret_cast<const char*>(text), ::sqlite3_value_bytes(value),
                        SQLITE_TRANSIENT);
}

void as_stored(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  sqlite3_value* value = values[0];
  const auto* word = reinterpret_cast<const char*>(::sqlite3_value_text(values[1]));
  const std::string_view affinity = word == nullptr ? "" : word;
  if (affinity == kText) return as_text(context, value);
  // Makes a number of a text that is one, and of no other.
  const int type = ::sqlite3_value_numeric_type(value);
  if (type == SQLITE_INTEGER && affinity == kReal)
    return ::sqlite3_result_double(context, ::sqlite3_value_double(value));
  if (type == SQLITE_FLOAT && affinity != kReal) return result_whole(context, value);
  ::sqlite3_result_value(context, value);
}

bool contains(std::string_view type, std::string_view word) {
  return type.find(word) != std::string_view::npos;
}

}  // namespace

std::string_view affinity_of(const catalog::Column& column) {
  std::string type(column.declared_type);
  for (char& c : type) c = text::to_lower(c);
  if (contains(type, "int")) return kInteger;
  if (contains(type, "char") || contains(type, "clob") || contains(type, "text")) return kText;
  if (type.empty() || contains(type, "blob")) return {};
  if (contains(type, "real") || contains(type, "floa") || contains(type, "doub")) return kReal;
  return kNumericAffinity;
}

base::Result<void> register_stored_form(db::Connection& connection) {
  constexpr SqlFunction kAsStored[] = {{"_as_stored", 2, as_stored}};
  return register_all(connection, kAsStored);
}

}  // namespace prodev::query
