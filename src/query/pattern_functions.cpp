#include "query/pattern_functions.h"

#include <cstring>
#include <memory>
#include <string>

#include "db/errors.h"
#include "query/regular_expression.h"
#include "query/sql_function.h"
#include "query/wildcards.h"

namespace prodev::query {

namespace {

// What `make` made of the pattern, which is the first argument. SQLite keeps it with the statement
// for as long as the argument is a constant of it. nullptr: `make` has told of an error.
template <class Pattern, class Make>
const Pattern* pattern_of(sqlite3_context* context, std::unique_ptr<Pattern>& own,
                          const Make& make) {
  const auto* kept = static_cast<const Pattern*>(::sqlite3_get_auxdata(context, 0));
  if (kept != nullptr) return kept;
  own = make();
  return own.get();
}

// After its use: SQLite may free it at once.
template <class Pattern>
void keep(sqlite3_context* context, std::unique_ptr<Pattern> own) {
  if (!own) return;
  ::sqlite3_set_auxdata(context, 0, own.release(),
                        [](void* pattern) noexcept { delete static_cast<Pattern*>(pattern); });
}

void match_wildcards(sqlite3_context* context, const WildcardPattern& pattern,
                     std::string_view text) {
  constexpr uint64_t kStepsBetweenQuestions = 65'536;  // as WildcardPattern asks
  const sqlite3* handle = ::sqlite3_context_db_handle(context);
  if (!may_work(context, text.size())) return;
  const std::optional<bool> matches =
      pattern.matches(text, [handle] { return db::must_end(handle, kStepsBetweenQuestions); });
  if (!matches) return interrupt(context);
  ::sqlite3_result_int(context, *matches ? 1 : 0);
}

bool is_short_enough(sqlite3_context* context, std::string_view pattern) {
  const int most =
      ::sqlite3_limit(::sqlite3_context_db_handle(context), SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1);
  if (pattern.size() <= static_cast<size_t>(most)) return true;
  ::sqlite3_result_error(context, "LIKE or GLOB pattern too complex", -1);
  return false;
}

// Bytes that begin a character.
size_t characters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

void like(sqlite3_context* context, int count, sqlite3_value** values) noexcept {
  guarded(context, [&] {
    char32_t escape = 0;
    if (count == 3) {
      if (is_null(values[2])) return;
      const std::string_view given = text_of(values[2]);
      if (characters(given) != 1) {
        return ::sqlite3_result_error(context, "ESCAPE expression must be a single character", -1);
      }
      escape = WildcardPattern::character(given);
    }
    if (is_null(values[0]) || is_null(values[1])) return;
    const std::string_view pattern = text_of(values[0]);
    if (!is_short_enough(context, pattern)) return;
    // An ESCAPE may be another for every row.
    std::unique_ptr<WildcardPattern> own;
    const auto* compiled = pattern_of(context, own, [&] {
      return std::make_unique<WildcardPattern>(WildcardPattern::like(pattern, escape));
    });
    if (compiled->escape() == escape) {
      match_wildcards(context, *compiled, text_of(values[1]));
    } else {
      match_wildcards(context, WildcardPattern::like(pattern, escape), text_of(values[1]));
    }
    keep(context, std::move(own));
  });
}

void glob(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  if (is_null(values[0]) || is_null(values[1])) return;
  guarded(context, [&] {
    const std::string_view pattern = text_of(values[0]);
    if (!is_short_enough(context, pattern)) return;
    std::unique_ptr<WildcardPattern> own;
    const auto* compiled = pattern_of(context, own, [&] {
      return std::make_unique<WildcardPattern>(WildcardPattern::glob(pattern));
    });
    match_wildcards(context, *compiled, text_of(values[1]));
    keep(context, std::move(own));
  });
}

// memmem() is linear where a search that compares at each place is not.
size_t find(std::string_view text, std::string_view part) {
  const void* found = ::memmem(text.data(), text.size(), part.data(), part.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

void instr(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  if (is_null(values[0]) || is_null(values[1])) return;
  const auto is_blob = [](sqlite3_value* value) {
    return ::sqlite3_value_type(value) == SQLITE_BLOB;
  };
  const bool bytes = is_blob(values[0]) && is_blob(values[1]);
  const auto view = [bytes](sqlite3_value* value) -> std::string_view {
    if (!bytes) return text_of(value);
    const auto* blob = static_cast<const char*>(::sqlite3_value_blob(value));
    if (blob == nullptr) return "";
    return {blob, static_cast<size_t>(::sqlite3_value_bytes(value))};
  };
  const std::string_view text = view(values[0]);
  const std::string_view part = view(values[1]);
  if (!may_work(context, text.size() + part.size())) return;
  size_t place = 0;
  if (const size_t found = find(text, part); found != std::string_view::npos)
    place = 1 + (bytes ? found : characters(text.substr(0, found)));
  ::sqlite3_result_int64(context, static_cast<sqlite3_int64>(place));
}

void refuse_length(sqlite3_context* context, size_t bytes) {
  const std::string problem =
      "the regular expression is too long for a text of " + std::to_string(bytes) + " bytes";
  ::sqlite3_result_error(context, problem.c_str(), -1);
  ::sqlite3_result_error_code(context, SQLITE_TOOBIG);
}

// In nanoseconds, for a text that needs every instruction at every byte.
constexpr uint64_t kStep_ns = 5;

template <bool any_case>
void match(sqlite3_context* context, int, sqlite3_value** values) noexcept {
  if (is_null(values[0]) || is_null(values[1])) return;
  guarded(context, [&] {
    std::unique_ptr<RegularExpression> own;
    const auto* pattern = pattern_of(context, own, [&]() -> std::unique_ptr<RegularExpression> {
      auto compiled = RegularExpression::compile(text_of(values[0]), any_case);
      if (compiled) return std::make_unique<RegularExpression>(std::move(*compiled));
      const std::string problem = "invalid regular expression: " + compiled.error();
      ::sqlite3_result_error(context, problem.c_str(), -1);
      return nullptr;
    });
    if (pattern == nullptr) return;
    const std::string_view text = text_of(values[1]);
    const uint64_t steps = pattern->steps(text.size());
    if (steps > RegularExpression::kMaxSteps) return refuse_length(context, text.size());
    if (!may_work(context, steps * kStep_ns)) return;
    ::sqlite3_result_int(context, pattern->matches(text) ? 1 : 0);
    keep(context, std::move(own));
  });
}

constexpr SqlFunction kPatternFunctions[] = {
    {"like", 2, like},   {"like", 3, like},           {"glob", 2, glob},
    {"instr", 2, instr}, {"_match", 2, match<false>}, {"_imatch", 2, match<true>},
};

}  // namespace

base::Result<void> register_pattern_functions(db::Connection& connection) {
  return register_all(connection, kPatternFunctions);
}

}  // namespace prodev::query
