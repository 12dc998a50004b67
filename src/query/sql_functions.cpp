#include "query/sql_functions.h"

#include <sqlite3.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>

#include "db/deadline.h"
#include "db/errors.h"
#include "query/json_path.h"
#include "query/json_shape.h"
#include "query/json_value.h"
#include "text/json_reader.h"

namespace prodev::query {

namespace {

using text::JsonReader;

void result_text(sqlite3_context* context, std::string_view text) {
  ::sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
}

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(::sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(::sqlite3_value_bytes(value))};
}

const JsonShape* shape_of(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto* shape =
      count < 1 ? nullptr
                : static_cast<const JsonShape*>(::sqlite3_value_pointer(values[0], kJsonShapeType));
  if (shape != nullptr && shape->members.size() == static_cast<size_t>(count - 1)) return shape;
  ::sqlite3_result_error(context, "this function is for statements of the server alone", -1);
  return nullptr;
}

void append_row(std::string& out, const JsonShape& shape, sqlite3_value** values) {
  if (shape.bare) {
    const JsonShape::Member& member = shape.members.front();
    return append_json(out, Cell::of(values[0]), member.kind, member.always_json);
  }
  out.push_back('{');
  for (size_t i = 0; i < shape.members.size(); ++i) {
    const JsonShape::Member& member = shape.members[i];
    if (i > 0) out.push_back(',');
    out += member.prefix;
    append_json(out, Cell::of(values[i]), member.kind, member.always_json);
  }
  out.push_back('}');
}

// Memory that runs out ends the statement, not the process.
template <class Work>
void guarded(sqlite3_context* context, const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    ::sqlite3_result_error_nomem(context);
  }
}

// The same as when SQLite itself sees that the time is over.
void interrupt(sqlite3_context* context) {
  ::sqlite3_result_error(context, "interrupted", -1);
  ::sqlite3_result_error_code(context, SQLITE_INTERRUPT);
}

// For functions that read a JSON value from its beginning: a statement may call many of them before
// SQLite looks at the time, and values may be large.
template <class Work>
void timed(sqlite3_context* context, const Work& work) {
  if (db::is_past_deadline(::sqlite3_context_db_handle(context))) return interrupt(context);
  guarded(context, work);
}

// Of the array of one embed in one row, which is put together in memory.
constexpr size_t kMaxEmbedBytes = size_t{16} << 20;
constexpr size_t kUsualEmbedBytes = 240;

void json_row(sqlite3_context* context, int count, sqlite3_value** values) {
  guarded(context, [&] {
    const JsonShape* shape = shape_of(context, count, values);
    if (shape == nullptr) return;
    std::string row;
    row.reserve(kUsualEmbedBytes);
    append_row(row, *shape, values + 1);
    result_text(context, row);
  });
}

// The aggregate's state: SQLite zeroes it, and knows when it is over.
struct Rows {
  std::string* text;
};

void json_rows_step(sqlite3_context* context, int count, sqlite3_value** values) {
  guarded(context, [&] {
    const JsonShape* shape = shape_of(context, count, values);
    auto* rows = static_cast<Rows*>(::sqlite3_aggregate_context(context, sizeof(Rows)));
    if (shape == nullptr) return;
    if (rows == nullptr) return ::sqlite3_result_error_nomem(context);
    if (rows->text == nullptr) {
      rows->text = new std::string;
      rows->text->reserve(kUsualEmbedBytes);
      rows->text->push_back('[');
    } else {
      rows->text->push_back(',');
    }
    append_row(*rows->text, *shape, values + 1);
    if (rows->text->size() > kMaxEmbedBytes) ::sqlite3_result_error_toobig(context);
  });
}

void json_rows_final(sqlite3_context* context) {
  auto* rows = static_cast<Rows*>(::sqlite3_aggregate_context(context, 0));
  if (rows == nullptr || rows->text == nullptr) return result_text(context, "[]");
  const std::unique_ptr<std::string> text(rows->text);
  guarded(context, [&] {
    text->push_back(']');
    result_text(context, *text);
  });
}

// Where the path of values[1], values[2], ... leads in values[0].
std::optional<std::string_view> walk(int count, sqlite3_value** values) {
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
    found = find_in_json(*found, step);
  }
  return found;
}

void json_value(sqlite3_context* context, int count, sqlite3_value** values) {
  timed(context, [&] {
    if (const auto found = walk(count, values)) result_text(context, compact_json(*found));
  });
}

