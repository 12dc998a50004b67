#include "query/sql_functions.h"

#include <sqlite3.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>

#include "db/errors.h"
#include "db/memory.h"
#include "query/cell.h"
#include "query/json_containment.h"
#include "query/json_path.h"
#include "query/json_shape.h"
#include "query/pattern_functions.h"
#include "query/sql_function.h"
#include "query/stored_form.h"
#include "query/time_functions.h"
#include "text/json_reader.h"

namespace prodev::query {

namespace {

using text::JsonReader;

void result_text(sqlite3_context* context, std::string_view text) {
  ::sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
}

const JsonShape* shape_of(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto* shape =
      count < 1 ? nullptr
                : static_cast<const JsonShape*>(::sqlite3_value_pointer(values[0], kJsonShapeType));
  if (shape != nullptr && shape->members.size() == static_cast<size_t>(count - 1)) return shape;
  ::sqlite3_result_error(context, "this function is for statements of the server alone", -1);
  return nullptr;
}

// What a function of ours puts together in memory, which counts as SQLite's own.
struct GrowingText {
  std::string bytes;
  size_t counted = 0;

  ~GrowingText() { db::give_memory(counted); }

  // False, with an error of the function: it may not have grown so far.
  bool may_grow(sqlite3_context* context, size_t most) {
    if (bytes.size() > most) {
      ::sqlite3_result_error_toobig(context);
      return false;
    }
    const size_t held = bytes.capacity();
    if (held <= counted) return true;
    if (!db::take_memory(held - counted)) {
      ::sqlite3_result_error_nomem(context);
      return false;
    }
    counted = held;
    return true;
  }
};

// False: the row is not whole, and there is an error.
bool append_row(sqlite3_context* context, GrowingText& text, size_t most, const JsonShape& shape,
                sqlite3_value** values) {
  std::string& out = text.bytes;
  const auto goes_on = [&](std::string&) { return text.may_grow(context, most); };
  if (!shape.bare) out.push_back('{');
  for (size_t i = 0; i < shape.members.size(); ++i) {
    const JsonShape::Member& member = shape.members[i];
    if (i > 0) out.push_back(',');
    if (!shape.bare) out += member.prefix;
    const Cell cell = Cell::of(values[i]);
    if (cell.bytes.size() <= kLongValue) {
      append_json(out, cell, member.kind, member.always_json);
    } else if (!append_long_json(out, cell, member.kind, member.always_json, goes_on)) {
      return false;
    }
  }
  if (!shape.bare) out.push_back('}');
  return goes_on(out);
}

// For functions that read JSON values from their beginning: a statement may call many of them
// before SQLite looks at the time, and values may be large.
template <class Work>
void timed(sqlite3_context* context, int count, sqlite3_value** values, const Work& work) {
  uint64_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    // To ask others would make texts of them.
    const int type = ::sqlite3_value_type(values[i]);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
      bytes += static_cast<uint64_t>(::sqlite3_value_bytes(values[i]));
  }
  if (may_work(context, bytes)) guarded(context, work);
}

// Of the array of one embed in one row, which is put together in memory.
constexpr size_t kMaxEmbedBytes = size_t{16} << 20;
constexpr size_t kUsualEmbedBytes = 240;

void json_row(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  guarded(context, [&] {
    const JsonShape* shape = shape_of(context, count, values);
    if (shape == nullptr) return;
    GrowingText row;
    row.bytes.reserve(kUsualEmbedBytes);
    if (append_row(context, row, SIZE_MAX, *shape, values + 1)) result_text(context, row.bytes);
  });
}

// The aggregate's state: SQLite zeroes it, and knows when it is over.
struct Rows {
  GrowingText* text;
};

void json_rows_step(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  guarded(context, [&] {
    const JsonShape* shape = shape_of(context, count, values);
    auto* rows = static_cast<Rows*>(::sqlite3_aggregate_context(context, sizeof(Rows)));
    if (shape == nullptr) return;
    if (rows == nullptr) return ::sqlite3_result_error_nomem(context);
    if (rows->text == nullptr) {
      rows->text = new GrowingText;
      rows->text->bytes.reserve(kUsualEmbedBytes);
      rows->text->bytes.push_back('[');
    } else {
      rows->text->bytes.push_back(',');
    }
    append_row(context, *rows->text, kMaxEmbedBytes, *shape, values + 1);
  });
}

void json_rows_final(sqlite3_context* context) noexcept {
  auto* rows = static_cast<Rows*>(::sqlite3_aggregate_context(context, 0));
  if (rows == nullptr || rows->text == nullptr) return result_text(context, "[]");
  const std::unique_ptr<GrowingText> text(rows->text);
  guarded(context, [&] {
    text->bytes.push_back(']');
    result_text(context, text->bytes);
  });
}

// The aggregate's state, as above.
struct OnlyRow {
  sqlite3_value* value;
};

void only_row_step(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  auto* row = static_cast<OnlyRow*>(::sqlite3_aggregate_context(context, sizeof(OnlyRow)));
  if (row == nullptr) return ::sqlite3_result_error_nomem(context);
  if (row->value == nullptr) {
    row->value = ::sqlite3_value_dup(values[0]);
    if (row->value == nullptr) ::sqlite3_result_error_nomem(context);
    return;
  }
  guarded(context, [&] {
    const std::string message = std::string(kSeveralRows).append(text_of(values[1]));
    ::sqlite3_result_error(context, message.c_str(), -1);
  });
}

void only_row_final(sqlite3_context* context) noexcept {
  auto* row = static_cast<OnlyRow*>(::sqlite3_aggregate_context(context, 0));
  if (row == nullptr || row->value == nullptr) return;
  ::sqlite3_result_value(context, row->value);
  ::sqlite3_value_free(row->value);
}

// Where the path of values[1], values[2], ... leads in values[0]. nullopt: nowhere, or the
// statement has been ended.
std::optional<std::string_view> walk(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 1 || ::sqlite3_value_type(values[0]) == SQLITE_NULL) return std::nullopt;
  std::optional<std::string_view> found = text_of(values[0]);
  for (int i = 1; i < count && found; ++i) {
    PathStep step;
    step.is_index = ::sqlite3_value_type(values[i]) == SQLITE_INTEGER;
    if (step.is_index) {
      step.index = ::sqlite3_value_int64(values[i]);
    } else {
      step.key = text_of(values[i]);
    }
    if (i > 1 && !may_work(context, found->size())) return std::nullopt;
    found = find_in_json(*found, step);
  }
  return found;
}

