// How much a request may become. A few hundred bytes of it can multiply: filters that ask for
// embedded rows, which have such filters themselves, and spreads of spreads.
//
//   note?select=a:parent(b:parent())&or=(a.not.is.null,a.is.null)&a.or=(b.not.is.null,b.is.null)
//     reads the parent of the parent 4 times for the rows, and 2 times more for `a`
#include "query/lowering.h"

namespace prodev::query {

namespace {

constexpr size_t kMostColumns = 2'000;       // sqlite.org/limits, SQLITE_MAX_COLUMN
constexpr size_t kMostSqlBytes = 1'000'000;  // of SQL, as db/client_rules.cpp has it
// Each takes some 30 microseconds of a loop to be lowered and prepared, and 2 KB of its cache.
constexpr size_t kMostSources = 500;

tl::unexpected<ApiError> too_complex(const std::string& reason, std::string hint) {
  return refuse({413, "54001", "the request is too complex: it " + reason, {}, std::move(hint)});
}

}  // namespace

Outcome<void> check_columns(const Results& results) {
  if (results.columns.size() <= kMostColumns) return {};
  return too_complex("selects more than " + std::to_string(kMostColumns) + " columns",
                     "Select fewer columns, or spread fewer embedded resources.");
}

Outcome<void> Lowering::count_written(size_t bytes) {
  written_bytes_ += bytes;
  if (written_bytes_ <= kMostSqlBytes) return {};
  return too_complex(
      "becomes more than " + std::to_string(kMostSqlBytes) + " bytes of SQL",
      "Select fewer columns, spread fewer embedded resources, or use fewer filters.");
}

Outcome<void> Lowering::count_source() {
  if (++sources_ <= kMostSources) return {};
  return too_complex(
      "reads embedded resources in more than " + std::to_string(kMostSources) + " places",
      "Every filter and order on an embedded resource reads it again, and so does "
      "every level below: use fewer of them.");
}

}  // namespace prodev::query
