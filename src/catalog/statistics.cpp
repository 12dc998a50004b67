#include "catalog/statistics.h"

#include <algorithm>
#include <charconv>

#include "text/ascii.h"

namespace prodev::catalog {

namespace {

// The numbers that `text` begins with: "1000 10 1 unordered" is 1000, 10 and 1.
std::vector<uint64_t> leading_numbers(std::string_view text) {
  std::vector<uint64_t> numbers;
  while (!text.empty()) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return numbers;
}

void note(Table& table, std::string_view index_name, const std::vector<uint64_t>& numbers) {
  if (numbers.empty()) return;
  const auto index = std::find_if(table.indexes.begin(), table.indexes.end(), [&](const Index& i) {
    return text::equal_ignoring_case(i.name, index_name);
  });
  const bool found = index != table.indexes.end();
  if (found) index->rows_per_key.assign(numbers.begin() + 1, numbers.end());
  // A partial index does not hold every row.
  if (!found || !index->partial)
    table.estimated_rows = std::max(table.estimated_rows.value_or(0), numbers.front());
}

}  // namespace

base::Result<void> load_statistics(db::Connection& connection, std::vector<Table>& tables) {
  {
    TRY_ASSIGN(db::Statement known,
               connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"));
    TRY_ASSIGN(const bool analyzed, known.step());
    if (!analyzed) return {};
  }
  TRY_ASSIGN(db::Statement rows, connection.prepare("SELECT tbl, idx, stat FROM sqlite_stat1"));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const auto table = std::find_if(tables.begin(), tables.end(), [&](const Table& one) {
      return text::equal_ignoring_case(one.name, rows.column_text(0));
    });
    if (table != tables.end())
      note(*table, rows.column_text(1), leading_numbers(rows.column_text(2)));
  }
}

}  // namespace prodev::catalog