void json_value(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  timed(context, count, values, [&] {
    if (const auto found = walk(context, count, values)) result_text(context, compact_json(*found));
  });
}

void json_text(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  timed(context, count, values, [&] {
    const auto found = walk(context, count, values);
    if (!found || *found == "null") return;
    if (!found->starts_with('"')) return result_text(context, compact_json(*found));
    std::string text;
    JsonReader(*found).read_string(text);
    result_text(context, text);
  });
}

// Blobs sort above text: booleans, then arrays, then objects.
void result_above(sqlite3_context* context, char rank, std::string_view text) {
  const std::string blob = rank + std::string(text);
  ::sqlite3_result_blob64(context, blob.data(), blob.size(), SQLITE_TRANSIENT);
}

void result_number(sqlite3_context* context, std::string_view digits) {
  const char* end = digits.data() + digits.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(digits.data(), end, integer);
      parsed.ec == std::errc() && parsed.ptr == end)
    return ::sqlite3_result_int64(context, integer);
  double real = 0;
  // Beyond the range of doubles strtod() tells infinity from zero.
  if (std::from_chars(digits.data(), end, real).ec != std::errc())
    real = std::strtod(std::string(digits).c_str(), nullptr);
  ::sqlite3_result_double(context, real);
}

void json_key(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  timed(context, count, values, [&] {
    const auto found = walk(context, count, values);
    if (!found) return;
    // Values of a JSON column without a CHECK may be anything.
    if (count == 1 && !text::is_json(*found)) return ::sqlite3_result_value(context, values[0]);
    JsonReader reader(*found);
    std::string text;
    switch (reader.peek()) {
      case JsonReader::Kind::kNull:
        return ::sqlite3_result_double(context, -HUGE_VAL);
      case JsonReader::Kind::kNumber:
        return result_number(context, reader.read_number());
      case JsonReader::Kind::kString:
        reader.read_string(text);
        return result_text(context, text);
      case JsonReader::Kind::kFalse:
        return result_above(context, '\0', {});
      case JsonReader::Kind::kTrue:
        return result_above(context, '\1', {});
      case JsonReader::Kind::kArray:
        return result_above(context, '\2', compact_json(*found));
      case JsonReader::Kind::kObject:
        return result_above(context, '\3', compact_json(*found));
    }
  });
}

using JsonPredicate = std::optional<bool> (*)(std::string_view, std::string_view, bool,
                                              const EndsWork&);

template <JsonPredicate predicate>
void compare_json(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL ||
      ::sqlite3_value_type(values[1]) == SQLITE_NULL)
    return;
  timed(context, count, values, [&] {
    const sqlite3* handle = ::sqlite3_context_db_handle(context);
    const std::optional<bool> holds =
        predicate(text_of(values[0]), text_of(values[1]), ::sqlite3_value_int(values[2]) != 0,
                  [handle](uint64_t steps) { return db::must_end(handle, steps); });
    if (!holds) return interrupt(context);
    ::sqlite3_result_int(context, *holds ? 1 : 0);
  });
}

constexpr SqlFunction kFunctions[] = {
    {"_json_row", -1, json_row},
    {"_json_rows", -1, nullptr, json_rows_step, json_rows_final},
    {"_only_row", 2, nullptr, only_row_step, only_row_final},
    {"_json_value", -1, json_value},
    {"_json_text", -1, json_text},
    {"_json_key", -1, json_key},
    {"_json_contains", 3, compare_json<json_contains>},
    {"_json_overlaps", 3, compare_json<json_overlaps>},
};

}  // namespace

base::Result<void> register_functions(db::Connection& connection) {
  TRY(register_all(connection, kFunctions));
  TRY(register_pattern_functions(connection));
  TRY(register_time_functions(connection));
  return register_stored_form(connection);
}

}  // namespace prodev::query