void json_text(sqlite3_context* context, int count, sqlite3_value** values) {
  timed(context, [&] {
    const auto found = walk(count, values);
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

void json_key(sqlite3_context* context, int count, sqlite3_value** values) {
  timed(context, [&] {
    const auto found = walk(count, values);
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
                                              const GiveUp&);

template <JsonPredicate predicate>
void compare_json(sqlite3_context* context, int, sqlite3_value** values) {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL ||
      ::sqlite3_value_type(values[1]) == SQLITE_NULL)
    return;
  timed(context, [&] {
    const sqlite3* handle = ::sqlite3_context_db_handle(context);
    const std::optional<bool> holds =
        predicate(text_of(values[0]), text_of(values[1]), ::sqlite3_value_int(values[2]) != 0,
                  [handle] { return db::is_past_deadline(handle); });
    if (!holds) return interrupt(context);
    ::sqlite3_result_int(context, *holds ? 1 : 0);
  });
}

struct FreePattern {
  void operator()(pcre2_code* code) const { ::pcre2_code_free(code); }
};
using Pattern = std::unique_ptr<pcre2_code, FreePattern>;

struct FreeMatch {
  void operator()(pcre2_match_data* data) const { ::pcre2_match_data_free(data); }
};
struct FreeLimits {
  void operator()(pcre2_match_context* limits) const { ::pcre2_match_context_free(limits); }
};

constexpr size_t kMaxPatternBytes = 500;
// Steps of one match, its nesting, and its memory in KiB: some milliseconds at most.
constexpr uint32_t kMatchSteps = 100'000;
constexpr uint32_t kMatchDepth = 1'000;
constexpr uint32_t kMatchHeap_KiB = 1'024;

Pattern compile(std::string_view pattern, bool any_case, std::string& problem) {
  if (pattern.size() > kMaxPatternBytes) {
    problem = "it is longer than " + std::to_string(kMaxPatternBytes) + " bytes";
    return nullptr;
  }
  int code = 0;
  size_t offset = 0;
  const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF |
                           PCRE2_NEVER_BACKSLASH_C | (any_case ? PCRE2_CASELESS : 0U);
  Pattern compiled(::pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   options, &code, &offset, nullptr));
  if (compiled) return compiled;
  std::array<PCRE2_UCHAR, 200> message{};
  ::pcre2_get_error_message(code, message.data(), message.size());
  problem = std::string(reinterpret_cast<const char*>(message.data())) + " at position " +
            std::to_string(offset + 1);
  return nullptr;
}

// The compiled pattern, kept with the statement for as long as the pattern is a constant of it.
const pcre2_code* pattern_of(sqlite3_context* context, sqlite3_value* pattern, bool any_case,
                             Pattern& own) {
  const auto* kept = static_cast<const pcre2_code*>(::sqlite3_get_auxdata(context, 0));
  if (kept != nullptr) return kept;
  std::string problem;
  own = compile(text_of(pattern), any_case, problem);
  if (!own) {
    problem = "invalid regular expression: " + problem;
    ::sqlite3_result_error(context, problem.c_str(), -1);
  }
  return own.get();
}

template <bool any_case>
void match(sqlite3_context* context, int, sqlite3_value** values) {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL ||
      ::sqlite3_value_type(values[1]) == SQLITE_NULL)
    return;
  timed(context, [&] {
    Pattern own;
    const pcre2_code* pattern = pattern_of(context, values[0], any_case, own);
    if (pattern == nullptr) return;
    const std::string_view text = text_of(values[1]);
    const std::unique_ptr<pcre2_match_data, FreeMatch> data(::pcre2_match_data_create(1, nullptr));
    const std::unique_ptr<pcre2_match_context, FreeLimits> limits(
        ::pcre2_match_context_create(nullptr));
    if (!data || !limits) return ::sqlite3_result_error_nomem(context);
    ::pcre2_set_match_limit(limits.get(), kMatchSteps);
    ::pcre2_set_depth_limit(limits.get(), kMatchDepth);
    ::pcre2_set_heap_limit(limits.get(), kMatchHeap_KiB);
    const int found = ::pcre2_match(pattern, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                    0, 0, data.get(), limits.get());
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
      ::sqlite3_result_error(context, "the regular expression takes too long on a value", -1);
    } else {
      ::sqlite3_result_int(context, found >= 0 ? 1 : 0);
    }
    if (own) {
      ::sqlite3_set_auxdata(context, 0, own.release(),
                            [](void* code) { ::pcre2_code_free(static_cast<pcre2_code*>(code)); });
    }
  });
}

struct FunctionRow {
  const char* name;
  int arguments;  // -1: any number
  void (*scalar)(sqlite3_context*, int, sqlite3_value**);
  void (*step)(sqlite3_context*, int, sqlite3_value**);
  void (*final)(sqlite3_context*);
};

constexpr FunctionRow kFunctions[] = {
    {"_json_row", -1, json_row, nullptr, nullptr},
    {"_json_rows", -1, nullptr, json_rows_step, json_rows_final},
    {"_json_value", -1, json_value, nullptr, nullptr},
    {"_json_text", -1, json_text, nullptr, nullptr},
    {"_json_key", -1, json_key, nullptr, nullptr},
    {"_json_contains", 3, compare_json<json_contains>, nullptr, nullptr},
    {"_json_overlaps", 3, compare_json<json_overlaps>, nullptr, nullptr},
    {"_match", 2, match<false>, nullptr, nullptr},
    {"_imatch", 2, match<true>, nullptr, nullptr},
};

}  // namespace

base::Result<void> register_functions(db::Connection& connection) {
  for (const FunctionRow& row : kFunctions) {
    const int code =
        ::sqlite3_create_function_v2(connection.handle(), row.name, row.arguments,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                     row.scalar, row.step, row.final, nullptr);
    if (code != SQLITE_OK)
      return db::fail_sqlite(connection.handle(), "a function cannot be registered");
  }
  return {};
}

std::string check_pattern(std::string_view pattern) {
  std::string problem;
  (void)compile(pattern, false, problem);
  return problem;
}

}  // namespace prodev::query
